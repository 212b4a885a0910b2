"""Points become a voucher of the shop, and a voucher that nobody used becomes points again: the
only writer of `PointVoucher`.

The host makes the vouchers and switches them off (host/point_vouchers.py): it gives us the means,
which run in the transaction of the entry, so there is never the one without the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from .. import conf, events, money
from ..errors import Refused
from ..models import PointVoucher
from ..sentences import Sentence
from . import converting, ledger, rules
from .rules import Posted

# A voucher's key follows from the key of its request: so the entry can name it before it is made.
NAMESPACE: Final = uuid5(NAMESPACE_URL, "saleor-customer-groups:point-voucher")
NOT_THEIRS: Final = "The voucher belongs to another customer; please take it off."
TAKEN: Final = "The voucher is being used in another order at this moment, or was given back."


@dataclass(frozen=True, slots=True)
class Wanted:
    """The voucher that the host is to make."""

    code_id: UUID
    points: int
    amount: Decimal
    currency: str
    starts_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Exchanged:
    """How many points became a voucher of how much, and the entry that took them."""

    points: int
    amount: Decimal
    expires_at: datetime | None
    code_id: UUID
    taken: Posted


def points_to_voucher(
    customer_id: int,
    points: int,
    *,
    currency: str,
    key: str,
    make: Callable[[Wanted], None],
    source: str = "api",
    actor: str = "",
    now: datetime | None = None,
) -> Exchanged:
    """Turn points into a voucher, both or nothing, at the rate of the currency.

    The same key again, also after the rate changed: what was done then. Refuses as
    `points_to_credit` does.
    """
    rules.check_key(f"{key}:points")
    moment = now or timezone.now()
    code_id = uuid5(NAMESPACE, f"{currency}:{key}")
    request = converting.taking(
        customer_id,
        points,
        currency=currency,
        key=key,
        source=source,
        actor=actor,
        reference=events.global_id("VoucherCode", code_id),
    )
    with transaction.atomic():
        # First, for it says whether this is a repeat, and nobody can use the points meanwhile.
        taken = ledger.post(request, now=moment)
        if taken.repeated:
            voucher = PointVoucher.objects.get(pk=taken.entry_id)
        else:
            amount, expires_at = converting.worth(points, currency, now=moment)
            make(Wanted(code_id, points, amount, currency, moment, expires_at))
            voucher = PointVoucher.objects.create(
                entry_id=taken.entry_id,
                customer_id=customer_id,
                code_id=code_id,
                currency=currency,
                amount=money.to_minor(amount, currency),
                expires_at=expires_at,
                created_at=moment,
            )
    worth = money.from_minor(voucher.amount, currency)
    return Exchanged(points, worth, voucher.expires_at, code_id, taken)


def give_back(
    code_id: UUID,
    *,
    key: str,
    switch_off: Callable[[UUID], bool],
    source: str = "api",
    actor: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> Posted:
    """A voucher that was not used becomes the points again that it was made of, in their old lots.

    Those that have expired by now expire again. The same key again gets the first answer. Refused:
    it was used (used), it is being used (claimed), was given back before (already_reversed), or is
    nobody's (not_found).
    """
    moment = now or timezone.now()
    with transaction.atomic():
        # The host's row first, as it locks it on the way to an order.
        is_off = switch_off(code_id)
        voucher = PointVoucher.objects.select_for_update().filter(code_id=code_id).first()
        if voucher is None or voucher.customer_id is None:
            raise Refused(Sentence("No customer's points are this voucher."), code="not_found")
        if voucher.ended_at is None:
            _require_unused(voucher, is_off=is_off, now=moment)
            voucher.ended_at = moment
            voucher.save(update_fields=["ended_at"])
        return ledger.reverse(
            voucher.entry_id,
            key=key,
            source=source,
            actor=actor,
            reason=reason,
            reference=events.global_id("VoucherCode", code_id),
            now=moment,
        )


def _require_unused(voucher: PointVoucher, *, is_off: bool, now: datetime) -> None:
    if not is_off:
        raise Refused(Sentence("The voucher was used, or staff deleted it."), code="used")
    if voucher.claimed_until is not None and voucher.claimed_until > now:
        raise Refused(
            Sentence("The voucher is being used in an order at this moment."), code="claimed"
        )


# -- at the checkout


def claim(code_id: UUID, *, customer_id: int | None, checkout: UUID, now: datetime) -> str | None:
    """Let this checkout, and no other, be completed with the voucher; why it cannot, if so.

    Nobody but its customer, and once: the host itself looks at a voucher before it locks it, so
    that two checkouts at once could both have it.
    """
    voucher = PointVoucher.objects.filter(code_id=code_id).first()
    if voucher is None:
        return None  # of the shop's own
    if customer_id is None or voucher.customer_id != customer_id:
        return NOT_THEIRS
    free = PointVoucher.objects.filter(
        Q(claimed_by=None) | Q(claimed_by=checkout) | Q(claimed_until__lte=now),
        pk=voucher.pk,
        ended_at=None,
    )
    until = now + timedelta(seconds=conf.get("CLAIM_SECONDS"))
    if not free.update(claimed_by=checkout, claimed_until=until):
        return TAKEN
    return None


# -- reading, and forgetting


def of_customer(customer_id: int) -> Sequence[PointVoucher]:
    """The customer's vouchers that were not switched off, the latest first."""
    return list(
        PointVoucher.objects.filter(customer_id=customer_id, ended_at=None).order_by("-entry")
    )


def move(customer_id: int, *, into: int) -> None:
    """A customer's vouchers are another's (loyalty/merging.py)."""
    PointVoucher.objects.filter(customer_id=customer_id).update(customer_id=into)


def leave(customer_ids: Iterable[int]) -> None:
    """These customers are gone, deleted or made anonymous: their vouchers are nobody's."""
    PointVoucher.objects.filter(customer_id__in=list(customer_ids)).update(customer=None)


def end_of_nobody(
    switch_off: Callable[[UUID], bool], *, limit: int = 500, now: datetime | None = None
) -> int:
    """Switch off what customers left behind, and keep what was used; how many. May be repeated.

    Their points are not given back: nobody is there to have them.
    """
    left = PointVoucher.objects.filter(customer=None, ended_at=None).order_by("entry")
    ended = list(left[:limit])
    for voucher in ended:
        with transaction.atomic():
            switch_off(voucher.code_id)
            PointVoucher.objects.filter(pk=voucher.pk).update(ended_at=now or timezone.now())
    return len(ended)
