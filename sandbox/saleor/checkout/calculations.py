"""A checkout's prices: kept for a while, computed anew when they expired."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from prices import TaxedMoney

from ..core.db.connection import allow_writer
from ..core.prices import quantize_price
from ..core.taxes import zero_money
from ..discount.utils.checkout import (
    create_or_update_discount_objects_from_promotion_for_checkout,
)
from . import base_calculations
from .fetch import find_checkout_line_info
from .lock_objects import checkout_qs_select_for_update
from .models import Checkout, CheckoutLine

_WRITER = settings.DATABASE_CONNECTION_DEFAULT_NAME


def calculate_checkout_total(
    *,
    manager: Any,
    checkout_info: Any,
    lines: list[Any],
    database_connection_name: str = _WRITER,
    force_update: bool = False,
) -> TaxedMoney:
    checkout_info, lines = fetch_checkout_data(
        checkout_info, manager, lines, None, force_update,
        database_connection_name=database_connection_name,
    )  # fmt: skip
    return checkout_info.checkout.total


def calculate_checkout_total_with_gift_cards(
    manager: Any,
    checkout_info: Any,
    lines: list[Any],
    database_connection_name: str = _WRITER,
    force_update: bool = False,
) -> TaxedMoney:
    """What is left to pay. Net is gross: the miniature has no taxes."""
    total = calculate_checkout_total(
        manager=manager,
        checkout_info=checkout_info,
        lines=lines,
        database_connection_name=database_connection_name,
        force_update=force_update,
    )
    balance = checkout_info.checkout.get_total_gift_cards_balance(database_connection_name)
    left = max(total.gross - balance, zero_money(total.currency))
    return TaxedMoney(net=left, gross=left)


def checkout_subtotal(
    *,
    manager: Any,
    checkout_info: Any,
    lines: list[Any],
    database_connection_name: str = _WRITER,
) -> TaxedMoney:
    fetch_checkout_data(
        checkout_info, manager, lines, None, database_connection_name=database_connection_name
    )
    return checkout_info.checkout.subtotal


def checkout_line_total(
    *,
    manager: Any,
    checkout_info: Any,
    lines: list[Any],
    checkout_line_info: Any,
    database_connection_name: str = _WRITER,
) -> TaxedMoney:
    fetch_checkout_data(
        checkout_info, manager, lines, None, database_connection_name=database_connection_name
    )
    return find_checkout_line_info(lines, checkout_line_info.line.id).line.total_price


def checkout_line_unit_price(
    *,
    manager: Any,
    checkout_info: Any,
    lines: list[Any],
    checkout_line_info: Any,
    database_connection_name: str = _WRITER,
) -> TaxedMoney:
    total = checkout_line_total(
        manager=manager,
        checkout_info=checkout_info,
        lines=lines,
        checkout_line_info=checkout_line_info,
        database_connection_name=database_connection_name,
    )
    return quantize_price(total / checkout_line_info.line.quantity, total.currency)


def fetch_checkout_data(
    checkout_info: Any,
    manager: Any,
    lines: list[Any],
    requestor: Any,
    force_update: bool = False,
    *,
    database_connection_name: str = _WRITER,
) -> tuple[Any, list[Any]]:
    """Bring the prices up to date if they expired; a plain tuple, as in Saleor 3.22."""
    checkout = checkout_info.checkout
    if not force_update and checkout.price_expiration > timezone.now():
        return checkout_info, lines
    try:
        recalculate_discounts(checkout_info, lines, database_connection_name, force_update)
    except Checkout.DoesNotExist:
        # It became an order meanwhile: answer with what there was, save nothing.
        return checkout_info, lines
    _set_checkout_base_prices(checkout, checkout_info, lines)
    checkout.price_expiration = timezone.now() + settings.CHECKOUT_PRICES_TTL
    checkout.discount_expiration = checkout.price_expiration
    _save_prices(checkout, lines)
    return checkout_info, lines


@allow_writer()
def recalculate_discounts(
    checkout_info: Any,
    lines_info: Iterable[Any],
    database_connection_name: str = _WRITER,
    force_update: bool = False,
) -> tuple[Any, Iterable[Any]]:
    """Bring the promotions up to date, unless prices or discounts are still good."""
    checkout = checkout_info.checkout
    now = timezone.now()
    good = checkout.discount_expiration > now or checkout.price_expiration > now
    if good and not force_update:
        return checkout_info, lines_info
    for line_info in lines_info:
        if line_info.channel_listing and line_info.channel_listing.price is not None:
            line_info.line.undiscounted_unit_price = line_info.undiscounted_unit_price
    soonest_end = create_or_update_discount_objects_from_promotion_for_checkout(
        checkout_info, lines_info, database_connection_name
    )
    latest = now + settings.CHECKOUT_PRICES_TTL
    checkout.discount_expiration = min(soonest_end or latest, latest)
    checkout.safe_update(update_fields=["discount_expiration"])
    return checkout_info, lines_info


def _set_checkout_base_prices(checkout: Any, checkout_info: Any, lines: list[Any]) -> None:
    """Net is gross: the miniature has neither taxes nor shipping."""
    subtotal = zero_money(checkout.currency)
    for line_info in lines:
        price = base_calculations.get_line_total_price_with_propagated_checkout_discount(
            checkout_info, lines, line_info
        )
        price = quantize_price(price, checkout.currency)
        line_info.line.total_price = TaxedMoney(net=price, gross=price)
        subtotal += price
    checkout.subtotal = checkout.total = TaxedMoney(net=subtotal, gross=subtotal)


def _save_prices(checkout: Any, lines: list[Any]) -> None:
    """Save, unless somebody changed the checkout since it was read."""
    with allow_writer(), transaction.atomic():
        locked = checkout_qs_select_for_update().only("last_change").filter(pk=checkout.pk).first()
        if locked is None or locked.last_change != checkout.last_change:
            return
        checkout.save(
            update_fields=[
                "total_net_amount",
                "total_gross_amount",
                "subtotal_net_amount",
                "subtotal_gross_amount",
                "price_expiration",
                "discount_expiration",
                "discount_amount",
                "discount_name",
                "currency",
            ]
        )
        CheckoutLine.objects.bulk_update(
            [line_info.line for line_info in lines],
            [
                "total_price_net_amount",
                "total_price_gross_amount",
                "undiscounted_unit_price_amount",
            ],
        )
