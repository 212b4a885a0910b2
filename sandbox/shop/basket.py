"""The operations on a basket, each in the steps of Saleor's mutation of that name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from saleor.checkout import calculations, complete_checkout, utils
from saleor.checkout.actions import call_checkout_event
from saleor.checkout.fetch import (
    CheckoutInfo,
    CheckoutLineInfo,
    fetch_checkout_info,
    fetch_checkout_lines,
)
from saleor.checkout.models import Checkout
from saleor.core.db.connection import allow_writer
from saleor.giftcard.models import GiftCard
from saleor.giftcard.utils import add_gift_card_code_to_checkout
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager
from saleor.product.models import ProductVariant
from saleor.webhook.event_types import WebhookEventAsyncType

from . import payment


@dataclass(frozen=True, slots=True)
class LineData:
    """A line to add (`variant_id`) or to change (`line_id`); quantity 0 removes it."""

    quantity: int
    variant_id: str = ""
    line_id: str | None = None


@dataclass(frozen=True, slots=True)
class Basket:
    """A checkout with its prices, up to date."""

    info: CheckoutInfo
    lines: list[CheckoutLineInfo]

    @property
    def checkout(self) -> Checkout:
        found: Checkout = self.info.checkout
        return found


@allow_writer()
def open_basket(checkout: Checkout) -> Basket:
    """The checkout query: prices are computed anew if they expired."""
    manager = get_plugins_manager(allow_replica=False)
    lines, _ = fetch_checkout_lines(checkout)
    info = fetch_checkout_info(checkout, lines, manager)
    calculations.calculate_checkout_total(manager=manager, checkout_info=info, lines=lines)
    return Basket(info, lines)


@allow_writer()
def create(user: Any, channel: Any, variant: ProductVariant, quantity: int) -> Checkout:
    """checkoutCreate with one line."""
    customer = user if user.is_authenticated else None
    checkout = Checkout.objects.create(
        user=customer,
        email=customer.email if customer else None,
        channel=channel,
        currency=channel.currency_code,
        country=channel.default_country,
    )
    data = LineData(quantity, variant_id=str(variant.pk))
    _change_lines(checkout, [data], [variant], WebhookEventAsyncType.CHECKOUT_CREATED)
    return checkout


@allow_writer()
def add(checkout: Checkout, variant: ProductVariant, quantity: int) -> None:
    """checkoutLinesAdd: more of a variant that is in the basket already goes on its line."""
    line = checkout.lines.filter(variant=variant, is_gift=False).first()
    data = LineData(quantity, str(variant.pk), str(line.pk) if line else None)
    _change_lines(checkout, [data], [variant], WebhookEventAsyncType.CHECKOUT_UPDATED)


@allow_writer()
def set_quantity(checkout: Checkout, line_id: Any, quantity: int) -> None:
    """checkoutLinesUpdate, or checkoutLineDelete with quantity 0."""
    data = LineData(quantity, line_id=str(line_id))
    _change_lines(checkout, [data], [], WebhookEventAsyncType.CHECKOUT_UPDATED, replace=True)


def _change_lines(
    checkout: Checkout,
    data: Iterable[LineData],
    variants: Iterable[ProductVariant],
    event: str,
    *,
    replace: bool = False,
) -> None:
    manager = get_plugins_manager(allow_replica=False)
    utils.add_variants_to_checkout(
        checkout,
        variants,
        data,
        checkout.channel,
        replace=replace,
        calculate_stocks_with_shipping_zones=False,
    )
    _finish(checkout, manager, event)


def _finish(checkout: Checkout, manager: Any, event: str) -> None:
    lines, _ = fetch_checkout_lines(checkout)
    info = fetch_checkout_info(checkout, lines, manager)
    utils.invalidate_checkout(info, lines, manager, save=True)
    call_checkout_event(manager, event, checkout)


@allow_writer()
def set_customer(checkout: Checkout, customer: Any) -> None:
    """checkoutCustomerAttach, or checkoutCustomerDetach with None. Saleor keeps the prices here."""
    checkout.user = customer
    checkout.email = customer.email if customer else checkout.email
    checkout.save(update_fields=["user", "email", "last_change"])
    manager = get_plugins_manager(allow_replica=False)
    call_checkout_event(manager, WebhookEventAsyncType.CHECKOUT_UPDATED, checkout)


@allow_writer()
def add_voucher(checkout: Checkout, code: str) -> None:
    """checkoutAddPromoCode. Raises ValidationError for a code that does not apply."""
    manager = get_plugins_manager(allow_replica=False)
    lines, _ = fetch_checkout_lines(checkout)
    info = fetch_checkout_info(checkout, lines, manager)
    utils.add_voucher_code_to_checkout(manager, info, lines, code)
    _finish(checkout, manager, WebhookEventAsyncType.CHECKOUT_UPDATED)


@allow_writer()
def remove_voucher(checkout: Checkout) -> None:
    """checkoutRemovePromoCode."""
    utils.remove_voucher_from_checkout(checkout)
    manager = get_plugins_manager(allow_replica=False)
    _finish(checkout, manager, WebhookEventAsyncType.CHECKOUT_UPDATED)


@allow_writer()
def add_gift_card(checkout: Checkout, card: GiftCard) -> None:
    """checkoutAddPromoCode with a card's code. Raises ValidationError for somebody else's."""
    email = checkout.get_customer_email() or ""
    add_gift_card_code_to_checkout(checkout, email, card.code, checkout.currency)
    manager = get_plugins_manager(allow_replica=False)
    _finish(checkout, manager, WebhookEventAsyncType.CHECKOUT_UPDATED)


@allow_writer()
def remove_gift_cards(checkout: Checkout) -> None:
    """checkoutRemovePromoCode with each card's code."""
    checkout.gift_cards.clear()
    manager = get_plugins_manager(allow_replica=False)
    _finish(checkout, manager, WebhookEventAsyncType.CHECKOUT_UPDATED)


@allow_writer()
def complete(checkout: Checkout, user: Any, email: str) -> Order:
    """checkoutComplete, and the payment. Raises ValidationError when the order is refused."""
    checkout.email = email
    checkout.save(update_fields=["email", "last_change"])
    manager = get_plugins_manager(allow_replica=False)
    lines, _ = fetch_checkout_lines(checkout)
    info = fetch_checkout_info(checkout, lines, manager)
    customer = user if user.is_authenticated else None
    order, _, _ = complete_checkout.complete_checkout(
        manager, info, lines, {}, False, customer, None
    )
    if order is None:
        raise ValidationError("This basket is gone.")
    payment.charge(order, manager)
    return order
