"""Which events an act on the ledger is worth, in the transaction of the act; purses follow, too.

Nothing is told of an account whose customer is gone. Many customers come together, at most
`CUSTOMERS_TOGETHER` an event, so that a million of them are ten thousand rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from .. import events
from ..webhooks import outbox
from . import purse_queue, rules
from .lines import Account, Line, Moved, Words


def tell_one(
    account: Account, moved: Moved, line: Line, words: Words, *, expires_at: datetime | None
) -> None:
    """Tell of a single act: what it was, and that the balance changed."""
    if moved.customer_id is None or moved.amount == 0:
        return
    told: list[events.Payload] = []
    entry: dict[str, Any] = {
        "customer": events.customer_id(moved.customer_id),
        "unit": account.unit,
        "currency": account.currency,
        "entry": moved.entry_id,
        "source": line.source,
        "reference": words.reference,
    }
    match line.kind:
        case "award" | "earn":
            amount = account.amount(moved.amount)
            told = [events.LoyaltyEarned(**entry, amount=amount, expires_at=expires_at)]
        case "spend":
            told = [events.LoyaltySpent(**entry, amount=account.amount(-moved.amount))]
        case "reverse":
            told = [events.LoyaltyReversed(**entry, amount=account.amount(moved.amount))]
    changed = _balances_changed(account.unit, account.currency, [moved], line)
    outbox.record([*told, *changed], at=line.at)
    _purses_follow(account.unit, [moved])


def tell_captured(
    account: Account, units: int, *, hold_id: int, source: str, reference: str, at: datetime
) -> None:
    """Tell that what was held is spent; the balance changed when it was held."""
    if account.customer_id is None:
        return
    spent = events.LoyaltySpent(
        customer=events.customer_id(account.customer_id),
        unit=account.unit,
        currency=account.currency,
        amount=account.amount(units),
        entry=hold_id,
        source=source,
        reference=reference,
    )
    outbox.record([spent], at=at)


def tell_expired(unit: str, currency: str, moved: Sequence[Moved], line: Line) -> None:
    """Tell what expired, and that the balances changed."""
    expired = (
        events.LoyaltyExpired(unit=unit, currency=currency, changes=changes)
        for changes in _batches(currency, moved)
    )
    outbox.record([*expired, *_balances_changed(unit, currency, moved, line)], at=line.at)
    _purses_follow(unit, moved)


def tell_many(unit: str, currency: str, moved: Sequence[Moved], line: Line) -> None:
    """Tell that the balances of many customers changed."""
    outbox.record(_balances_changed(unit, currency, moved, line), at=line.at)
    _purses_follow(unit, moved)


def _purses_follow(unit: str, moved: Sequence[Moved]) -> None:
    if unit in rules.MONEY:
        purse_queue.request(one.customer_id for one in moved if one.customer_id is not None)


def _balances_changed(
    unit: str, currency: str, moved: Sequence[Moved], line: Line
) -> Iterator[events.Payload]:
    for changes in _batches(currency, moved):
        yield events.LoyaltyBalanceChanged(
            unit=unit,
            currency=currency,
            changes=changes,
            kind=line.kind,
            source=line.source,
            adjustment=line.adjustment,
        )


def _batches(currency: str, moved: Sequence[Moved]) -> Iterator[tuple[events.BalanceChange, ...]]:
    told = [
        events.BalanceChange(
            customer=events.customer_id(one.customer_id),
            amount=rules.from_units(one.amount, currency),
            balance=rules.from_units(one.balance, currency),
            number=one.number,
        )
        for one in moved
        if one.customer_id is not None and one.amount
    ]
    size = events.CUSTOMERS_TOGETHER
    return (tuple(told[start : start + size]) for start in range(0, len(told), size))
