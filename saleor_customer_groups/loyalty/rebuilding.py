"""Balances and lots made anew from the entries and their draws, which are the truth."""

from __future__ import annotations

from functools import partial
from typing import Final

from . import statements, writing
from .retrying import patiently
from .verifying import CHUNK, spans


def rebuild(*, chunk: int = CHUNK) -> int:
    """Correct every balance and lot that is not what the entries make it; how many were not.

    Accounts are locked, so many a transaction; may be killed and run again.
    """
    return sum(patiently(partial(_rebuild, first, last)) for first, last in spans(chunk))


def _rebuild(first: int, last: int) -> int:
    bound = {"first": first, "last": last}
    writing.execute(LOCK_SPAN, bound)
    return sum(len(writing.execute(step, bound)) for step in (MISSING_LOTS, LOTS, ACCOUNTS))


LOCK_SPAN: Final = """
SELECT id FROM {account} WHERE id BETWEEN %(first)s AND %(last)s ORDER BY id FOR NO KEY UPDATE
"""

# What gives makes a lot, except what gives back.
MISSING_LOTS: Final = """
INSERT INTO {lot} (entry_id, account_id, amount, remaining, expires_at)
SELECT entry.id, entry.account_id, entry.amount, entry.amount, entry.expires_at
  FROM {entry} AS entry
 WHERE entry.account_id BETWEEN %(first)s AND %(last)s
   AND entry.amount > 0 AND entry.reverses_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM {lot} AS lot WHERE lot.entry_id = entry.id)
RETURNING entry_id
"""

LOTS: Final = """
WITH right_ones AS (
    SELECT entry.id, entry.account_id, entry.amount, entry.expires_at,
           entry.amount - coalesce((SELECT sum(draw.amount) FROM {draw} AS draw
                                     WHERE draw.lot_id = entry.id), 0) AS remaining
      FROM {entry} AS entry
     WHERE entry.account_id BETWEEN %(first)s AND %(last)s
       AND entry.amount > 0 AND entry.reverses_id IS NULL
)
UPDATE {lot} AS lot
   SET account_id = right_ones.account_id, amount = right_ones.amount,
       expires_at = right_ones.expires_at, remaining = right_ones.remaining
  FROM right_ones
 WHERE lot.entry_id = right_ones.id
   AND (lot.account_id, lot.amount, lot.remaining) IS DISTINCT FROM
       (right_ones.account_id, right_ones.amount, right_ones.remaining)
    OR lot.entry_id = right_ones.id AND lot.expires_at IS DISTINCT FROM right_ones.expires_at
RETURNING lot.entry_id
"""

ACCOUNTS: Final = f"""
WITH right_ones AS (
    SELECT account.id, coalesce(sum(entry.amount), 0) AS balance, count(entry.id) AS entries,
           coalesce((array_agg(entry.digest ORDER BY entry.number DESC))[1],
                    {statements.GENESIS.format(row="account")}) AS digest
      FROM {{account}} AS account LEFT JOIN {{entry}} AS entry ON entry.account_id = account.id
     WHERE account.id BETWEEN %(first)s AND %(last)s
     GROUP BY account.id
)
UPDATE {{account}} AS account
   SET balance = right_ones.balance, entries = right_ones.entries, digest = right_ones.digest
  FROM right_ones
 WHERE account.id = right_ones.id
   AND (account.balance, account.entries, account.digest)
       IS DISTINCT FROM (right_ones.balance, right_ones.entries, right_ones.digest)
RETURNING account.id
"""
