"""Sums of a checkout before taxes."""

from __future__ import annotations

from typing import Any

from prices import Money

from ..core.prices import quantize_price
from ..core.taxes import zero_money
from ..discount.utils.voucher import (
    calculate_line_discount_amount_from_voucher,
    is_order_level_voucher,
)


def calculate_undiscounted_base_line_unit_price(line_info: Any, channel: Any) -> Money:
    price = line_info.undiscounted_unit_price
    return quantize_price(price, price.currency)


def calculate_undiscounted_base_line_total_price(line_info: Any, channel: Any) -> Money:
    total = line_info.undiscounted_unit_price * line_info.line.quantity
    return quantize_price(total, total.currency)


def calculate_base_line_total_price(line_info: Any, include_voucher: bool = True) -> Money:
    """The line after its own discounts and, if wanted, after a voucher for this line."""
    total = line_info.undiscounted_unit_price * line_info.line.quantity
    for discount in line_info.discounts:
        total -= Money(discount.amount_value, line_info.line.currency)
    if include_voucher and line_info.voucher:
        total -= calculate_line_discount_amount_from_voucher(line_info, total)
    return quantize_price(total, total.currency)


def calculate_base_line_unit_price(line_info: Any) -> Money:
    total = calculate_base_line_total_price(line_info)
    return quantize_price(total / line_info.line.quantity, total.currency)


def base_checkout_subtotal(
    checkout_lines: list[Any], channel: Any, currency: str, include_voucher: bool = True
) -> Money:
    """All lines after their own discounts, before a voucher for the whole order."""
    totals = [calculate_base_line_total_price(line, include_voucher) for line in checkout_lines]
    return sum(totals, zero_money(currency))


def get_line_total_price_with_propagated_checkout_discount(
    checkout_info: Any, lines: list[Any], checkout_line_info: Any
) -> Money:
    """The line with its share of the voucher; the shares add up to the voucher exactly."""
    own = calculate_base_line_total_price(checkout_line_info)
    if not is_order_level_voucher(checkout_info.voucher):
        return own
    currency = own.currency
    totals = [calculate_base_line_total_price(line) for line in lines]
    total = sum(totals, zero_money(currency))
    position = next(i for i, line in enumerate(lines) if line is checkout_line_info)
    discount = min(checkout_info.checkout.discount, total)
    if not total.amount:
        return own
    shares = [quantize_price(line / total * discount, currency) for line in totals[:-1]]
    shares.append(discount - sum(shares, zero_money(currency)))
    return max(own - shares[position], zero_money(currency))
