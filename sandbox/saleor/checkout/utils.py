"""What mutations do to a checkout. Two names here are where the plugin comes in."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from prices import Money

from ..core.db.connection import allow_writer
from ..core.taxes import zero_money
from ..discount.interface import fetch_voucher_info
from ..discount.models import NotApplicable, Voucher, VoucherCode
from ..discount.utils.checkout import (
    create_checkout_discount_objects_for_order_promotions,
    create_checkout_line_discount_objects_for_catalogue_promotions,
)
from ..discount.utils.voucher import (
    attach_voucher_to_line_info,
    calculate_line_discount_amount_from_voucher,
    is_line_level_voucher,
)
from . import base_calculations
from .error_codes import CheckoutErrorCode
from .lock_objects import checkout_lines_qs_select_for_update, checkout_qs_select_for_update
from .models import Checkout, CheckoutLine, CheckoutMetadata

_VOUCHER_FIELDS = [
    "voucher_code",
    "discount_name",
    "translated_discount_name",
    "discount_amount",
    "currency",
    "last_change",
]


def invalidate_checkout(
    checkout_info: Any,
    lines: list[Any],
    manager: Any,
    *,
    recalculate_discount: bool = True,
    save: bool,
) -> list[str]:
    """Recompute discounts now, let prices be computed at the next look. Returns changed fields."""
    if recalculate_discount:
        recalculate_checkout_discounts(checkout_info, lines, manager)
    return invalidate_checkout_prices(checkout_info, save=save)


def recalculate_checkout_discounts(checkout_info: Any, lines: list[Any], manager: Any) -> None:
    """Promotions of the lines first, then the voucher on what they leave."""
    create_checkout_line_discount_objects_for_catalogue_promotions(lines)
    recalculate_checkout_discount(manager, checkout_info, lines)


def invalidate_checkout_prices(checkout_info: Any, *, save: bool) -> list[str]:
    """Let the prices expire now. Returns the names of the changed fields."""
    checkout = checkout_info.checkout
    checkout.price_expiration = checkout.discount_expiration = timezone.now()
    updated_fields = ["price_expiration", "discount_expiration", "last_change"]
    if save:
        checkout.save(update_fields=updated_fields)
    return updated_fields


def recalculate_checkout_discount(manager: Any, checkout_info: Any, lines: list[Any]) -> None:
    """Bring the voucher's amount up to date; drop a voucher that no longer applies."""
    checkout = checkout_info.checkout
    if voucher := checkout_info.voucher:
        discount = check_voucher_for_checkout(voucher, manager, checkout_info, lines)
        if discount:
            checkout.discount = discount
            checkout.discount_name = voucher.name
            checkout.translated_discount_name = ""
            checkout.save(update_fields=_VOUCHER_FIELDS)
    else:
        remove_voucher_from_checkout(checkout)
    create_checkout_discount_objects_for_order_promotions(checkout_info, lines, save=True)


def check_voucher_for_checkout(
    voucher: Voucher, manager: Any, checkout_info: Any, lines: list[Any]
) -> Money | None:
    """What the voucher takes off; None, and no voucher any more, when it does not apply."""
    try:
        return get_voucher_discount_for_checkout(manager, voucher, checkout_info, lines, None)
    except NotApplicable:
        remove_voucher_from_checkout(checkout_info.checkout)
        checkout_info.voucher = None
        return None


def get_voucher_discount_for_checkout(
    manager: Any, voucher: Voucher, checkout_info: Any, lines: list[Any], address: Any
) -> Money:
    """What the voucher takes off, on all of its lines. Raises NotApplicable."""
    if is_line_level_voucher(voucher):
        return _line_voucher_discount(voucher, checkout_info, lines)
    subtotal = base_calculations.base_checkout_subtotal(
        lines, checkout_info.channel, checkout_info.checkout.currency
    )
    return voucher.get_discount_amount_for(subtotal, checkout_info.channel)


def _line_voucher_discount(voucher: Voucher, checkout_info: Any, lines: list[Any]) -> Money:
    amounts = []
    for line in lines:
        before = base_calculations.calculate_base_line_total_price(line, include_voucher=False)
        amounts.append(calculate_line_discount_amount_from_voucher(line, before))
    discount = sum(amounts, zero_money(checkout_info.checkout.currency))
    if not discount:
        raise NotApplicable("This offer is only valid for selected items.")
    return discount


def get_voucher_for_checkout(
    checkout: Any, channel_slug: str
) -> tuple[Voucher | None, VoucherCode | None]:
    """The checkout's voucher and code; nothing when either has stopped."""
    if checkout.voucher_code is None:
        return None, None
    code = VoucherCode.objects.filter(code=checkout.voucher_code, is_active=True).first()
    if code is None:
        return None, None
    running = Voucher.objects.active_in_channel(date=timezone.now(), channel_slug=channel_slug)
    voucher = running.filter(pk=code.voucher_id).first()
    return (voucher, code) if voucher else (None, None)


def add_voucher_code_to_checkout(
    manager: Any, checkout_info: Any, lines: list[Any], voucher_code: str
) -> None:
    """Put a voucher on the checkout. Raises ValidationError when it does not apply."""
    checkout = checkout_info.checkout
    checkout.voucher_code = voucher_code
    voucher, code = get_voucher_for_checkout(checkout, checkout_info.channel.slug)
    if voucher is None:
        checkout.voucher_code = None
        message = "Voucher is not applicable to this checkout."
        code_of_error = CheckoutErrorCode.VOUCHER_NOT_APPLICABLE.value
        raise ValidationError({"promo_code": ValidationError(message, code=code_of_error)})
    checkout_info.voucher, checkout_info.voucher_code = voucher, code
    if is_line_level_voucher(voucher):
        attach_voucher_to_line_info(fetch_voucher_info(voucher, voucher_code), lines)
    checkout.discount_name = voucher.name
    checkout.discount = get_voucher_discount_for_checkout(
        manager, voucher, checkout_info, lines, None
    )
    checkout.save(update_fields=_VOUCHER_FIELDS)


def remove_voucher_from_checkout(checkout: Checkout) -> None:
    checkout.voucher_code = None
    checkout.discount_name = None
    checkout.translated_discount_name = None
    checkout.discount_amount = Decimal(0)
    checkout.save(update_fields=_VOUCHER_FIELDS)


def add_variants_to_checkout(
    checkout: Any,
    variants: Iterable[Any],
    checkout_lines_data: Iterable[Any],
    channel: Any,
    replace: bool = False,
    *,
    calculate_stocks_with_shipping_zones: bool,
) -> Any:
    """Add or change lines: data with a `line_id` changes that line, quantity 0 removes it.

    Quantities are added, or with `replace` set. The miniature keeps no stock.
    """
    by_id = {str(variant.pk): variant for variant in variants}
    with transaction.atomic():
        checkout_qs_select_for_update().only("pk").get(pk=checkout.pk)
        locked = checkout_lines_qs_select_for_update().filter(checkout_id=checkout.pk)
        lines = {str(line.pk): line for line in locked}
        for data in checkout_lines_data:
            line = lines.get(data.line_id) if data.line_id else None
            if line is not None:
                _change_line(line, data.quantity, replace)
            elif data.quantity > 0:
                _create_line(checkout, by_id[data.variant_id], channel, data.quantity)
    return checkout


def _change_line(line: CheckoutLine, quantity: int, replace: bool) -> None:
    line.quantity = quantity if replace else line.quantity + quantity
    if line.quantity > 0:
        line.save(update_fields=["quantity"])
    else:
        line.delete()


def _create_line(checkout: Any, variant: Any, channel: Any, quantity: int) -> None:
    listing = variant.channel_listings.get(channel=channel)
    CheckoutLine.objects.create(
        checkout=checkout,
        variant=variant,
        quantity=quantity,
        currency=checkout.currency,
        undiscounted_unit_price_amount=variant.get_base_price(listing).amount,
    )


def delete_checkouts(checkout_pks_to_delete: list[Any]) -> int:
    with transaction.atomic():
        CheckoutLine.objects.filter(checkout_id__in=checkout_pks_to_delete).delete()
        count, _ = Checkout.objects.filter(pk__in=checkout_pks_to_delete).delete()
    return count


@allow_writer()
def get_or_create_checkout_metadata(checkout: Checkout) -> CheckoutMetadata:
    metadata, _ = CheckoutMetadata.objects.get_or_create(checkout=checkout)
    return metadata
