"""Leaving nothing behind: group prices out of open checkouts when the plugin is switched off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.lock_objects import (
    checkout_lines_qs_select_for_update,
    checkout_qs_select_for_update,
)
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.checkout.utils import invalidate_checkout
from saleor.discount import DiscountType
from saleor.discount.models import CheckoutLineDiscount
from saleor.plugins.manager import get_plugins_manager

from . import guard
from .lines import RECORD_KEY, own_override_in_force

CHUNK: Final = 100


def clear_group_prices() -> int:
    """Take every group price out of the open checkouts; how many checkouts had one.

    A chunk a transaction, so it may be killed and run again. Call it when the plugin is off:
    what it expires is priced by whoever looks next.
    """
    marked = CheckoutLine.objects.filter(private_metadata__has_key=RECORD_KEY)
    count = 0
    while checkouts := sorted(set(marked.values_list("checkout_id", flat=True)[:CHUNK])):
        with transaction.atomic():
            _clear(checkouts)
        count += len(checkouts)
        _refresh_vouchers(checkouts)
    return count


def _clear(checkout_ids: Sequence[UUID]) -> None:
    for checkout in checkout_qs_select_for_update().filter(pk__in=checkout_ids):
        guard.expire(checkout)
    lines = list(
        checkout_lines_qs_select_for_update().filter(
            checkout_id__in=checkout_ids, private_metadata__has_key=RECORD_KEY
        )
    )
    CheckoutLineDiscount.objects.filter(
        line__in=lines, type=DiscountType.PROMOTION, promotion_rule=None
    ).delete()
    for line in lines:
        if own_override_in_force(line) is not None:
            line.price_override = None
            if hasattr(line, "price_override_reason"):
                line.price_override_reason = None
        del line.private_metadata[RECORD_KEY]
    fields = ["price_override", "private_metadata"]
    if any(f.name == "price_override_reason" for f in CheckoutLine._meta.get_fields()):
        fields.append("price_override_reason")
    CheckoutLine.objects.bulk_update(lines, fields)


def _refresh_vouchers(checkout_ids: Sequence[UUID]) -> None:
    """Saleor computes a voucher in mutations only, and these were computed on group prices."""
    with_voucher = Checkout.objects.filter(pk__in=checkout_ids, voucher_code__isnull=False)
    for checkout in with_voucher:
        manager = get_plugins_manager(allow_replica=False)
        lines, _ = fetch_checkout_lines(checkout)
        checkout_info = fetch_checkout_info(checkout, lines, manager)
        invalidate_checkout(checkout_info, lines, manager, save=True)
