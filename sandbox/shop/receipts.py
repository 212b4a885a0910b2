"""A basket and an order in the same form: lines with "was / now", then the sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prices import Money
from saleor.checkout import base_calculations
from saleor.checkout.fetch import CheckoutLineInfo
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
    total: Money


def basket_receipt(basket: Basket) -> Receipt:
    """A basket with its prices up to date."""
    lines = tuple(_basket_line(line_info) for line_info in basket.lines)
    checkout = basket.checkout
    discount = checkout.discount if checkout.voucher_code and checkout.discount_amount else None
    return _receipt(lines, checkout.currency, checkout.discount_name, discount, checkout.total)


def order_receipt(order: Order) -> Receipt:
    """An order as it was made. The voucher is what the lines' own prices do not explain."""
    rows = order.lines.select_related("variant__product").prefetch_related("discounts")
    lines = tuple(_order_line(row) for row in rows)
    subtotal = sum((line.total for line in lines), Money(0, order.currency))
    discount = subtotal - order.total.gross if order.voucher else None
    name = order.voucher.name if order.voucher else ""
    return _receipt(lines, order.currency, name, discount, order.total)


def _receipt(
    lines: tuple[Line, ...], currency: str, voucher: str | None, discount: Any, total: Any
) -> Receipt:
    zero = Money(0, currency)
    saved = sum(((line.was - line.now) * line.quantity for line in lines if line.was), zero)
    subtotal = sum((line.total for line in lines), zero)
    return Receipt(lines, subtotal, saved, voucher or "", discount, total.gross)


def _basket_line(info: CheckoutLineInfo) -> Line:
    now = base_calculations.calculate_base_line_unit_price(info)
    return Line(
        id=info.line.pk,
        product=info.product,
        variant_name=info.variant.name,
        quantity=info.line.quantity,
        now=now,
        was=_was(info.undiscounted_unit_price, now),
        reason=_reason(info.discounts),
        is_group_price=_is_group_price(info.discounts),
        total=base_calculations.calculate_base_line_total_price(info),
    )


def _order_line(row: OrderLine) -> Line:
    now = row.base_unit_price
    return Line(
        id=row.pk,
        product=row.variant.product if row.variant else row.product_name,
        variant_name=row.variant_name,
        quantity=row.quantity,
        now=now,
        was=_was(row.undiscounted_base_unit_price, now),
        reason=_reason(row.discounts.all()),
        is_group_price=_is_group_price(row.discounts.all()),
        total=now * row.quantity,
    )


def _was(listed: Money, now: Money) -> Money | None:
    return listed if listed > now else None


def _reason(discounts: Any) -> str:
    """The group's reason as it is; the shop's own promotion by its name."""
    named = (row.reason if _is_group_price([row]) else row.name for row in discounts)
    return " · ".join(filter(None, named))


def _is_group_price(discounts: Any) -> bool:
    """A catalogue discount without a promotion rule is a group's."""
    return any(
        row.type == DiscountType.PROMOTION and row.promotion_rule_id is None for row in discounts
    )
