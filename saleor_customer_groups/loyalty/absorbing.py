"""What the shop did to a purse's card, written into the ledger once: the writer of `PurseEvent`.

An order that was paid with the card spends; money refunded to the card comes back to the lots it
was spent from; what staff changed on the card is an adjustment in their name. All of it within
the transaction of the caller, who has locked the purse and the card.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Sum

from .. import money
from ..models import LoyaltyEntry, Purse, PurseEvent, PurseEventKind
from ..sentences import Sentence
from . import holds, ledger, paying, purses
from .rules import Posting, from_units

BY_HAND: Final = Sentence("The balance of the gift card was changed")
GIVEN_BACK: Final = Sentence("The order was cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEvent:
    """One event of the card, as the host tells it. `amount` has a sign: what the card got."""

    id: int
    kind: str
    amount: Decimal
    actor: str = ""
    order_id: UUID | None = None
    checkout: UUID | None = None  # that the order came from
    is_refundable: bool = False


@dataclass(slots=True)
class _Written:
    """The entries that record an event, and how much the ledger lacked."""

    entries: list[int] = field(default_factory=list)
    shortfall: int = 0


def new_among(event_ids: Iterable[int]) -> set[int]:
    """Which of these events were not absorbed yet."""
    wanted = set(event_ids)
    known = PurseEvent.objects.filter(event_id__in=wanted).values_list("event_id", flat=True)
    return wanted - set(known)


def absorb(purse: Purse, event: CardEvent, *, now: datetime) -> None:
    """Write down what happened to the card; what the ledger lacks is the event's shortfall."""
    units = money.to_minor(event.amount, purse.currency)
    purses.lock_accounts(purse)
    written = _Written()
    if units:
        match event.kind:
            case PurseEventKind.USED:
                _spend(purse, event, -units, written, now)
            case PurseEventKind.REFUNDED:
                _refund(purse, event, units, written, now)
            case _:
                _adjust(purse, event, units, written, now)
    PurseEvent.objects.create(
        event_id=event.id,
        purse_id=purse.pk,
        kind=event.kind,
        order_id=event.order_id,
        is_refundable=event.is_refundable,
        amount=units,
        shortfall=written.shortfall,
        entry_ids=written.entries,
    )


def _spend(purse: Purse, event: CardEvent, units: int, written: _Written, now: datetime) -> None:
    """First what was held for the checkout, then what else is there."""
    if event.checkout is not None and event.checkout == purse.claimed_by:
        units -= _capture(purse, event, units, written, now)
    _take(purse, event, units, written, now, kind="spend", source="order")


def _capture(purse: Purse, event: CardEvent, units: int, written: _Written, now: datetime) -> int:
    held = purses.open_holds(purse, purse.claimed_by)
    by_unit = paying.shares(units, purses.held_lots(held))
    captured = 0
    for hold in held:
        share = by_unit.get(hold.account.unit, 0)
        if share:
            amount = from_units(share, purse.currency)
            holds.capture(hold.pk, amount=amount, reference=_order(event), now=now)
            written.entries.append(hold.pk)
            captured += share
        else:
            holds.release(hold.pk, now=now)
    return captured


def _take(
    purse: Purse,
    event: CardEvent,
    units: int,
    written: _Written,
    now: datetime,
    *,
    kind: str,
    source: str,
) -> None:
    by_unit = paying.shares(units, purses.lots_of(purse, now=now))
    for unit, share in by_unit.items():
        _post(purse, event, unit, -share, written, now, kind=kind, source=source)
    written.shortfall += units - sum(by_unit.values())


def _refund(purse: Purse, event: CardEvent, units: int, written: _Written, now: datetime) -> None:
    """Back to the lots that the order used; what it never spent is new credit."""
    left = units
    for entry_id, spent in _spent_by(event.order_id, purse.pk).items():
        share = min(left, spent)
        if share > 0:
            posted = ledger.reverse(
                entry_id,
                key=f"card:{event.id}:{entry_id}",
                source="order",
                amount=from_units(share, purse.currency),
                actor=event.actor,
                reference=_order(event),
                now=now,
            )
            written.entries.append(posted.entry_id)
            left -= share
    if left:
        _post(purse, event, "credit", left, written, now, kind="adjust", source="order")


def _adjust(purse: Purse, event: CardEvent, units: int, written: _Written, now: datetime) -> None:
    source = "api" if event.actor.startswith("App:") else "manual"
    if units > 0:
        _post(purse, event, "credit", units, written, now, kind="adjust", source=source)
    else:
        _take(purse, event, -units, written, now, kind="adjust", source=source)


def _post(
    purse: Purse,
    event: CardEvent,
    unit: str,
    units: int,
    written: _Written,
    now: datetime,
    *,
    kind: str,
    source: str,
) -> None:
    posted = ledger.post(
        Posting(
            customer_id=purse.customer_id,
            unit=unit,
            currency=purse.currency,
            amount=from_units(units, purse.currency),
            kind=kind,
            key=f"card:{event.id}:{unit}",
            source=source,
            reason=BY_HAND if kind == "adjust" else "",
            actor=event.actor,
            reference=_order(event),
        ),
        now=now,
    )
    written.entries.append(posted.entry_id)


def _order(event: CardEvent) -> str:
    return f"Order:{event.order_id}" if event.order_id else ""


# -- what an order spent


def give_back(order_id: UUID, *, now: datetime) -> int:
    """The order was cancelled: what it spent goes back to where it came from. In smallest units.

    Not what the host refunds itself, as the payment that it was. May be repeated.
    """
    used = PurseEvent.objects.filter(
        order_id=order_id, kind=PurseEventKind.USED, is_refundable=False
    )
    given = 0
    for event in used:
        for entry_id, spent in _left_of(event.entry_ids).items():
            if spent > 0:
                ledger.reverse(
                    entry_id,
                    key=f"card-back:{event.event_id}:{entry_id}",
                    source="order",
                    reason=GIVEN_BACK,
                    reference=f"Order:{order_id}",
                    now=now,
                )
                given += spent
    return given


def _spent_by(order_id: UUID | None, purse_id: int) -> Mapping[int, int]:
    """What is not given back yet of what an order spent, by entry; the last one first."""
    if order_id is None:
        return {}
    used = PurseEvent.objects.filter(
        order_id=order_id, purse_id=purse_id, kind=PurseEventKind.USED
    ).order_by("-event_id")
    return _left_of([entry_id for event in used for entry_id in reversed(event.entry_ids)])


def _left_of(entry_ids: Iterable[int]) -> dict[int, int]:
    """What each entry took and did not get back: released, or reversed."""
    ids = list(entry_ids)
    taken = dict(LoyaltyEntry.objects.filter(pk__in=ids).values_list("pk", "amount"))
    mirrors = LoyaltyEntry.objects.filter(reverses__in=ids).order_by().values_list("reverses")
    back = dict(mirrors.annotate(sum=Sum("amount")))
    return {pk: -taken[pk] - back.get(pk, 0) for pk in ids}


def orders_that_spent(*, since: datetime, chunk: int) -> Iterator[list[UUID]]:
    """Orders whose credit we give back when they are cancelled, some at a time."""
    last = 0
    used = PurseEvent.objects.filter(
        kind=PurseEventKind.USED, is_refundable=False, amount__lt=0, created_at__gte=since
    ).exclude(order_id=None)
    while found := list(used.filter(pk__gt=last).order_by("pk")[:chunk]):
        yield [event.order_id for event in found if event.order_id is not None]
        last = found[-1].pk
