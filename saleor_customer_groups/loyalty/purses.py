"""Purses: what their cards should hold, and which checkout spends them. Writes `Purse`.

A purse holds a customer's credit and cashback of one currency. While a checkout is completed with
the card, the purse is claimed by it: no other checkout may complete with it, the card's balance
stands still, and what the checkout may spend is held in the ledger. A claim ends with the order,
or when its limit is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Sum

from .. import conf
from ..errors import Refused
from ..models import (
    HoldState,
    LoyaltyAccount,
    LoyaltyDraw,
    LoyaltyHold,
    LoyaltyLot,
    Purse,
    PurseEvent,
)
from ..sentences import Sentence
from . import holds, paying, purse_queue
from .rules import from_units

# A hold outlives its claim, so that the end of the claim decides what becomes of it.
LONGER: Final = timedelta(minutes=30)
KEY: Final = "purse:"  # what the keys of these holds begin with


def locked(customer_id: int) -> list[Purse]:
    """The customer's purses, locked; one is made for each currency they have money in."""
    known = Purse.objects.filter(customer_id=customer_id).values_list("currency", flat=True)
    owned = LoyaltyAccount.objects.filter(
        customer_id=customer_id, unit__in=paying.UNITS, balance__gt=0
    ).values_list("currency", flat=True)
    missing = set(owned) - set(known)
    if missing:
        Purse.objects.bulk_create(
            [Purse(customer_id=customer_id, currency=one) for one in sorted(missing)],
            ignore_conflicts=True,
        )
    return existing(customer_id)


def existing(customer_id: int) -> list[Purse]:
    """The purses that the customer has, locked."""
    return list(Purse.objects.filter(customer_id=customer_id).order_by("pk").select_for_update())


def lots_of(purse: Purse, *, now: datetime) -> list[paying.Available]:
    """What can be spent of the purse's money: not what is due to expire, though it still stands."""
    lots = LoyaltyLot.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now),
        account__in=_account_ids(purse),
        remaining__gt=0,
    )
    rows = lots.values_list("account__unit", "remaining", "expires_at")
    return [paying.Available(*row) for row in rows]


def lock_accounts(purse: Purse) -> None:
    """Let nobody else change the purse's money until the transaction ends."""
    accounts = LoyaltyAccount.objects.filter(pk__in=_account_ids(purse))
    list(accounts.order_by("pk").select_for_update().values_list("pk"))


def _account_ids(purse: Purse) -> list[int]:
    accounts = LoyaltyAccount.objects.filter(
        customer_id=purse.customer_id, unit__in=paying.UNITS, currency=purse.currency
    )
    return list(accounts.values_list("pk", flat=True))


# -- claims


def claim(purse: Purse, checkout: UUID, *, now: datetime) -> bool:
    """Let this checkout, and no other, be completed with the purse. False: another one is."""
    until = now + timedelta(seconds=conf.get("CLAIM_SECONDS"))
    free = Purse.objects.filter(Q(claimed_by=None) | Q(claimed_by=checkout), pk=purse.pk)
    if not free.update(claimed_by=checkout, claimed_until=until, claims=F("claims") + 1):
        return False
    purse.refresh_from_db()
    return True


def reserve(purse: Purse, units: int, *, now: datetime) -> None:
    """Hold so much of the money for the checkout that claimed the purse."""
    assert purse.claimed_until is not None  # noqa: S101 - it was claimed
    for unit, share in paying.shares(units, lots_of(purse, now=now)).items():
        holds.hold(
            customer_id=purse.customer_id,
            unit=unit,
            currency=purse.currency,
            amount=from_units(share, purse.currency),
            key=f"{KEY}{purse.pk}:{purse.claims}:{unit}",
            expires_at=purse.claimed_until + LONGER,
            reference=held_for(purse.claimed_by),
            now=now,
        )


def held_for(checkout: UUID | None) -> str:
    """What the holds of a checkout refer to."""
    return f"Checkout:{checkout}"


def open_holds(purse: Purse, checkout: UUID | None) -> list[LoyaltyHold]:
    """What is held of the purse for a checkout."""
    found = LoyaltyHold.objects.filter(
        reference=held_for(checkout), state=HoldState.OPEN, account__in=_account_ids(purse)
    )
    return list(found.select_related("account").order_by("pk"))


def is_paying(held: LoyaltyHold) -> bool:
    """Whether a checkout that claimed a purse pays with what is held (`reserve`)."""
    return (held.entry.key or "").startswith(KEY) and held.state == HoldState.OPEN


def require_not_paying(held: LoyaltyHold) -> None:
    """Refused: somebody else would end what a checkout pays with, and its order takes it again."""
    if is_paying(held):
        sentence = Sentence(
            "A checkout is being paid with this. It ends with the order, or by itself soon."
        )
        raise Refused(sentence, code="is_paying")


def held_lots(held: Iterable[LoyaltyHold]) -> list[paying.Available]:
    """Which lots these holds drew on."""
    draws = LoyaltyDraw.objects.filter(entry__in=[one.pk for one in held])
    rows = draws.values_list("lot__account__unit", "amount", "lot__expires_at")
    return [paying.Available(*row) for row in rows]


def free(purse: Purse, *, now: datetime) -> None:
    """Give back what is held for the checkout that claimed the purse; the claim stays."""
    for hold in open_holds(purse, purse.claimed_by):
        holds.release(hold.pk, now=now)


def end_claim(purse: Purse, *, now: datetime) -> None:
    """The order was made, or the limit is over: what is still held goes back."""
    free(purse, now=now)
    purse.claimed_by = purse.claimed_until = None
    purse.save(update_fields=["claimed_by", "claimed_until"])


def over(now: datetime, limit: int) -> Sequence[int]:
    """Customers with a claim whose limit is over."""
    found = Purse.objects.filter(claimed_until__lte=now).order_by("claimed_until")
    return list(found.values_list("customer_id", flat=True)[:limit])


# -- the card


def attach(purse: Purse, card_id: int | None) -> None:
    """From now on this is the purse's card; None: it has none any more."""
    purse.gift_card_id, purse.last_event_id = card_id, 0
    purse.save(update_fields=["gift_card_id", "last_event_id"])


def settle(purse: Purse, *, last_event_id: int, now: datetime) -> None:
    """The card is what the ledger says, and its events are read up to this one."""
    purse.last_event_id, purse.synced_at = last_event_id, now
    purse.save(update_fields=["last_event_id", "synced_at"])


def forget(customer_ids: Sequence[int]) -> list[int]:
    """Remove the purses of customers who are gone; the cards they had.

    What the cards did stays, and no longer says for which order.
    """
    gone = list(Purse.objects.filter(customer_id__in=customer_ids).order_by("pk"))
    ids = [purse.pk for purse in gone]
    PurseEvent.objects.filter(purse_id__in=ids).update(order_id=None)
    Purse.objects.filter(pk__in=ids).delete()
    for customer_id in customer_ids:
        purse_queue.done(customer_id)
    return [purse.gift_card_id for purse in gone if purse.gift_card_id is not None]


def units_of(purse: Purse, *, now: datetime) -> int:
    """What the card should hold, in smallest units."""
    return paying.total(lots_of(purse, now=now))


# -- by night, many at once


def units_of_many(customer_ids: Iterable[int], *, now: datetime) -> dict[tuple[int, str], int]:
    """The same for every currency of these customers."""
    lots = LoyaltyLot.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now),
        account__customer__in=list(customer_ids),
        account__unit__in=paying.UNITS,
        remaining__gt=0,
    )
    sums = lots.order_by().values_list("account__customer", "account__currency")
    return {(one, currency): units for one, currency, units in sums.annotate(sum=Sum("remaining"))}


def without_purse(after: int, limit: int) -> list[int]:
    """Customers who have money in a currency in which they have no purse; in key order."""
    purse = Purse.objects.filter(customer_id=OuterRef("customer"), currency=OuterRef("currency"))
    found = LoyaltyAccount.objects.filter(
        ~Exists(purse), customer__gt=after, unit__in=paying.UNITS, balance__gt=0
    )
    return list(found.order_by("customer").values_list("customer", flat=True).distinct()[:limit])
