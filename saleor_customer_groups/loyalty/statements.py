"""The statements of the ledger; one row or a million go through the same.

There are two ways to post. GIVE writes entries that bring something: each makes a lot. DRAW writes
entries that use lots or give back to them: which, says a SELECT of draws (draws.py). Both say who
changes by how much (`changes`), write balance, number and digest into the account's row, which is
locked (`moved`), and then the entries as that row says. How they end is a slot: the entries, or
events and counts. Accounts are locked in the order of their ids, so that two acts never wait for
each other.
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
# The middle of it, SAID, is the same for all entries of an act, which therefore write it once.
SAID: Final = """concat_ws('|', {row}.kind, {row}.source, coalesce({row}.key, ''),
    coalesce(encode({row}.fingerprint, 'hex'), ''),
    (extract(epoch FROM {row}.at) * 1000000)::bigint)"""
TEXT: Final = """concat_ws('|', {account}, {number}, {amount}, {balance}, {row}.shortfall, {said},
    coalesce(((extract(epoch FROM {row}.expires_at) * 1000000)::bigint)::text, ''),
    coalesce({row}.reverses_id::text, ''), coalesce({adjustment}::text, ''))"""


def digest(row: str, previous: str) -> str:
    """The SQL of an entry's digest: of the one before it in the account, and of its own text."""
    text = TEXT.format(
        row=row,
        account=f"{row}.account_id",
        number=f"{row}.number",
        amount=f"{row}.amount",
        balance=f"{row}.balance_after",
        said=SAID.format(row=row),
        adjustment=f"{row}.adjustment_id",
    )
    return f"sha256({previous} || convert_to({text}, 'UTF8'))"


# What stands before an account's first entry: what the account counts.
GENESIS: Final = "convert_to({row}.unit || ':' || {row}.currency, 'UTF8')"

# What all entries of an act share.
ACT: Final = f"""act AS MATERIALIZED (
    SELECT *, {SAID.format(row="shared")} AS said
      FROM (SELECT %(kind)s::text AS kind, %(source)s::text AS source, %(key)s::text AS key,
                   %(fingerprint)s::bytea AS fingerprint, %(now)s::timestamptz AS at,
                   %(adjustment)s::bigint AS adjustment_id) AS shared
)"""

NEXT_TEXT: Final = TEXT.format(
    row="changes",
    account="account.id",
    number="account.entries + 1",
    amount="changes.amount",
    balance="account.balance + changes.amount",
    said="act.said",
    adjustment="act.adjustment_id",
)

ENTRIES: Final = """posted AS (
    INSERT INTO {entry} (account_id, number, amount, balance_after, shortfall, kind, source, key,
                         fingerprint, at, expires_at, reverses_id, adjustment_id, digest)
    SELECT moved.account_id, moved.number, moved.amount, moved.balance_after, moved.shortfall,
           act.kind, act.source, act.key, act.fingerprint, act.at, moved.expires_at,
           moved.reverses_id, act.adjustment_id, moved.digest
      FROM moved, act
    RETURNING id, account_id, amount, expires_at
)"""
LOTS: Final = """made AS (
    INSERT INTO {lot} (entry_id, account_id, amount, remaining, expires_at)
    SELECT id, account_id, amount, amount, expires_at FROM posted
)"""

# The accounts as they are after the act, and its entries. ANY (ARRAY[…]): what is joined by that is
# looked up in the index, one by one; by "=" the planner rather reads all accounts for each chunk.
# An entry that somebody else has made for the same adjustment since is refused by the database:
# `patiently` does the act again, which then sees it.
POSTED: Final = f"""moved AS (
    UPDATE {{account}} AS account
       SET balance = account.balance + changes.amount, entries = account.entries + 1,
           digest = sha256(account.digest || convert_to({NEXT_TEXT}, 'UTF8'))
      FROM changes, act
     WHERE account.id = ANY (ARRAY[changes.account_id])
    RETURNING account.id AS account_id, account.customer_id, account.entries AS number,
              changes.amount, account.balance AS balance_after, changes.shortfall,
              changes.expires_at, changes.reverses_id, account.digest
), {ENTRIES}"""

# How posting ends: with the entries …
WRITTEN: Final = """
SELECT posted.id, moved.account_id, moved.customer_id, moved.number, moved.amount,
       moved.balance_after, moved.shortfall
  FROM posted JOIN moved USING (account_id)
 ORDER BY posted.id
"""
# … or, when a million names need not leave the database, with their events and counts. Whose purse
# must follow is said for money only.
COUNTED: Final = """
SELECT count(*), coalesce(sum(amount), 0)::bigint,
       count(*) FILTER (WHERE shortfall > 0), coalesce(sum(shortfall), 0)::bigint,
       array_agg(customer_id) FILTER (WHERE %(currency)s <> '' AND customer_id IS NOT NULL),
       {found}
  FROM moved
"""
# How many customers the act is still to be done to, and how many of them have an account.
FOUND: Final = "(SELECT ARRAY[count(*), count(account_id)] FROM found)"

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

# Whose first entry it would be. (Bounded twice, else all customers are read for each chunk.)
NEWCOMERS: Final = f"""
    SELECT customer.id, given.amount, given.expires_at
      FROM given JOIN {{customer}} AS customer ON customer.id = given.customer_id
     WHERE given.customer_id BETWEEN %(first)s AND %(last)s
       AND customer.id BETWEEN %(first)s AND %(last)s
       AND given.amount > 0 AND (given.expires_at IS NULL OR given.expires_at > %(now)s)
       AND NOT EXISTS (SELECT 1 FROM {{account}} AS own WHERE {OF_CUSTOMER} OFFSET 0)
     ORDER BY customer.id
       FOR KEY SHARE OF customer
"""
UNIT: Final = "(SELECT %(unit)s::text AS unit, %(currency)s::text AS currency) AS unit"

OPEN: Final = f"""
WITH given AS ({{rows}}), customers AS ({NEWCOMERS})
INSERT INTO {{account}} (customer_id, unit, currency, balance, entries, digest, created_at)
SELECT id, unit, currency, 0, 0, {GENESIS.format(row="unit")}, %(now)s
  FROM customers, {UNIT}
    ON CONFLICT (customer_id, unit, currency) DO NOTHING
"""

# GIVE to those who have no account: theirs begins with what they get. To open it empty and then
# to change it would take twice as long. (The id is drawn before, for the digest has it in it.) An
# account that somebody else opened since is refused by the database, see POSTED.
FIRST_TEXT: Final = TEXT.format(
    row="first",
    account="first.account_id",
    number="first.number",
    amount="first.amount",
    balance="first.amount",
    said="act.said",
    adjustment="act.adjustment_id",
)
GIVE_FIRST: Final = f"""
WITH given AS ({{rows}}), {ACT}, customers AS MATERIALIZED ({NEWCOMERS}), first AS (
    SELECT nextval(ids.sequence) AS account_id, customers.id AS customer_id, 1 AS number,
           customers.amount, customers.amount AS balance_after, 0::bigint AS shortfall,
           customers.expires_at, NULL::bigint AS reverses_id
      FROM customers,
           (SELECT pg_get_serial_sequence('{{account}}', 'id')::regclass AS sequence) AS ids
), moved AS MATERIALIZED (
    SELECT first.*,
           sha256({GENESIS.format(row="unit")} || convert_to({FIRST_TEXT}, 'UTF8')) AS digest
      FROM first, act, {UNIT}
), opened AS (
    INSERT INTO {{account}} (id, customer_id, unit, currency, balance, entries, digest, created_at)
    SELECT account_id, customer_id, %(unit)s, %(currency)s, amount, 1, digest, %(now)s FROM moved
), {ENTRIES}, {LOTS}{{ending}}
"""

# Nothing at all is done while one of the customers has no account, unless they are all opened.
GIVE: Final = f"""
WITH given AS ({{rows}}), {ACT}, found AS MATERIALIZED (
    SELECT account.id AS account_id, given.customer_id, given.amount, given.expires_at
      FROM given LEFT JOIN LATERAL (
           SELECT own.id FROM {{account}} AS own WHERE {OF_CUSTOMER} OFFSET 0) AS account ON TRUE
     WHERE given.customer_id BETWEEN %(first)s AND %(last)s
       AND given.amount > 0 AND (given.expires_at IS NULL OR given.expires_at > %(now)s)
       AND {NOT_YET}
     ORDER BY account.id
), changes AS MATERIALIZED (
    SELECT found.account_id, found.amount, 0::bigint AS shortfall, found.expires_at,
           NULL::bigint AS reverses_id
      FROM found CROSS JOIN LATERAL (
           SELECT FROM {{account}} AS account
            WHERE account.id = found.account_id AND account.customer_id = found.customer_id
              FOR NO KEY UPDATE) AS locked
     WHERE %(opened)s OR NOT EXISTS (SELECT FROM found WHERE account_id IS NULL)
), {POSTED}, {LOTS}{{ending}}
"""

# The accounts are locked, by a statement before: the lots must be read as they are since then.
# What is wanted, drawn and posted is put together by grouping, not by joins: the planner takes each
# for a single row, and would compare five thousand with five thousand.
DRAW: Final = f"""
WITH {ACT}, wanted AS MATERIALIZED ({{wanted}}), draws AS MATERIALIZED (
    SELECT *, row_number() OVER () AS place FROM ({{draws}}) AS chosen
), changes AS (
    SELECT account_id, - sum(amount)::bigint AS amount, max(shortfall)::bigint AS shortfall,
           NULL::timestamptz AS expires_at, max(reverses_id) AS reverses_id
      FROM (SELECT account_id, 0 AS amount, shortfall, reverses_id, NULL::bigint AS lot_id
              FROM wanted
             UNION ALL
            SELECT account_id, amount, NULL, NULL, lot_id FROM draws) AS asked
     GROUP BY account_id
    HAVING count(lot_id) > 0 OR %(empty)s
     ORDER BY account_id
), {POSTED}, named AS MATERIALIZED (
    SELECT max(entry_id) OVER (PARTITION BY account_id) AS entry_id, lot_id, amount, place
      FROM (SELECT account_id, id AS entry_id, NULL::bigint AS lot_id, NULL::bigint AS amount,
                   NULL::bigint AS place
              FROM posted
             UNION ALL
            SELECT account_id, NULL, lot_id, amount, place FROM draws) AS told
), drawn AS (
    INSERT INTO {{draw}} (entry_id, lot_id, amount)
    SELECT entry_id, lot_id, amount FROM named WHERE lot_id IS NOT NULL ORDER BY place
), used AS (
    UPDATE {{lot}} AS lot SET remaining = lot.remaining - named.amount
      FROM named WHERE lot.entry_id = ANY (ARRAY[named.lot_id])
){{ending}}
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
