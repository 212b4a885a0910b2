"""From a checkout to an order."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.forms.models import model_to_dict
from prices import TaxedMoney

from ..account.models import User
from ..core.taxes import TaxError, zero_taxed_money
from ..core.utils.events import call_event
from ..discount import DiscountType, DiscountValueType
from ..discount.models import OrderLineDiscount
from ..discount.utils.voucher import (
    calculate_line_discount_amount_from_voucher,
    increase_voucher_usage,
)
from ..order import OrderOrigin, OrderStatus
from ..order.models import Order, OrderLine
from ..order.utils import add_gift_cards_to_order
from . import calculations
from .base_calculations import (
    calculate_base_line_total_price,
    calculate_base_line_unit_price,
    calculate_undiscounted_base_line_unit_price,
)
from .error_codes import CheckoutErrorCode
from .fetch import fetch_checkout_info, fetch_checkout_lines
from .models import Checkout
from .utils import delete_checkouts, get_or_create_checkout_metadata


def complete_checkout(
    manager: Any,
    checkout_info: Any,
    lines: list[Any],
    payment_data: dict[Any, Any],
    store_source: bool,
    user: User | None,
    app: Any,
) -> tuple[Order | None, bool, dict[str, Any]]:
    """Make the order. Raises ValidationError; nothing is charged in the miniature."""
    calculations.fetch_checkout_data(checkout_info, manager, lines, app or user)
    order = complete_checkout_with_transaction(manager, checkout_info, lines, user, app)
    return order, False, {}


def complete_checkout_with_transaction(
    manager: Any, checkout_info: Any, lines: list[Any], user: User | None, app: Any
) -> Order | None:
    """Ask the plugins, then make the order from what stands in the database."""
    try:
        manager.preprocess_order_creation(checkout_info, lines)
    except TaxError as error:
        message = f"Unable to calculate taxes - {error}"
        raise ValidationError(message, code=CheckoutErrorCode.TAX_ERROR.value) from error
    return create_order_from_checkout(checkout_info, manager, user, app)


def create_order_from_checkout(
    checkout_info: Any,
    manager: Any,
    user: User | None,
    app: Any,
    delete_checkout: bool = True,
) -> Order | None:
    """One order a checkout, also when two requests ask at once."""
    pk = checkout_info.checkout.pk
    with transaction.atomic():
        checkout = Checkout.objects.select_for_update().filter(pk=pk).first()
        if checkout is None:
            return Order.objects.filter(checkout_token=str(pk)).first()
        lines, _ = fetch_checkout_lines(checkout)
        if not lines:
            message = "Cannot complete checkout without lines."
            error = ValidationError(message, code=CheckoutErrorCode.NO_LINES.value)
            raise ValidationError({"lines": error})
        order = _create_order(fetch_checkout_info(checkout, lines, manager), lines, manager)
        if delete_checkout:
            delete_checkouts([pk])
    return order


def _create_order(checkout_info: Any, lines: list[Any], manager: Any) -> Order:
    checkout = checkout_info.checkout
    total = calculations.calculate_checkout_total_with_gift_cards(
        manager=manager, checkout_info=checkout_info, lines=lines
    )
    if checkout_info.voucher:
        email = checkout_info.get_customer_email()
        increase_voucher_usage(checkout_info.voucher, checkout_info.voucher_code, email)
    metadata = get_or_create_checkout_metadata(checkout)
    order = Order.objects.create(
        status=OrderStatus.UNCONFIRMED,
        origin=OrderOrigin.CHECKOUT,
        channel=checkout_info.channel,
        user=checkout_info.user,
        user_email=checkout_info.get_customer_email() or "",
        total=total,
        subtotal=checkout.subtotal,
        checkout_token=str(checkout.token),
        lines_count=len(lines),
        voucher=checkout_info.voucher,
        voucher_code=checkout.voucher_code,
        should_refresh_prices=False,
        metadata=metadata.metadata,
        private_metadata=metadata.private_metadata,
    )
    undiscounted = zero_taxed_money(checkout.currency)
    for line_info in lines:
        undiscounted += _create_line(order, checkout_info, line_info).undiscounted_total_price
    order.undiscounted_total = undiscounted
    before_cards = calculations.calculate_checkout_total(
        manager=manager, checkout_info=checkout_info, lines=lines
    )
    add_gift_cards_to_order(checkout_info, order, before_cards.gross, checkout_info.user, None)
    order.save()
    if checkout_info.user:
        users = User.objects.filter(pk=checkout_info.user.pk)
        users.update(number_of_orders=F("number_of_orders") + 1)
    call_event(manager.order_created, order)
    return order


def _create_line(order: Order, checkout_info: Any, line_info: Any) -> OrderLine:
    line = line_info.line
    base = calculate_base_line_unit_price(line_info)
    listed = calculate_undiscounted_base_line_unit_price(line_info, checkout_info.channel)
    unit_price = line.total_price / line.quantity
    discounts = line_info.get_promotion_discounts()
    order_line = OrderLine.objects.create(
        order=order,
        variant=line_info.variant,
        product_name=str(line_info.product),
        variant_name=str(line_info.variant),
        product_sku=line_info.variant.sku,
        is_shipping_required=line_info.variant.is_shipping_required(),
        is_gift_card=line_info.variant.is_gift_card(),
        quantity=line.quantity,
        is_gift=line.is_gift,
        unit_price=unit_price,
        total_price=line.total_price,
        undiscounted_unit_price=TaxedMoney(net=listed, gross=listed),
        undiscounted_total_price=TaxedMoney(net=listed, gross=listed) * line.quantity,
        base_unit_price=base,
        undiscounted_base_unit_price=listed,
        unit_discount=listed - unit_price.gross,
        unit_discount_value=(listed - unit_price.gross).amount,
        unit_discount_type=DiscountValueType.FIXED,
        voucher_code=line_info.voucher_code,
        unit_discount_reason=" & ".join(row.reason for row in discounts if row.reason) or None,
        is_price_overridden=line.price_override is not None,
        price_override_reason=line.price_override_reason,
        metadata=line.metadata,
        private_metadata=line.private_metadata,
    )
    for discount in discounts:
        values = model_to_dict(discount, exclude=["line", "promotion_rule", "voucher"])
        OrderLineDiscount.objects.create(
            line=order_line, promotion_rule_id=discount.promotion_rule_id, **values
        )
    if line_info.voucher:
        _create_voucher_discount(order_line, line_info)
    return order_line


def _create_voucher_discount(order_line: OrderLine, line_info: Any) -> None:
    before = calculate_base_line_total_price(line_info, include_voucher=False)
    amount = calculate_line_discount_amount_from_voucher(line_info, before).amount
    OrderLineDiscount.objects.create(
        line=order_line,
        type=DiscountType.VOUCHER,
        unique_type=DiscountType.VOUCHER,
        value=amount,
        amount_value=amount,
        currency=order_line.currency,
        name=line_info.voucher.name,
        reason=f"Voucher code: {line_info.voucher_code}",
        voucher=line_info.voucher,
        voucher_code=line_info.voucher_code,
    )
