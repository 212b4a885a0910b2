"""Which events an act on the ledger is worth, in the transaction of the act; purses follow, too.

Nothing is told of an account whose customer is gone. Many customers come together, at most
`CUSTOMERS_TOGETHER` an event, so that a million of them are ten thousand rows; the events of a bulk
act are made where its entries are, in the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from .. import events, money
from ..webhooks import outbox
from . import purse_queue, rules
from .lines import Account, Line, Moved, Words

# The bodies of the events of a bulk act: that of `of_many` with the changes of those who moved, in
# the order in which they did.
BODIES: Final = """
SELECT CASE WHEN count(*) = 1 THEN min(customer) ELSE %(event_subject)s END AS subject,
       replace(%(event_body)s::text, '"changes":[]',
               '"changes":[' || string_agg(change, ',') || ']') AS body
  FROM (SELECT customer, part,
               '{{{{"customer":"' || customer || '","amount":' || {amount} || ',"balance":'
               || {balance} || ',"number":' || number || '}}}}' AS change
          FROM (SELECT amount, balance_after, number,
                       encode(convert_to('User:' || customer_id, 'UTF8'), 'base64') AS customer,
                       (row_number() OVER () - 1) / {together} AS part
                  FROM moved WHERE customer_id IS NOT NULL AND amount <> 0) AS numbered) AS named
 GROUP BY part ORDER BY part
"""


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


def recording(currency: str) -> str:
    """The part of a statement that tells of the many whom it `moved`; run with `of_many`."""
    bodies = BODIES.format(
        amount=_as_written("amount", currency),
        balance=_as_written("balance_after", currency),
        together=events.CUSTOMERS_TOGETHER,
    )
    return outbox.recording(bodies, subject="subject")


def of_many(unit: str, currency: str, line: Line) -> dict[str, Any]:
    """The parameters of `recording`."""
    return outbox.pattern(_changed(unit, currency, (), line), at=line.at)


def recorded(customer_ids: Sequence[int]) -> None:
    """Many were told of by `recording`; these customers have money, which purses must follow."""
    outbox.recorded()
    purse_queue.request(customer_ids)


def _as_written(units: str, currency: str) -> str:
    """The SQL of an amount as an event says it (rules.from_units)."""
    # Multiplied, for that is exact: a quotient of eighteen digits would be rounded.
    return f"""'"' || {units} * {money.exponent(currency):f} || '"'""" if currency else units


def _purses_follow(unit: str, moved: Sequence[Moved]) -> None:
    if unit in rules.MONEY:
        purse_queue.request(one.customer_id for one in moved if one.customer_id is not None)


def _balances_changed(
    unit: str, currency: str, moved: Sequence[Moved], line: Line
) -> Iterator[events.Payload]:
    for changes in _batches(currency, moved):
        yield _changed(unit, currency, changes, line)


def _changed(
    unit: str, currency: str, changes: tuple[events.BalanceChange, ...], line: Line
) -> events.LoyaltyBalanceChanged:
    return events.LoyaltyBalanceChanged(
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
