"""Whether the ledger adds up: entries, their chain of digests, balances, lots, draws and holds.

Reads only, a bounded number of accounts at a time, each check in one statement: what is written
meanwhile is in it whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..models import LoyaltyAccount
from . import statements, writing

CHUNK: Final = 20_000  # accounts

SENTENCES: Final = {
    "chain": "what the entry says is not what was written: its digest does not fit",
    "number": "the entry's number is not the next one: an entry is missing",
    "running_balance": "the balance after the entry is not the sum of the entries so far",
    "balance": "the balance is not the sum of the entries",
    "entries": "there are more or fewer entries than the account counts",
    "head": "the last entry's digest is not the one that the account remembers",
    "lots": "what is left of the lots is not the balance",
    "remaining": "what is left of the lot is not what its draws leave",
    "parts": "the entry's amount is not what its lot and draws make",
    "lot": "the lot is not what its entry says",
    "foreign": "the entry drew from a lot of another account",
    "reversed": "more than the entry's amount is reversed",
    "hold": "what the hold spent and gave back is not what it held",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up."""

    code: str
    account_id: int
    entry_id: int | None = None

    def __str__(self) -> str:
        entry = "" if self.entry_id is None else f", entry {self.entry_id}"
        return f"account {self.account_id}{entry}: {SENTENCES[self.code]}"


def verify(*, chunk: int = CHUNK) -> Iterator[Finding]:
    """Everything that does not add up, account after account; nothing if all is well."""
    for first, last in spans(chunk):
        for check in CHECKS:
            for row in writing.execute(check, {"first": first, "last": last}):
                yield Finding(*row)


def spans(chunk: int) -> Iterator[tuple[int, int]]:
    """First and last id of each so many accounts."""
    last = 0
    while True:
        after = LoyaltyAccount.objects.filter(pk__gt=last).order_by("pk")
        ids = list(after.values_list("pk", flat=True)[:chunk])
        if not ids:
            return
        first, last = ids[0], ids[-1]
        yield first, last


ENTRIES: Final = f"""
SELECT CASE WHEN row.number <> row.position THEN 'number'
            WHEN row.balance_after <> row.running THEN 'running_balance'
            ELSE 'chain' END, row.account_id, row.id
  FROM (SELECT entry.*, row_number() OVER account_entries AS position,
               sum(entry.amount) OVER account_entries AS running,
               coalesce(lag(entry.digest) OVER account_entries,
                        {statements.GENESIS.format(row="account")}) AS previous
          FROM {{entry}} AS entry JOIN {{account}} AS account ON account.id = entry.account_id
         WHERE entry.account_id BETWEEN %(first)s AND %(last)s
        WINDOW account_entries AS (PARTITION BY entry.account_id ORDER BY entry.number)) AS row
 WHERE row.number <> row.position OR row.balance_after <> row.running
    OR row.digest <> {statements.digest("row", "row.previous")}
 ORDER BY row.account_id, row.number
"""

ACCOUNTS: Final = f"""
WITH counted AS (
    SELECT account_id, count(*) AS entries, sum(amount) AS amount
      FROM {{entry}} WHERE account_id BETWEEN %(first)s AND %(last)s GROUP BY account_id
), filled AS (
    SELECT account_id, sum(remaining) AS remaining
      FROM {{lot}} WHERE account_id BETWEEN %(first)s AND %(last)s AND remaining > 0
     GROUP BY account_id
)
SELECT problem.code, account.id, NULL
  FROM {{account}} AS account
  LEFT JOIN counted ON counted.account_id = account.id
  LEFT JOIN filled ON filled.account_id = account.id
  LEFT JOIN {{entry}} AS head
    ON head.account_id = account.id AND head.number = account.entries
 CROSS JOIN LATERAL (VALUES
       ('balance', account.balance <> coalesce(counted.amount, 0)),
       ('entries', account.entries <> coalesce(counted.entries, 0)),
       ('head', account.digest
                <> coalesce(head.digest, {statements.GENESIS.format(row="account")})),
       ('lots', account.balance <> coalesce(filled.remaining, 0))
       ) AS problem (code, is_there)
 WHERE account.id BETWEEN %(first)s AND %(last)s AND problem.is_there
 ORDER BY account.id, problem.code
"""

LOTS: Final = """
SELECT problem.code, entry.account_id, lot.entry_id
  FROM {lot} AS lot JOIN {entry} AS entry ON entry.id = lot.entry_id
  LEFT JOIN LATERAL (SELECT sum(draw.amount) AS amount FROM {draw} AS draw
                      WHERE draw.lot_id = lot.entry_id) AS drawn ON true
 CROSS JOIN LATERAL (VALUES
       ('remaining', lot.remaining <> lot.amount - coalesce(drawn.amount, 0)),
       ('lot', lot.account_id <> entry.account_id OR lot.amount <> entry.amount
               OR lot.expires_at IS DISTINCT FROM entry.expires_at)
       ) AS problem (code, is_there)
 WHERE entry.account_id BETWEEN %(first)s AND %(last)s AND problem.is_there
 ORDER BY entry.account_id, lot.entry_id, problem.code
"""

PARTS: Final = """
SELECT problem.code, entry.account_id, entry.id
  FROM {entry} AS entry
  LEFT JOIN {lot} AS lot ON lot.entry_id = entry.id
  LEFT JOIN LATERAL (
       SELECT sum(draw.amount) AS amount,
              bool_or(source.account_id <> entry.account_id) AS is_foreign
         FROM {draw} AS draw JOIN {lot} AS source ON source.entry_id = draw.lot_id
        WHERE draw.entry_id = entry.id) AS drawn ON true
 CROSS JOIN LATERAL (VALUES
       ('parts', entry.amount <> coalesce(lot.amount, 0) - coalesce(drawn.amount, 0)),
       ('foreign', coalesce(drawn.is_foreign, false))
       ) AS problem (code, is_there)
 WHERE entry.account_id BETWEEN %(first)s AND %(last)s AND problem.is_there
 ORDER BY entry.account_id, entry.id, problem.code
"""

MIRRORS: Final = """
SELECT 'reversed', entry.account_id, entry.id
  FROM {entry} AS entry
  JOIN (SELECT reverses_id, sum(amount) AS amount FROM {entry}
         WHERE reverses_id IS NOT NULL AND account_id BETWEEN %(first)s AND %(last)s
         GROUP BY reverses_id) AS mirrors ON mirrors.reverses_id = entry.id
 WHERE mirrors.amount * sign(entry.amount) > 0 OR abs(mirrors.amount) > abs(entry.amount)
 ORDER BY entry.account_id, entry.id
"""

HOLDS: Final = """
SELECT 'hold', hold.account_id, hold.entry_id
  FROM {hold} AS hold JOIN {entry} AS entry ON entry.id = hold.entry_id
  LEFT JOIN LATERAL (SELECT sum(back.amount) AS amount FROM {entry} AS back
                      WHERE back.reverses_id = hold.entry_id AND back.kind = 'release') AS freed
         ON true
 WHERE hold.account_id BETWEEN %(first)s AND %(last)s
   AND (hold.amount <> -entry.amount OR hold.account_id <> entry.account_id
        OR coalesce(freed.amount, 0)
           <> CASE hold.state WHEN 'open' THEN 0 ELSE hold.amount - hold.captured END)
 ORDER BY hold.account_id, hold.entry_id
"""

CHECKS: Final = (ENTRIES, ACCOUNTS, LOTS, PARTS, MIRRORS, HOLDS)
