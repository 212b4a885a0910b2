"""Vouchers of Saleor that customers get for points: good once, for one customer, in one currency.

Saleor's vouchers know no owner. So the code is made at random and only its customer is told it,
and just before an order we refuse it to everybody else (`refuse_what_is_anothers`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from saleor.channel.models import Channel
from saleor.core.utils.events import call_event
from saleor.core.utils.promo_code import generate_promo_code
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import Voucher, VoucherChannelListing, VoucherCode
from saleor.plugins.manager import get_plugins_manager

from .. import money
from ..errors import Refused
from ..loyalty import vouchers
from ..loyalty.rules import Posted
from ..loyalty.vouchers import Exchanged, Wanted
from ..sentences import Sentence
from .guard import code_for

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PointVoucherCode:
    """What a customer is told of a voucher."""

    code: str
    amount: Decimal
    currency: str
    expires_at: datetime | None
    is_used: bool


def points_to_voucher(
    customer_id: int,
    points: int,
    *,
    currency: str,
    key: str,
    source: str = "api",
    actor: str = "",
    now: datetime | None = None,
) -> Exchanged:
    """Turn a customer's points into a voucher of the same rate as credit (loyalty/converting.py).

    Both or nothing, once for each key; `code_of` is what to show. Refused: as there, or no channel
    has the currency (no_channel).
    """
    return vouchers.points_to_voucher(
        customer_id,
        points,
        currency=currency,
        key=key,
        make=_make,
        source=source,
        actor=actor,
        now=now,
    )


def give_back(
    code_id: UUID,
    *,
    key: str,
    source: str = "api",
    actor: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> Posted:
    """Give the points of a voucher back that was not used; it is switched off for good."""
    return vouchers.give_back(
        code_id,
        key=key,
        switch_off=_switch_off,
        source=source,
        actor=actor,
        reason=reason,
        now=now,
    )


def code_of(code_id: UUID) -> str | None:
    """The code to type in at the checkout. None: staff deleted the voucher."""
    found = VoucherCode.objects.filter(pk=code_id).values_list("code", flat=True).first()
    return None if found is None else str(found)


def codes_of(code_ids: Sequence[UUID]) -> dict[UUID, tuple[str, bool]]:
    """Of these vouchers the code, and whether it was used; not of those that staff deleted."""
    codes = VoucherCode.objects.in_bulk(code_ids)
    return {key: (code.code, _is_used(code)) for key, code in codes.items()}


def of_customer(customer_id: int) -> list[PointVoucherCode]:
    """The customer's vouchers, the latest first; not those whose points were given back."""
    own = vouchers.of_customer(customer_id)
    codes = codes_of([one.code_id for one in own])
    return [
        PointVoucherCode(
            code=codes[one.code_id][0],
            amount=money.from_minor(one.amount, one.currency),
            currency=one.currency,
            expires_at=one.expires_at,
            is_used=codes[one.code_id][1],
        )
        for one in own
        if one.code_id in codes
    ]


def _make(wanted: Wanted) -> None:
    channels = list(Channel.objects.filter(currency_code=wanted.currency).order_by("pk"))
    if not channels:
        sentence = Sentence("No channel of the shop sells in {currency}.", currency=wanted.currency)
        raise Refused(sentence, code="no_channel")
    voucher = Voucher.objects.create(
        type=VoucherType.ENTIRE_ORDER,
        name=f"{wanted.points} points",
        discount_value_type=DiscountValueType.FIXED,
        start_date=wanted.starts_at,
        end_date=wanted.expires_at,
        # Once: by both ways that Saleor has. The limit is what makes it lock the code.
        usage_limit=1,
        single_use=True,
    )
    code = VoucherCode.objects.create(
        id=wanted.code_id, voucher=voucher, code=generate_promo_code()
    )
    VoucherChannelListing.objects.bulk_create(
        VoucherChannelListing(
            voucher=voucher,
            channel=channel,
            discount_value=wanted.amount,
            currency=wanted.currency,
        )
        for channel in channels
    )
    call_event(get_plugins_manager(allow_replica=False).voucher_created, voucher, code.code)


def _switch_off(code_id: UUID) -> bool:
    """Let the code be of no use any more; whether it was not used until now.

    Of one that staff deleted nobody knows whether it was.
    """
    code = VoucherCode.objects.select_for_update().filter(pk=code_id).first()
    if code is None or _is_used(code):
        return False
    code.is_active = False
    code.save(update_fields=["is_active"])
    return True


def _is_used(code: Any) -> bool:
    return code.used > 0 or not code.is_active


# -- the last moment before an order


def refuse_what_is_anothers(checkout_info: Any, *, requestor: Any) -> None:
    """Raise ValidationError (field `voucher_code`) when the checkout's voucher was made of
    somebody else's points, or another checkout is being completed with it.
    """
    checkout = checkout_info.checkout
    if not checkout.voucher_code:
        return
    code_id = (
        VoucherCode.objects.filter(code=checkout.voucher_code).values_list("pk", flat=True).first()
    )
    if code_id is None:
        return
    problem = vouchers.claim(
        code_id, customer_id=checkout.user_id, checkout=checkout.pk, now=timezone.now()
    )
    if problem is None:
        return
    logger.warning("Refused to complete checkout %s: not its voucher.", checkout.pk)
    error = ValidationError(problem, code=code_for(requestor))
    raise ValidationError({"voucher_code": error})


# -- customers who are gone


def forget(customer_ids: Sequence[int]) -> None:
    """Nobody uses the vouchers of these customers any more."""
    vouchers.leave(customer_ids)
    forget_the_gone()


def forget_the_gone() -> int:
    """The same for all whose customer is gone; how many vouchers."""
    count = 0
    while done := vouchers.end_of_nobody(_switch_off):
        count += done
    return count
