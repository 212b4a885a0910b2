"""Catalogue promotions on one line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from prices import Money


def prepare_promotion_discount_reason(promotion: Any) -> str:
    return f"Promotion: {promotion.id}"


def is_discounted_line_by_catalogue_promotion(variant_channel_listing: Any) -> bool:
    """Whether the listing has a promotion price that differs from its price."""
    listing = variant_channel_listing
    prices = (listing.price_amount, listing.discounted_price_amount)
    return None not in prices and prices[0] != prices[1]


def get_discount_name(rule: Any, promotion: Any) -> str:
    return ": ".join(part for part in (promotion.name, rule.name) if part)


def _get_rule_discount_amount(line: Any, rule_info: Any, channel: Any) -> Decimal:
    """What the rule takes off the whole line; off an overridden price its own share."""
    if line.price_override is None:
        return rule_info.variant_listing_promotion_rule.discount_amount * line.quantity
    price = Money(line.price_override, line.currency)
    discounted = rule_info.rule.get_discount(line.currency)(price)
    return (price - discounted).amount * line.quantity
