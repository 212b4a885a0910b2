"""A checkout and its lines with all that their prices depend on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from prices import Money

from ..core.pricing.interface import LineInfo
from ..discount.interface import fetch_variant_rules_info, fetch_voucher_info
from ..discount.utils.voucher import attach_voucher_to_line_info, is_line_level_voucher


@dataclass
class CheckoutLineInfo(LineInfo):
    discounts: list[Any]
    rules_info: list[Any] = field(repr=False)
    channel_listing: Any = field(repr=False)
    tax_class: Any = field(default=None, repr=False)

    @cached_property
    def variant_discounted_price(self) -> Money:
        """What one unit costs after catalogue promotions; an override takes precedence."""
        if self.line.price_override is not None:
            return Money(self.line.price_override, self.line.currency)
        if self.channel_listing and self.channel_listing.discounted_price is not None:
            return self.channel_listing.discounted_price
        return self.undiscounted_unit_price

    @cached_property
    def undiscounted_unit_price(self) -> Money:
        """The override or the listing's price; what the line says once the listing is gone."""
        if self.channel_listing and self.channel_listing.price is not None:
            return self.variant.get_base_price(self.channel_listing, self.line.price_override)
        return self.line.undiscounted_unit_price


@dataclass
class CheckoutInfo:
    manager: Any = field(compare=False)
    checkout: Any
    user: Any
    channel: Any
    billing_address: Any
    shipping_address: Any
    tax_configuration: Any
    discounts: list[Any]
    lines: list[CheckoutLineInfo]
    collection_point: Any = None
    voucher: Any = None
    voucher_code: Any = None
    database_connection_name: str = settings.DATABASE_CONNECTION_DEFAULT_NAME

    def get_country(self) -> str:
        return self.checkout.get_country()

    def get_customer_email(self) -> str | None:
        return self.checkout.get_customer_email()


def fetch_checkout_lines(
    checkout: Any,
    *,
    voucher: Any = None,
    database_connection_name: str = settings.DATABASE_CONNECTION_DEFAULT_NAME,
) -> tuple[list[CheckoutLineInfo], list[int]]:
    """The lines, and the keys of variants that the channel no longer sells."""
    rows = checkout.lines.select_related("variant__product__product_type").prefetch_related(
        "variant__product__collections",
        "variant__channel_listings__variantlistingpromotionrule__promotion_rule__promotion",
        "discounts",
    )
    # Imported here because utils needs the classes above, as in Saleor.
    from .utils import get_voucher_for_checkout

    lines = [_line_info(row, checkout) for row in rows]
    if checkout.voucher_code and not voucher:
        voucher, _ = get_voucher_for_checkout(checkout, checkout.channel.slug)
    if is_line_level_voucher(voucher):
        attach_voucher_to_line_info(fetch_voucher_info(voucher, checkout.voucher_code), lines)
    gone = [info.variant.pk for info in lines if not _is_sold(info)]
    return lines, gone


def _line_info(line: Any, checkout: Any) -> CheckoutLineInfo:
    listing = get_variant_channel_listing(line.variant, checkout.channel_id)
    rules = fetch_variant_rules_info(listing, checkout.language_code)
    return CheckoutLineInfo(
        line=line,
        variant=line.variant,
        product=line.variant.product,
        product_type=line.variant.product.product_type,
        collections=list(line.variant.product.collections.all()),
        channel=checkout.channel,
        discounts=list(line.discounts.all()),
        voucher=None,
        voucher_code=None,
        rules_info=[] if line.is_gift else rules,
        channel_listing=listing,
    )


def _is_sold(info: CheckoutLineInfo) -> bool:
    return info.channel_listing is not None and info.channel_listing.price is not None


def get_variant_channel_listing(variant: Any, channel_id: int) -> Any:
    listings = variant.channel_listings.all()
    return next((row for row in listings if row.channel_id == channel_id), None)


def fetch_checkout_info(
    checkout: Any,
    lines: list[CheckoutLineInfo],
    manager: Any,
    voucher: Any = None,
    voucher_code: Any = None,
    database_connection_name: str = settings.DATABASE_CONNECTION_DEFAULT_NAME,
) -> CheckoutInfo:
    """The checkout with its voucher, if that is still good. The miniature has no taxes."""
    from .utils import get_voucher_for_checkout

    if not voucher or not voucher_code:
        voucher, voucher_code = get_voucher_for_checkout(checkout, checkout.channel.slug)
    return CheckoutInfo(
        manager=manager,
        checkout=checkout,
        user=checkout.user,
        channel=checkout.channel,
        billing_address=checkout.billing_address,
        shipping_address=checkout.shipping_address,
        tax_configuration=None,
        discounts=list(checkout.discounts.all()),
        lines=lines,
        voucher=voucher,
        voucher_code=voucher_code,
        database_connection_name=database_connection_name,
    )


def find_checkout_line_info(lines: list[CheckoutLineInfo], line_id: Any) -> CheckoutLineInfo:
    return next(info for info in lines if info.line.pk == line_id)
