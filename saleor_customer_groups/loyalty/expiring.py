"""What expires, to the second: a lot is gone from its `expires_at` on.

Whoever takes something from an account expires what is due in it first, and balances are told
without it; this job only writes it down for accounts where nothing else happens.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Final

from . import statements, telling, writing
from .retrying import patiently

CHUNK: Final = 2_000  # lots that one transaction looks for


def expire_due(now: datetime, limit: int | None = None) -> int:
    """Expire the lots that are due, of about `limit` accounts; of how many. For the sweep.

    A chunk a transaction; may be killed and run again, also twice at once.
    """
    done = 0
    while limit is None or done < limit:
        chunk = CHUNK if limit is None else min(CHUNK, limit - done)
        found = writing.execute(statements.ACCOUNTS_WITH_DUE_LOTS, {"now": now, "limit": chunk})
        if not found:
            break
        done += patiently(partial(_expire, sorted({row[0] for row in found}), now))
    return done


def _expire(account_ids: list[int], now: datetime) -> int:
    accounts = {account.id: account for account in writing.lock(account_ids)}
    line, expired = writing.expire(account_ids, now=now)

    def of(account_id: int) -> tuple[str, str]:
        return accounts[account_id].unit, accounts[account_id].currency

    by_unit = sorted(expired, key=lambda moved: (of(moved.account_id), moved.entry_id))
    for (unit, currency), moved in groupby(by_unit, key=lambda moved: of(moved.account_id)):
        telling.tell_expired(unit, currency, list(moved), line)
    return len(expired)
