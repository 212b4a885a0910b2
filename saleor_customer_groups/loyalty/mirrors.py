"""Reversing a bulk act: a mirror entry for each entry of it, many accounts at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from ..models import LoyaltyAccount
from . import telling, writing
from .draws import ACCOUNTS_OF_ACT, OF_ACT, OF_ITS_LOTS
from .lines import Line
from .retrying import patiently
from .writing import Counts


def reverse_many(
    adjustment_id: int, *, kind: str = "adjust", after: int, last: int, now: datetime
) -> Counts:
    """Reverse what the act did in the accounts above `after`, up to `last`; one transaction.

    What it took goes back to the lots it came from. What it gave is taken from its own lots, as
    far as it is still there: the rest is the `shortfall` of the counts, and of the entries.
    `amount` is what was taken back, negative what was given back. A repeat does nothing.
    """
    return patiently(partial(_reverse_many, adjustment_id, kind, after, last, now))


def _reverse_many(adjustment_id: int, kind: str, after: int, last: int, now: datetime) -> Counts:
    line = Line(kind="reverse", source="manual", at=now, adjustment=adjustment_id)
    writing.expect_many()
    bound = {**line.parameters(), "reversed": kind, "after": after, "last": last}
    found = writing.execute(ACCOUNTS_OF_ACT, bound)
    accounts = [account.id for account in writing.lock(row[0] for row in found)]
    if not accounts:
        return Counts(0, 0)
    # All accounts of an act are of one unit and currency.
    own = LoyaltyAccount.objects.get(pk=accounts[0])
    expiring, expired = writing.expire(accounts, now=now)
    telling.tell_expired(own.unit, own.currency, expired, expiring)
    drawn = writing.draw_many(
        bound | {"accounts": accounts},
        own.unit,
        own.currency,
        line,
        wanted=OF_ACT,
        draws=OF_ITS_LOTS,
    )
    return replace(drawn, amount=-drawn.amount)
