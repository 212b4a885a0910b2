"""What the shop has on its shelves, with each product's price for one shopper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from saleor.channel.models import Channel
from saleor.product.models import Category, Collection, Product, ProductVariant

from .prices import PriceTag, cheapest, price_tags


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant and what it costs this shopper."""

    variant: ProductVariant
    tag: PriceTag


@dataclass(frozen=True, slots=True)
class Shelf:
    """A product as the shopper sees it in a list; `tag` is its cheapest variant's."""

    product: Product
    tag: PriceTag
    has_several_prices: bool
    offers: tuple[Offer, ...]


def products_in(
    channel: Channel, *, category: Category | None = None, collection: Collection | None = None
) -> QuerySet[Product]:
    """Products that the channel sells; of a category with its descendants, or of a collection."""
    products = Product.objects.filter(
        channel_listings__channel=channel,
        channel_listings__is_published=True,
        channel_listings__visible_in_listings=True,
    )
    if category is not None:
        products = products.filter(category__in=category.get_descendants(include_self=True))
    if collection is not None:
        products = products.filter(collections=collection)
    return products.select_related("category").order_by(
        "category__tree_id", "category__lft", "name"
    )


def shelves(user: Any, channel: Channel, products: Sequence[Product]) -> list[Shelf]:
    """The products with their prices; those without a price in the channel are left out."""
    variants = (
        ProductVariant.objects.filter(product__in=products)
        .select_related("product")
        .prefetch_related("channel_listings", "product__collections")
    )
    tags = price_tags(user, channel, list(variants))
    offers: dict[int, list[Offer]] = {product.pk: [] for product in products}
    for variant in variants:
        if variant.pk in tags:
            offers[variant.product_id].append(Offer(variant, tags[variant.pk]))
    return [_shelf(product, offers[product.pk]) for product in products if offers[product.pk]]


def _shelf(product: Product, offers: list[Offer]) -> Shelf:
    tag = cheapest([offer.tag for offer in offers])
    assert tag is not None
    several = len({offer.tag.now.amount for offer in offers}) > 1
    return Shelf(product, tag, several, tuple(offers))
