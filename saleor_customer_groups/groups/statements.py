"""The statements about the memberships of many customers.

Those that change memberships write the history and the events in the same breath, and lock rows in
the order of the customers' ids, so that two of them never wait for each other. Customers come as
one array: five thousand placeholders would cost more than the work.

`group_id + 0`: memberships of named customers are found by the customer, never by the group. Of a
group that was made a moment ago the statistics know nothing; PostgreSQL takes it for empty and
would read all of it for each customer.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Model

from ..models import CustomerGroup, Membership, MembershipEvent, Segment
from ..webhooks import outbox
from . import telling

# How those that write history end (`written`): a million names never leave the database, unless
# somebody asks who it was.
TOLD: Final = f""", told AS ({outbox.recording(telling.BODIES)})"""
WHO: Final = TOLD + " SELECT customer_id FROM written ORDER BY customer_id"  # noqa: S608 - constants
HOW_MANY: Final = TOLD + " SELECT count(*) FROM written"  # noqa: S608 - constants

# SHARE: joins go on side by side, but the group can neither go away nor change its kind.
LOCK_GROUP: Final = """
SELECT name, kind, expires_at, member_limit,
       EXISTS (SELECT FROM {named} WHERE customergroup_id = %(group)s),
       EXISTS (SELECT FROM {membership}
                WHERE until <= %(now)s AND NOT end_told AND group_id + 0 = %(group)s)
  FROM {group} WHERE id = %(group)s FOR SHARE
"""

# KEY SHARE: the groups cannot go away, all else about them may change.
HOLD_GROUPS: Final = """
SELECT id FROM {group} WHERE id = ANY(%(groups)s::bigint[]) ORDER BY id FOR KEY SHARE
"""

# Who joins a group that has a limit waits here for the one before, until that transaction ends.
# Not a stronger lock of the row: two that hold it shared would wait for each other. (The first
# number only keeps our locks apart from those of others.)
QUEUE_UP: Final = "SELECT pg_advisory_xact_lock(1129076048, (%(group)s %% 2147483647)::int)"

COUNT_MEMBERS: Final = """
SELECT count(*) FROM {membership}
 WHERE group_id = %(group)s AND (until IS NULL OR until > %(now)s)
"""

# Customers who are in the group already are left out before anything is locked: waiting for the
# row of one who is just being deleted would end in a deadlock. An ended membership begins anew.
# LIMIT NULL is no limit.
JOIN: Final = """
WITH customers AS (
    SELECT customer.id
      FROM {customer} AS customer
     WHERE customer.id = ANY(%(customers)s::bigint[])
       AND NOT EXISTS (
               SELECT 1 FROM {membership} AS membership
                WHERE membership.customer_id = customer.id
                  AND membership.customer_id = ANY(%(customers)s::bigint[])
                  AND membership.group_id + 0 = %(group)s
                  AND (membership.until IS NULL OR membership.until > %(now)s))
     ORDER BY customer.id
     LIMIT %(room)s
       FOR KEY SHARE OF customer
), joined AS (
    INSERT INTO {membership} AS membership
           (customer_id, group_id, source, reason, actor,
            started_at, until, created_at, updated_at)
    SELECT id, %(group)s, %(source)s, %(reason)s, %(actor)s,
           %(now)s, %(until)s::timestamptz, %(now)s, %(now)s
      FROM customers
        ON CONFLICT (customer_id, group_id) DO UPDATE
       SET source = excluded.source, reason = excluded.reason, actor = excluded.actor,
           started_at = excluded.started_at, until = excluded.until,
           updated_at = excluded.updated_at, end_told = FALSE
     WHERE membership.until <= %(now)s
    RETURNING customer_id
), written AS (
    INSERT INTO {event} (group_id, group_name, customer_id, action, source, reason, actor,
                         until, at)
    SELECT %(group)s, %(name)s, customer_id, %(action)s, %(source)s, %(reason)s, %(actor)s,
           %(until)s::timestamptz, %(now)s
      FROM joined
    RETURNING customer_id, until
){told}
"""

LEAVE: Final = """
WITH members AS (
    SELECT id FROM {membership}
     WHERE (%(customers)s::bigint[] IS NULL AND group_id = %(group)s
            OR customer_id = ANY(%(customers)s::bigint[]) AND group_id + 0 = %(group)s)
       AND (until IS NULL OR until > %(now)s) AND NOT end_told
     ORDER BY customer_id
       FOR UPDATE
), gone AS (
    DELETE FROM {membership} AS membership USING members
     WHERE membership.id = members.id
    RETURNING membership.customer_id
), written AS (
    INSERT INTO {event} (group_id, group_name, customer_id, action, source, reason, actor,
                         until, at, import_id)
    SELECT %(group)s, %(name)s, customer_id, %(action)s, %(source)s, %(reason)s, %(actor)s,
           NULL, %(now)s, %(import)s::bigint
      FROM gone
    RETURNING customer_id, until
){told}
"""

CHANGE_UNTIL: Final = """
WITH members AS (
    SELECT id FROM {membership}
     WHERE customer_id = ANY(%(customers)s::bigint[])
       AND group_id + 0 = %(group)s
       AND (until IS NULL OR until > %(now)s) AND NOT end_told
       AND until IS DISTINCT FROM %(until)s::timestamptz
     ORDER BY customer_id
       FOR UPDATE
), changed AS (
    UPDATE {membership} AS membership
       SET until = %(until)s::timestamptz, updated_at = %(now)s
      FROM members
     WHERE membership.id = members.id
    RETURNING membership.customer_id
), written AS (
    INSERT INTO {event} (group_id, group_name, customer_id, action, source, reason, actor,
                         until, at)
    SELECT %(group)s, %(name)s, customer_id, %(action)s, %(source)s, %(reason)s, %(actor)s,
           %(until)s::timestamptz, %(now)s
      FROM changed
    RETURNING customer_id, until
){told}
"""

# Where the rows of a bulk act come from: arrays, of which one that is NULL gives NULL to each row.
# (Or a SELECT of customer_id, until and reason; customer_id must lie within first and last.)
ARRAYS: Final = """
SELECT * FROM unnest(%(customers)s::bigint[], %(untils)s::timestamptz[], %(reasons)s::text[])
           AS given (customer_id, until, reason)
"""

# Of very many it is asked once for the whole span of ids whether there is anybody in the group.
NOBODY_IN_SPAN: Final = """NOT (
           SELECT EXISTS (SELECT FROM {membership} AS other
                           WHERE other.customer_id BETWEEN %(first)s AND %(last)s
                             AND other.group_id + 0 = %(group)s)) OR """

# The same as JOIN and CHANGE_UNTIL with an end and a reason for each customer. OFFSET 0: an index
# is asked for each customer, whatever the planner believes; reading all members for each chunk of
# a large act costs the square. The span of the ids lets it read dense customers in one go.
JOIN_EACH: Final = """
WITH rows AS ({rows}), customers AS (
    SELECT customer.id, rows.until, coalesce(rows.reason, %(reason)s) AS reason
      FROM rows
      JOIN {customer} AS customer ON customer.id = rows.customer_id
     WHERE customer.id BETWEEN %(first)s AND %(last)s
       AND (rows.until IS NULL OR rows.until > %(now)s)
       AND ({nobody_or}NOT EXISTS (
               SELECT 1 FROM {membership} AS membership
                WHERE membership.customer_id = customer.id
                  AND membership.group_id = %(group)s
                  AND (membership.until IS NULL OR membership.until > %(now)s)
               OFFSET 0))
     ORDER BY customer.id
     LIMIT %(room)s
       FOR KEY SHARE OF customer
), joined AS (
    INSERT INTO {membership} AS membership
           (customer_id, group_id, source, reason, actor,
            started_at, until, created_at, updated_at)
    SELECT id, %(group)s, %(source)s, reason, %(actor)s, %(now)s, until, %(now)s, %(now)s
      FROM customers
        ON CONFLICT (customer_id, group_id) DO UPDATE
       SET source = excluded.source, reason = excluded.reason, actor = excluded.actor,
           started_at = excluded.started_at, until = excluded.until,
           updated_at = excluded.updated_at, end_told = FALSE
     WHERE membership.until <= %(now)s
    RETURNING customer_id, until, reason
), written AS (
    INSERT INTO {event} (group_id, group_name, customer_id, action, source, reason, actor,
                         until, at, import_id)
    SELECT %(group)s, %(name)s, customer_id, %(action)s, %(source)s, reason, %(actor)s,
           until, %(now)s, %(import)s::bigint
      FROM joined
    RETURNING customer_id, until
){told}
"""

CHANGE_EACH: Final = """
WITH rows AS ({rows}), members AS (
    SELECT membership.id, rows.until, coalesce(rows.reason, %(reason)s) AS reason
      FROM rows
      JOIN {membership} AS membership USING (customer_id)
     WHERE membership.group_id = %(group)s
       AND (membership.until IS NULL OR membership.until > %(now)s)
       AND NOT membership.end_told
       AND (rows.until IS NULL OR rows.until > %(now)s)
       AND membership.until IS DISTINCT FROM rows.until
     ORDER BY membership.customer_id
       FOR UPDATE OF membership
), changed AS (
    UPDATE {membership} AS membership
       SET until = members.until, updated_at = %(now)s
      FROM members
     WHERE membership.id = members.id
    RETURNING membership.customer_id, members.until, members.reason
), written AS (
    INSERT INTO {event} (group_id, group_name, customer_id, action, source, reason, actor,
                         until, at, import_id)
    SELECT %(group)s, %(name)s, customer_id, %(action)s, %(source)s, reason, %(actor)s,
           until, %(now)s, %(import)s::bigint
      FROM changed
    RETURNING customer_id, until
){told}
"""

# Memberships whose end came and was not told (ends.py). Of the sweep, those that nobody else holds;
# of who joins again, all in the span, since the row is about to begin anew.
TELL_ENDS: Final = """
WITH ended AS (
    SELECT id FROM {membership}
     WHERE until <= %(now)s AND NOT end_told
     ORDER BY until LIMIT %(limit)s
       FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE {membership} AS membership SET end_told = TRUE
  FROM ended WHERE membership.id = ended.id
RETURNING membership.customer_id, membership.group_id, membership.until
"""
TELL_ENDS_OF_GROUP: Final = """
WITH ended AS (
    SELECT id FROM {membership}
     WHERE until <= %(now)s AND NOT end_told
       AND group_id + 0 = %(group)s AND customer_id BETWEEN %(first)s AND %(last)s
     ORDER BY customer_id
       FOR NO KEY UPDATE
)
UPDATE {membership} AS membership SET end_told = TRUE
  FROM ended WHERE membership.id = ended.id
RETURNING membership.customer_id, membership.group_id, membership.until
"""

KNOWN: Final = "SELECT id FROM {customer} WHERE id = ANY(%(customers)s::bigint[])"

MEMBERS: Final = """
SELECT customer_id FROM {membership}
 WHERE customer_id = ANY(%(customers)s::bigint[])
   AND group_id + 0 = %(group)s
   AND (until IS NULL OR until > %(now)s)
"""

# Forgetting customers (erasure.py).

LOCK_HISTORY: Final = """
SELECT id FROM {event}
 WHERE customer_id = ANY(%(customers)s::int[]) ORDER BY id FOR UPDATE
"""

LEAVE_ALL: Final = """
WITH members AS (
    SELECT id FROM {membership} WHERE customer_id = ANY(%(customers)s::int[])
     ORDER BY customer_id, group_id FOR UPDATE
)
DELETE FROM {membership} AS membership USING members
 WHERE membership.id = members.id
RETURNING membership.customer_id
"""

# Deleting a customer takes the memberships along without a word in the history.
SAY_THEY_LEFT: Final = """
INSERT INTO {event} (group_id, group_name, customer_id, action, source, reason, actor, until, at)
SELECT group_id, group_name, customer_id, 'left', source, '', 'system', NULL, %(now)s
  FROM (SELECT DISTINCT ON (customer_id, group_id) *
          FROM {event} WHERE customer_id = ANY(%(customers)s::int[])
         ORDER BY customer_id, group_id, id DESC) AS latest
 WHERE action <> 'left' AND (until IS NULL OR until > %(now)s)
RETURNING group_id
"""

# An actor that is the customer is erased as well. The customers are named once more for the index.
MAKE_NAMELESS: Final = """
WITH known AS (
    SELECT DISTINCT customer_id FROM {event} WHERE customer_id = ANY(%(customers)s::int[])
), nameless AS MATERIALIZED (
    SELECT customer_id, -nextval('saleor_customer_groups_erased')::int AS number FROM known
)
UPDATE {event} AS event
   SET customer_id = nameless.number, reason = '',
       actor = CASE WHEN actor = 'User:' || nameless.customer_id THEN '' ELSE actor END
  FROM nameless
 WHERE event.customer_id = nameless.customer_id
   AND event.customer_id = ANY(%(customers)s::int[])
RETURNING event.customer_id
"""

GONE: Final = """
SELECT DISTINCT event.customer_id FROM {event} AS event
 WHERE event.customer_id > %(after)s
   AND NOT EXISTS (SELECT 1 FROM {customer} AS customer WHERE customer.id = event.customer_id)
 ORDER BY event.customer_id LIMIT %(limit)s
"""


@cache
def prepared(statement: str, rows: str = ARRAYS, *, many: bool = False, answer: str = WHO) -> str:
    """The statement with the tables' names in it; they come from the models, never from input.

    `rows` is a SELECT of ours. `many`: JOIN_EACH of very many, of whom perhaps nobody is in.
    `answer`: WHO or HOW_MANY.
    """
    tables: dict[str, type[Model]] = {
        "customer": get_user_model(),
        "group": CustomerGroup,
        "membership": Membership,
        "event": MembershipEvent,
        "named": Segment.refers_to.through,
    }
    names = {
        name: connection.ops.quote_name(model._meta.db_table) for name, model in tables.items()
    }
    return statement.format(
        rows=rows,
        told=answer,
        nobody_or=NOBODY_IN_SPAN.format(**names) if many else "",
        **names,
    )
