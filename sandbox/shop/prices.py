"""What a shopper sees beside a product: their own price, and what it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from prices import Money
from saleor.plugins.manager import get_plugins_manager
from saleor.product.models import ProductVariant

from saleor_customer_groups import conf
from saleor_customer_groups.groups import defaults
from saleor_customer_groups.pricing import book
from saleor_customer_groups.pricing.quote import Quote, quote
from saleor_customer_groups.pricing.rules import Item


@dataclass(frozen=True, slots=True)
class PriceTag:
    """`was` and `reason` only when the shopper pays less than the list price."""

    now: Money
    was: Money | None = None
    reason: str = ""
    is_group_price: bool = False


def price_tags(user: Any, channel: Any, variants: Sequence[ProductVariant]) -> dict[int, PriceTag]:
    """The shopper's price for one of each variant, by variant id.

    Variants need `channel_listings` of this channel, `product` and its collections at hand. Two
    statements for all of them together.
    """
    items = {variant.pk: item for variant in variants if (item := _item(variant, channel))}
    quotes = _quotes(user, channel, items.values())
    return {pk: _tag(item, quotes.get(pk), channel.currency_code) for pk, item in items.items()}


def cheapest(tags: Iterable[PriceTag]) -> PriceTag | None:
    """What "from" stands before on the product list."""
    return min(tags, key=lambda tag: tag.now.amount, default=None)


def _item(variant: ProductVariant, channel: Any) -> Item | None:
    listing = next((x for x in variant.channel_listings.all() if x.channel_id == channel.pk), None)
    if listing is None or listing.price_amount is None:
        return None
    promotion, price = listing.discounted_price_amount, listing.price_amount
    return Item(
        variant_id=variant.pk,
        product_id=variant.product_id,
        category_id=variant.product.category_id,
        collection_ids=frozenset(row.pk for row in variant.product.collections.all()),
        quantity=1,
        list_price=price,
        promotion_price=promotion if promotion is not None and promotion < price else None,
    )


def _quotes(user: Any, channel: Any, items: Iterable[Item]) -> dict[int, Quote]:
    items = list(items)
    manager = get_plugins_manager(allow_replica=False)
    if not manager.get_plugins(active_only=True, plugin_ids=[conf.PLUGIN_ID]):
        return {}
    customer_id = user.pk if user.is_authenticated else None
    arguments: dict[str, Any] = {
        "channel_id": channel.pk,
        "currency": channel.currency_code,
        "items": items,
        "now": timezone.now(),
    }
    prices = book.load(customer_id, **arguments)
    if (
        customer_id is not None
        and prices.customer_has_no_group
        and defaults.ensure_default(customer_id, channel_id=channel.pk)
    ):
        prices = book.load(customer_id, **arguments)
    return {item.variant_id: quote(item, prices, channel.currency_code) for item in items}


def _tag(item: Item, answer: Quote | None, currency: str) -> PriceTag:
    listed = Money(item.list_price, currency)
    if answer is None:
        promotion = item.promotion_price
        if promotion is None:
            return PriceTag(listed)
        return PriceTag(Money(promotion, currency), listed, "Sale")
    now = Money(answer.final_price, currency)
    is_group = answer.charged == "group"
    if now.amount >= item.list_price:
        return PriceTag(now, is_group_price=is_group)
    reason = answer.reason if is_group else "Sale"
    return PriceTag(now, listed, reason, is_group)
