"""Giving and taking back what an order earned: in our ledger, or by asking another system.

The caller holds the lock of the order, and the row says how many bookings it has: the number is
part of each key, so that what is taken, given and taken again is three bookings and not two.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q, Sum

from ... import conf, events
from ...models import Earning, LoyaltyDraw, LoyaltyKind, LoyaltyLot, LoyaltySource
from ...sentences import Sentence
from ...webhooks import outbox
from .. import ledger, requests
from ..rules import Amount, Posting, Short, from_units, to_units

LATER = "later"


def give(earning: Earning, minor: int, *, now: datetime) -> None:
    """Post so much of the earning; what is owed of earlier ones is taken from it at once."""
    expires_at = None
    if earning.validity_days is not None:
        expires_at = now + timedelta(days=earning.validity_days)
    if requests.are_used():
        _ask(earning, minor, expires_at=expires_at, now=now)
    else:
        ledger.post(_posting(earning, "earn", minor, expires_at=expires_at), now=now)
    earning.posted += minor
    if conf.get("CLAW_BACK") == LATER:
        _collect(earning, minor, now=now)


def take(earning: Earning, minor: int, *, now: datetime) -> None:
    """Take so much back. What expired of it did nobody any good, what was reversed is with the shop
    again, and neither is taken from the rest; what the customer spent is the earning's shortfall.
    """
    lapsed = min(minor, _gone_of(earning, now=now) - earning.lapsed)
    earning.lapsed += lapsed
    if minor == lapsed:
        return
    wanted = minor - lapsed
    taken = _take(earning, wanted, now=now)
    if taken < wanted:
        earning.shortfall += wanted - taken
        outbox.record([_shortfall(earning, wanted - taken)], at=now)


def give_again(earning: Earning, minor: int, *, now: datetime) -> None:
    """A refund came to nothing: what was never taken is forgotten, the rest is given."""
    for name in ("shortfall", "lapsed"):
        forgotten = min(minor, getattr(earning, name))
        setattr(earning, name, getattr(earning, name) - forgotten)
        minor -= forgotten
    if minor:
        give(earning, minor, now=now)


def _take(earning: Earning, minor: int, *, now: datetime) -> int:
    """How much was there to be taken."""
    if requests.are_used():
        _ask(earning, -minor, now=now)
        taken = minor
    else:
        posted = ledger.post(_posting(earning, "claw", -minor), now=now)
        taken = -_minor(posted.amount, earning)
    earning.clawed_back += taken
    return taken


def _gone_of(earning: Earning, *, now: datetime) -> int:
    """How much of what was given for it has expired, or will when the job comes by, or was taken
    back by a reversal; of what another system was asked to give, how much it refused.
    """
    keys = [_key(earning, "earn", number) for number in range(1, earning.bookings + 1)]
    if requests.are_used():
        return requests.refused_of(keys)
    lots = LoyaltyLot.objects.filter(entry__key__in=keys)
    due = lots.filter(expires_at__lte=now).aggregate(sum=Sum("remaining"))
    gone = LoyaltyDraw.objects.filter(
        Q(entry__kind=LoyaltyKind.EXPIRE) | Q(entry__reverses_id=F("lot_id")), lot__in=lots
    )
    return (due["sum"] or 0) + (gone.aggregate(sum=Sum("amount"))["sum"] or 0)


def _collect(earning: Earning, given: int, *, now: datetime) -> None:
    """Of what was just given, take what the customer owes since earlier refunds.

    An earning that is being settled elsewhere is passed over until the next time.
    """
    owing = Earning.objects.select_for_update(skip_locked=True).filter(
        customer_id=earning.customer_id,
        unit=earning.unit,
        currency=earning.currency,
        shortfall__gt=0,
    )
    for other in owing.exclude(pk=earning.pk).order_by("id"):
        taken = _take(other, min(given, other.shortfall), now=now)
        other.shortfall -= taken
        other.save()
        given -= taken
        if given <= 0:
            return


def _posting(
    earning: Earning, act: str, minor: int, *, expires_at: datetime | None = None
) -> Posting:
    assert earning.customer_id is not None  # noqa: S101 - a row without one is left alone
    return Posting(
        customer_id=earning.customer_id,
        unit=earning.unit,
        currency=earning.currency,
        amount=from_units(minor, earning.currency),
        kind=LoyaltyKind.EARN if minor > 0 else LoyaltyKind.CLAW_BACK,
        key=_next_key(earning, act),
        source=LoyaltySource.ORDER,
        expires_at=expires_at,
        short=Short.REFUSE if minor > 0 else Short.TAKE_LEFT,
        reference=events.global_id("Order", earning.order_id),
    )


def _ask(
    earning: Earning, minor: int, *, now: datetime, expires_at: datetime | None = None
) -> None:
    assert earning.customer_id is not None  # noqa: S101 - a row without one is left alone
    wish = requests.Wish(
        key=_next_key(earning, "earn" if minor > 0 else "claw"),
        customer_id=earning.customer_id,
        unit=earning.unit,
        currency=earning.currency,
        amount=minor,
        reason=Sentence("Order paid") if minor > 0 else Sentence("Order refunded"),
        order_id=earning.order_id,
        expires_at=expires_at,
    )
    requests.ask([wish], now=now)


def _next_key(earning: Earning, act: str) -> str:
    earning.bookings += 1
    return _key(earning, act, earning.bookings)


def _key(earning: Earning, act: str, number: int) -> str:
    return f"{act}:{earning.order_id}:{earning.unit}:{earning.pk}.{number}"


def _minor(amount: Amount, earning: Earning) -> int:
    return to_units(amount, earning.unit, earning.currency) if amount else 0


def _shortfall(earning: Earning, minor: int) -> events.LoyaltyShortfall:
    assert earning.customer_id is not None  # noqa: S101 - a row without one is left alone
    return events.LoyaltyShortfall(
        customer=events.customer_id(earning.customer_id),
        unit=earning.unit,
        amount=from_units(minor, earning.currency),
        currency=earning.currency,
        order=events.global_id("Order", earning.order_id),
    )
