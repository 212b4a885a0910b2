"""A basket and an order in the same form: lines with "was / now", then the sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prices import Money
from saleor.checkout import base_calculations
from saleor.checkout.fetch import CheckoutLineInfo
from saleor.core.prices import quantize_price
from saleor.discount import DiscountType
from saleor.order.models import Order, OrderLine

from .basket import Basket


@dataclass(frozen=True, slots=True)
class Line:
    """`was` and `reason` only where the shopper pays less than the list price."""

    id: Any
    product: Any
    variant_name: str
    quantity: int
    now: Money
    was: Money | None
    reason: str
    is_group_price: bool
    total: Money


@dataclass(frozen=True, slots=True)
class Receipt:
    lines: tuple[Line, ...]
    subtotal: Money
    saved: Money
    voucher_name: str
    voucher_discount: Money | None
    credit: Money | None
    total: Money


def basket_receipt(basket: Basket) -> Receipt:
    """A basket with its prices up to date."""
    lines = tuple(_basket_line(line_info) for line_info in basket.lines)
    checkout = basket.checkout
    voucher = checkout.discount_name if checkout.voucher_code else None
    total = checkout.total.gross
    credit = min(checkout.get_total_gift_cards_balance(), total)
    return _receipt(lines, total, voucher, credit)


def order_receipt(order: Order) -> Receipt:
    """An order as it was made."""
    rows = order.lines.select_related("variant__product").prefetch_related("discounts")
    lines = tuple(_order_line(row) for row in rows)
    total = order.subtotal.gross  # no shipping here; what gift cards paid is off the order's total
    voucher = order.voucher.name if order.voucher else None
    return _receipt(lines, total, voucher, total - order.total.gross)


def _receipt(lines: tuple[Line, ...], total: Money, voucher: str | None, credit: Money) -> Receipt:
    """The voucher is what lies between the lines' own prices and the total before credit."""
    zero = Money(0, total.currency)
    saved = sum(((line.was - line.now) * line.quantity for line in lines if line.was), zero)
    subtotal = sum((line.total for line in lines), zero)
    discount = subtotal - total if voucher else None
    paid = credit if credit.amount else None
    return Receipt(lines, subtotal, saved, voucher or "", discount, paid, total - credit)


def _basket_line(info: CheckoutLineInfo) -> Line:
    total = base_calculations.calculate_base_line_total_price(info, include_voucher=False)
    now = quantize_price(total / info.line.quantity, total.currency)
    return Line(
        id=info.line.pk,
        product=info.product,
        variant_name=info.variant.name,
        quantity=info.line.quantity,
        now=now,
        was=_was(info.undiscounted_unit_price, now),
        reason=_reason(info.discounts),
        is_group_price=_is_group_price(info.discounts),
        total=total,
    )


def _order_line(row: OrderLine) -> Line:
    discounts = list(row.discounts.all())
    own = [one.amount for one in discounts if one.type == DiscountType.PROMOTION]
    listed = row.undiscounted_base_unit_price
    total = listed * row.quantity - sum(own, Money(0, row.currency))
    now = quantize_price(total / row.quantity, row.currency)
    return Line(
        id=row.pk,
        product=row.variant.product if row.variant else row.product_name,
        variant_name=row.variant_name,
        quantity=row.quantity,
        now=now,
        was=_was(listed, now),
        reason=_reason(discounts),
        is_group_price=_is_group_price(discounts),
        total=total,
    )


def _was(listed: Money, now: Money) -> Money | None:
    return listed if listed > now else None


def _reason(discounts: Any) -> str:
    """The group's reason as it is; the shop's own promotion by its name."""
    own = (row for row in discounts if row.type == DiscountType.PROMOTION)
    named = (row.name if row.promotion_rule_id else row.reason for row in own)
    return " · ".join(filter(None, named))


def _is_group_price(discounts: Any) -> bool:
    """A catalogue discount without a promotion rule is a group's."""
    return any(
        row.type == DiscountType.PROMOTION and row.promotion_rule_id is None for row in discounts
    )
