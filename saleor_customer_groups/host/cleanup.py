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
from .lines import RECORD_KEY, has_override_reason, own_override_in_force
from .prices import plugin_of

CHUNK: Final = 100


def clear_group_prices() -> int:
    """Take every group price out of the open checkouts; how many checkouts had one.

    A chunk a transaction in the order of the keys, so it may be killed and run again. Does nothing
    while the plugin is on: it may have been switched on again before this ran.
    """
    if plugin_of(get_plugins_manager(allow_replica=False)) is not None:
        return 0
    marked = CheckoutLine.objects.filter(private_metadata__has_key=RECORD_KEY)
    in_order = marked.order_by("checkout_id").values_list("checkout_id", flat=True).distinct()
    count, checkouts = 0, list(in_order[:CHUNK])
    while checkouts:
        with transaction.atomic():
            _clear(checkouts)
        _refresh_vouchers(checkouts)
        count += len(checkouts)
        checkouts = list(in_order.filter(checkout_id__gt=checkouts[-1])[:CHUNK])
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
            if has_override_reason():
                line.price_override_reason = None
        del line.private_metadata[RECORD_KEY]
    fields = ["price_override", "private_metadata"]
    if has_override_reason():
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
