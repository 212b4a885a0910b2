"""From which account a payment comes when a customer has credit and cashback. Pure.

What expires first goes first, over both; of lots that expire together cashback goes before
credit, for credit may be money that the customer once paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

# In this order among equals.
UNITS: Final = ("cashback", "credit")
NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Available:
    """What is left of a lot, in smallest units."""

    unit: str
    amount: int
    expires_at: datetime | None


def shares(amount: int, lots: Iterable[Available]) -> Mapping[str, int]:
    """How much of the amount each unit pays; together less than it if less is there."""
    paid: dict[str, int] = {}
    left = amount
    for lot in sorted(lots, key=lambda one: (one.expires_at or NEVER, UNITS.index(one.unit))):
        taken = min(left, lot.amount)
        if taken > 0:
            paid[lot.unit] = paid.get(lot.unit, 0) + taken
            left -= taken
    return paid


def total(lots: Iterable[Available]) -> int:
    """All that is there."""
    return sum(lot.amount for lot in lots)
