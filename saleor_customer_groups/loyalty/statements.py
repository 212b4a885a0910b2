"""The statements of the ledger; one row or a million go through the same.

There are two ways to post. GIVE writes entries that bring something: each makes a lot. DRAW writes
entries that use lots or give back to them: which, says a SELECT of draws. Both compute number,
balance and digest from the account's row, which is locked, and write it back in the same breath.
Accounts are locked in the order of their ids, so that two acts never wait for each other.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Model

from ..models import (
    LoyaltyAccount,
    LoyaltyDraw,
    LoyaltyEntry,
    LoyaltyHold,
    LoyaltyLot,
    LoyaltyNote,
    Membership,
)

# What an entry says, as text: all but its id and digest. Whoever changes this breaks every chain.
TEXT: Final = """concat_ws('|', {row}.account_id, {row}.number, {row}.amount, {row}.balance_after,
    {row}.shortfall, {row}.kind, {row}.source, coalesce({row}.key, ''),
    coalesce(encode({row}.fingerprint, 'hex'), ''),
    (extract(epoch FROM {row}.at) * 1000000)::bigint,
    coalesce(((extract(epoch FROM {row}.expires_at) * 1000000)::bigint)::text, ''),
    coalesce({row}.reverses_id::text, ''), coalesce({row}.adjustment_id::text, ''))"""


def digest(row: str, previous: str) -> str:
    """The SQL of an entry's digest: of the one before it in the account, and of its own text."""
    return f"sha256({previous} || convert_to({TEXT.format(row=row)}, 'UTF8'))"


# What stands before an account's first entry: what the account counts.
GENESIS: Final = "convert_to({row}.unit || ':' || {row}.currency, 'UTF8')"

COLUMNS: Final = """account_id, number, amount, balance_after, shortfall, kind, source, key,
       fingerprint, at, expires_at, reverses_id, adjustment_id"""

# One that was posted for this adjustment already is left alone, also if it was in the meantime.
INSERT: Final = f"""
    INSERT INTO {{entry}} ({COLUMNS}, digest)
    SELECT {COLUMNS}, {digest("new", "new.previous")} FROM new
        ON CONFLICT (adjustment_id, account_id, kind) WHERE adjustment_id IS NOT NULL DO NOTHING
    RETURNING id, account_id, number, amount, expires_at, balance_after, shortfall, digest
"""

SHARED: Final = """%(kind)s::text AS kind, %(source)s::text AS source, %(key)s::text AS key,
           %(fingerprint)s::bytea AS fingerprint, %(now)s::timestamptz AS at,
           %(adjustment)s::bigint AS adjustment_id"""

BALANCES: Final = """
UPDATE {account} AS account
   SET balance = posted.balance_after, entries = posted.number, digest = posted.digest
  FROM posted
 WHERE account.id = posted.account_id
"""

WRITTEN: Final = """
RETURNING posted.id, account.id, account.customer_id, posted.number, posted.amount,
          posted.balance_after, posted.shortfall
"""

# Where the rows of a bulk act come from: arrays. (Or a SELECT of customer_id, amount, expires_at.)
ARRAYS: Final = """
SELECT * FROM unnest(%(customers)s::bigint[], %(amounts)s::bigint[], %(expiries)s::timestamptz[])
           AS given (customer_id, amount, expires_at)
"""

# Whether a bulk act is still to be done to an account. OFFSET 0: the index is asked for each
# account, whatever the planner believes. Of an act that began a moment ago the statistics know
# nothing; reading all that it has written so far for each of its chunks costs the square.
NOT_YET: Final = """NOT EXISTS (
               SELECT 1 FROM {entry} AS entry
                WHERE entry.adjustment_id = %(adjustment)s AND entry.account_id = account.id
                  AND entry.kind = %(kind)s
               OFFSET 0)"""

# The account of a row's customer. Looked up by the row (OFFSET 0) and joined by its id: nothing in
# that lets the planner read accounts or rows more than once, also of tables it knows nothing of.
OF_CUSTOMER: Final = """own.customer_id = given.customer_id
               AND own.unit = %(unit)s AND own.currency = %(currency)s"""
OWN: Final = f"""account.id = (
               SELECT own.id FROM {{account}} AS own WHERE {OF_CUSTOMER} OFFSET 0)
               AND account.customer_id = given.customer_id
               AND given.customer_id BETWEEN %(first)s AND %(last)s"""

OPEN: Final = f"""
WITH given AS ({{rows}}), customers AS (
    SELECT customer.id
      FROM given JOIN {{customer}} AS customer ON customer.id = given.customer_id
     WHERE given.customer_id BETWEEN %(first)s AND %(last)s
       AND given.amount > 0 AND (given.expires_at IS NULL OR given.expires_at > %(now)s)
       AND NOT EXISTS (SELECT 1 FROM {{account}} AS own WHERE {OF_CUSTOMER} OFFSET 0)
     ORDER BY customer.id
       FOR KEY SHARE OF customer
)
INSERT INTO {{account}} (customer_id, unit, currency, balance, entries, digest, created_at)
SELECT id, %(unit)s, %(currency)s, 0, 0, {GENESIS.format(row="unit")}, %(now)s
  FROM customers, (SELECT %(unit)s::text AS unit, %(currency)s::text AS currency) AS unit
    ON CONFLICT (customer_id, unit, currency) DO NOTHING
"""

GIVE: Final = f"""
WITH given AS ({{rows}}), new AS (
    SELECT account.id AS account_id, account.entries + 1 AS number, given.amount,
           account.balance + given.amount AS balance_after, 0 AS shortfall,
           given.expires_at, NULL::bigint AS reverses_id, {SHARED}, account.digest AS previous
      FROM given JOIN {{account}} AS account
        ON {OWN}
     WHERE given.amount > 0 AND (given.expires_at IS NULL OR given.expires_at > %(now)s)
       AND {NOT_YET}
     ORDER BY account.id
       FOR NO KEY UPDATE OF account
), posted AS ({INSERT}), made AS (
    INSERT INTO {{lot}} (entry_id, account_id, amount, remaining, expires_at)
    SELECT id, account_id, amount, amount, expires_at FROM posted
)
{BALANCES}{WRITTEN}
"""

# The accounts are locked, by a statement before: the lots must be read as they are since then.
DRAW: Final = f"""
WITH wanted AS MATERIALIZED ({{wanted}}), draws AS MATERIALIZED ({{draws}}), sums AS (
    SELECT wanted.account_id, coalesce(sum(draws.amount), 0)::bigint AS amount,
           wanted.shortfall, wanted.reverses_id
      FROM wanted LEFT JOIN draws USING (account_id)
     GROUP BY wanted.account_id, wanted.shortfall, wanted.reverses_id
    HAVING count(draws.amount) > 0 OR %(empty)s
), new AS (
    SELECT account.id AS account_id, account.entries + 1 AS number, -sums.amount AS amount,
           account.balance - sums.amount AS balance_after, sums.shortfall,
           NULL::timestamptz AS expires_at, sums.reverses_id, {SHARED},
           account.digest AS previous
      FROM sums JOIN {{account}} AS account ON account.id = sums.account_id
), posted AS ({INSERT}), drawn AS (
    INSERT INTO {{draw}} (entry_id, lot_id, amount)
    SELECT posted.id, draws.lot_id, draws.amount FROM posted JOIN draws USING (account_id)
), used AS (
    UPDATE {{lot}} AS lot SET remaining = lot.remaining - draws.amount
      FROM posted JOIN draws USING (account_id)
     WHERE lot.entry_id = draws.lot_id
)
{BALANCES}{WRITTEN}
"""

# What is wanted of whom.
ONE: Final = """SELECT %(account)s::bigint AS account_id, %(amount)s::bigint AS amount,
       %(shortfall)s::bigint AS shortfall, %(reverses)s::bigint AS reverses_id"""

THESE: Final = """SELECT unnest(%(accounts)s::bigint[]) AS account_id, 0 AS shortfall,
       NULL::bigint AS reverses_id"""

# Of bulk acts: no more than is there; who has too little is left out where the act says so.
OF_MANY: Final = f"""
SELECT account.id AS account_id, least(given.amount, account.balance) AS amount,
       greatest(given.amount - account.balance, 0) AS shortfall, NULL::bigint AS reverses_id
  FROM ({{rows}}) AS given JOIN {{account}} AS account
    ON {OWN}
 WHERE account.id = ANY(%(accounts)s::bigint[])
   AND given.amount >= 0
   AND (given.amount <= account.balance OR %(take_left)s)
   AND {NOT_YET}
"""

# Which lots: the first to expire, of these the oldest; what never expires comes last.
FIRST_TO_EXPIRE: Final = """
SELECT account_id, lot_id, least(remaining, wanted - before) AS amount
  FROM (SELECT lot.account_id, lot.entry_id AS lot_id, lot.remaining, wanted.amount AS wanted,
               sum(lot.remaining) OVER (PARTITION BY lot.account_id
                                        ORDER BY lot.expires_at, lot.entry_id)
               - lot.remaining AS before
          FROM wanted JOIN {lot} AS lot ON lot.account_id = wanted.account_id
         WHERE lot.remaining > 0) AS line
 WHERE before < wanted
"""

DUE: Final = """
SELECT lot.account_id, lot.entry_id AS lot_id, lot.remaining AS amount
  FROM wanted JOIN {lot} AS lot ON lot.account_id = wanted.account_id
 WHERE lot.remaining > 0 AND lot.expires_at <= %(now)s
"""

# The lot that the reversed entry made.
ITS_LOT: Final = """
SELECT lot.account_id, lot.entry_id AS lot_id, wanted.amount
  FROM wanted JOIN {lot} AS lot ON lot.account_id = wanted.account_id
 WHERE lot.entry_id = %(reverses)s AND wanted.amount > 0
"""

# Back to the lots that the entry used, less what went back before; last drawn, first restored.
BACK: Final = """
SELECT account_id, lot_id, -least(used, wanted - before) AS amount
  FROM (SELECT lot.account_id, lot_id, used, wanted.amount AS wanted,
               sum(used) OVER (ORDER BY lot.expires_at DESC, lot_id DESC) - used AS before
          FROM (SELECT draw.lot_id, sum(draw.amount) AS used
                  FROM {draw} AS draw JOIN {entry} AS entry ON entry.id = draw.entry_id
                 WHERE entry.id = %(reverses)s OR entry.reverses_id = %(reverses)s
                 GROUP BY draw.lot_id HAVING sum(draw.amount) > 0) AS net
          JOIN {lot} AS lot ON lot.entry_id = net.lot_id
          JOIN wanted ON wanted.account_id = lot.account_id) AS line
 WHERE before < wanted
"""

# Of a bulk act that is reversed: what is left of what it gave, and what it took. What was given
# back or taken back of an entry before is not done again.
OF_ACT: Final = """
SELECT entry.account_id, entry.id AS reverses_id,
       CASE WHEN entry.amount > 0 THEN least(lot.remaining, entry.amount + mirrored.amount)
            ELSE - entry.amount - mirrored.amount END AS amount,
       CASE WHEN entry.amount > 0
            THEN greatest(entry.amount + mirrored.amount - lot.remaining, 0)
            ELSE 0 END AS shortfall
  FROM {entry} AS entry
  LEFT JOIN {lot} AS lot ON lot.entry_id = entry.id
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(mirror.amount), 0)::bigint AS amount
         FROM {entry} AS mirror WHERE mirror.reverses_id = entry.id) AS mirrored
 WHERE entry.adjustment_id = %(adjustment)s AND entry.kind = %(reversed)s
   AND entry.account_id = ANY(%(accounts)s::bigint[])
   AND NOT EXISTS (
           SELECT FROM {entry} AS earlier
            WHERE earlier.adjustment_id = %(adjustment)s AND earlier.kind = %(kind)s
              AND earlier.account_id = entry.account_id)
"""

# The lots that the act made, and for what it took the lots it used (see BACK).
OF_ITS_LOTS: Final = """
SELECT wanted.account_id, lot.entry_id AS lot_id, wanted.amount
  FROM wanted JOIN {lot} AS lot ON lot.entry_id = wanted.reverses_id
 WHERE wanted.amount > 0
 UNION ALL
SELECT account_id, lot_id, -least(used, wanted - before) AS amount
  FROM (SELECT net.account_id, net.lot_id, net.used, net.wanted,
               sum(net.used) OVER (PARTITION BY net.account_id
                                   ORDER BY lot.expires_at DESC, net.lot_id DESC)
               - net.used AS before
          FROM (SELECT wanted.account_id, wanted.amount AS wanted, draw.lot_id,
                       sum(draw.amount) AS used
                  FROM wanted
                  JOIN {entry} AS entry
                    ON entry.id = wanted.reverses_id OR entry.reverses_id = wanted.reverses_id
                  JOIN {draw} AS draw ON draw.entry_id = entry.id
                 WHERE NOT EXISTS (SELECT FROM {lot} AS own
                                    WHERE own.entry_id = wanted.reverses_id)
                 GROUP BY wanted.account_id, wanted.amount, draw.lot_id
                HAVING sum(draw.amount) > 0) AS net
          JOIN {lot} AS lot ON lot.entry_id = net.lot_id) AS line
 WHERE before < wanted
"""

ACCOUNTS_OF_ACT: Final = """
SELECT account_id FROM {entry}
 WHERE adjustment_id = %(adjustment)s AND kind = %(reversed)s
   AND account_id > %(after)s AND account_id <= %(last)s
"""

# Locking.
LOCK: Final = """
SELECT id, customer_id, unit, currency, balance FROM {account}
 WHERE id = ANY(%(accounts)s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""

LOCK_OWN: Final = """
SELECT id, customer_id, unit, currency, balance FROM {account}
 WHERE customer_id = %(customer)s AND unit = %(unit)s AND currency = %(currency)s
   FOR NO KEY UPDATE
"""

LOCK_MANY: Final = f"""
SELECT account.id
  FROM ({{rows}}) AS given JOIN {{account}} AS account
    ON {OWN}
 WHERE {NOT_YET}
 ORDER BY account.id
   FOR NO KEY UPDATE OF account
"""

# Who has too little, and how much that is.
SHORT: Final = f"""
SELECT count(*), coalesce(sum(given.amount - account.balance), 0)::bigint
  FROM ({{rows}}) AS given JOIN {{account}} AS account
    ON {OWN}
 WHERE account.id = ANY(%(accounts)s::bigint[]) AND given.amount > account.balance
   AND {NOT_YET}
"""

# What makes the balances of locked accounts the given ones: more to give, or less to take.
RAISING: Final = f"""
SELECT given.customer_id, given.amount - account.balance AS amount, given.expires_at
  FROM ({{rows}}) AS given JOIN {{account}} AS account
    ON {OWN}
"""
LOWERING: Final = f"""
SELECT given.customer_id, account.balance - given.amount AS amount, given.expires_at
  FROM ({{rows}}) AS given JOIN {{account}} AS account
    ON {OWN}
"""

ACCOUNTS_WITH_DUE_LOTS: Final = """
SELECT account_id FROM {lot}
 WHERE remaining > 0 AND expires_at <= %(now)s
 ORDER BY expires_at LIMIT %(limit)s
"""


@cache
def prepared(statement: str, **slots: str) -> str:
    """The statement with the tables' names in it; they come from the models, never from input.

    `slots` are SELECTs of ours, which may name tables (and `rows`, if that is given) themselves.
    """
    tables: dict[str, type[Model]] = {
        "customer": get_user_model(),
        "account": LoyaltyAccount,
        "entry": LoyaltyEntry,
        "note": LoyaltyNote,
        "lot": LoyaltyLot,
        "draw": LoyaltyDraw,
        "hold": LoyaltyHold,
        "membership": Membership,
    }
    names = {
        name: connection.ops.quote_name(model._meta.db_table) for name, model in tables.items()
    }
    # Rows are taken as they are: a caller's SELECT may hold braces.
    rows = {name: slots.pop(name) for name in ("rows",) if name in slots}
    filled = {name: sql.format(**names, **rows) for name, sql in slots.items()}
    return statement.format(**names, **rows, **filled)
