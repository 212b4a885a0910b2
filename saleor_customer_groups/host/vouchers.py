"""Vouchers when prices change without a mutation: Saleor computes vouchers in mutations only."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from saleor.checkout.base_calculations import calculate_base_line_total_price
from saleor.checkout.utils import recalculate_checkout_discount
from saleor.discount import VoucherType
from saleor.discount.interface import fetch_voucher_info
from saleor.discount.utils.voucher import attach_voucher_to_line_info

Totals = dict[UUID, Decimal]


def totals_before_voucher(lines: Sequence[Any]) -> Totals:
    """What each line costs with discounts and without the voucher, by line id."""
    return {
        line_info.line.pk: calculate_base_line_total_price(line_info, include_voucher=False).amount
        for line_info in lines
    }


def recompute(checkout_info: Any, lines: list[Any]) -> None:
    """Compute the voucher anew on the prices of now, as a mutation would.

    Also which lines it is for (another one may be the cheapest), and without it, if Saleor finds
    that it no longer applies: then no line may keep it, or the order would not add up.
    """
    voucher, code = checkout_info.voucher, checkout_info.checkout.voucher_code
    for line_info in lines:
        line_info.voucher = line_info.voucher_code = None
    if voucher.type == VoucherType.SPECIFIC_PRODUCT or voucher.apply_once_per_order:
        attach_voucher_to_line_info(fetch_voucher_info(voucher, code), lines)
    recalculate_checkout_discount(checkout_info.manager, checkout_info, lines)
    if checkout_info.voucher is None:
        for line_info in lines:
            line_info.voucher = line_info.voucher_code = None
