"""What a voucher applies to, and how much it takes off a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F
from prices import Money

from ...core.taxes import zero_money
from .. import DiscountValueType, VoucherType
from ..interface import VoucherInfo


def is_order_level_voucher(voucher: Any) -> bool:
    return bool(
        voucher and voucher.type == VoucherType.ENTIRE_ORDER and not voucher.apply_once_per_order
    )


def is_line_level_voucher(voucher: Any) -> bool:
    return bool(
        voucher and (voucher.type == VoucherType.SPECIFIC_PRODUCT or voucher.apply_once_per_order)
    )


def increase_voucher_usage(voucher: Any, code: Any, customer_email: str | None) -> None:
    """An order uses the code: one time less, and none at all if it is for a single use."""
    if voucher.usage_limit:
        code.used = F("used") + 1
        code.save(update_fields=["used"])
    if voucher.single_use:
        code.is_active = False
        code.save(update_fields=["is_active"])


def attach_voucher_to_line_info(voucher_info: VoucherInfo, lines_info: Sequence[Any]) -> None:
    """Put a voucher for products, or for the cheapest piece, on the lines that it is for."""
    voucher = voucher_info.voucher
    lines = list(lines_info)
    if voucher.type == VoucherType.SPECIFIC_PRODUCT:
        lines = list(get_discounted_lines(lines, voucher_info))
    if voucher.apply_once_per_order:
        cheapest = get_the_cheapest_line(lines)
        lines = [cheapest] if cheapest else []
    for line_info in lines:
        line_info.voucher = voucher
        line_info.voucher_code = voucher_info.voucher_code


def get_discounted_lines(lines: Iterable[Any], voucher_info: VoucherInfo) -> Iterable[Any]:
    """The lines whose product the voucher names; all of them when it names none."""
    named = (
        set(voucher_info.variant_pks),
        set(voucher_info.product_pks),
        set(voucher_info.category_pks),
        set(voucher_info.collection_pks),
    )
    if not any(named):
        return list(lines)
    return [line for line in lines if not line.line.is_gift and _is_named(line, *named)]


def _is_named(
    line: Any, variants: set[int], products: set[int], categories: set[int], collections: set[int]
) -> bool:
    return (
        line.variant.pk in variants
        or line.product.pk in products
        or line.product.category_id in categories
        or any(collection.pk in collections for collection in line.collections)
    )


def get_the_cheapest_line(lines_info: Iterable[Any] | None) -> Any:
    return min(lines_info or (), key=lambda line: line.variant_discounted_price, default=None)


def calculate_line_discount_amount_from_voucher(line_info: Any, total_price: Money) -> Money:
    """What the line's voucher takes off `total_price`; once per order: off one piece of it."""
    voucher = line_info.voucher
    if not voucher:
        return zero_money(total_price.currency)
    quantity = line_info.line.quantity
    unit_price = total_price / quantity
    if voucher.apply_once_per_order:
        return voucher.get_discount_amount_for(unit_price, channel=line_info.channel)
    if voucher.discount_value_type == DiscountValueType.PERCENTAGE:
        return voucher.get_discount_amount_for(total_price, channel=line_info.channel)
    return voucher.get_discount_amount_for(unit_price, channel=line_info.channel) * quantity
