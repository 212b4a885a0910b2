"""What the shop's catalogue says of variants in a channel: the items that quotes are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from .rules import Item


@dataclass(frozen=True, slots=True)
class Asked:
    """How many of which variant somebody would buy."""

    variant_id: int
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Listing:
    """A variant in a channel; `price` and `promotion` are of one unit."""

    product_id: int
    category_id: int | None
    price: Decimal
    promotion: Decimal | None


def items(
    asked: Collection[Asked], *, channel_id: int, published_at: datetime | None = None
) -> list[Item | None]:
    """The item of each line, in their order; None for a variant that has no price in the channel.

    With `published_at` also None for what shoppers cannot see at that moment. Two statements,
    however many lines.
    """
    listings = _listings({one.variant_id for one in asked}, channel_id, published_at)
    collections = _collections({one.product_id for one in listings.values()})
    return [_item(one, listings.get(one.variant_id), collections) for one in asked]


def _item(
    asked: Asked, listing: Listing | None, collections: dict[int, frozenset[int]]
) -> Item | None:
    if listing is None:
        return None
    promotion = listing.promotion
    return Item(
        variant_id=asked.variant_id,
        product_id=listing.product_id,
        category_id=listing.category_id,
        collection_ids=collections.get(listing.product_id, frozenset()),
        quantity=asked.quantity,
        list_price=listing.price,
        promotion_price=promotion if promotion is not None and promotion < listing.price else None,
    )


def _listings(
    variant_ids: Collection[int], channel_id: int, published_at: datetime | None
) -> dict[int, Listing]:
    rows = _rows("ProductVariantChannelListing").filter(
        channel_id=channel_id, variant_id__in=variant_ids, price_amount__isnull=False
    )
    if published_at is not None:
        shown = _rows("ProductChannelListing").filter(
            Q(published_at__isnull=True) | Q(published_at__lte=published_at),
            channel_id=channel_id,
            product_id=OuterRef("variant__product_id"),
            is_published=True,
        )
        rows = rows.filter(Exists(shown), channel__is_active=True)
    names = ("product_id", "product__category_id")
    found = rows.values_list(
        "variant_id",
        *(f"variant__{name}" for name in names),
        "price_amount",
        "discounted_price_amount",
    )
    return {variant_id: Listing(*of) for variant_id, *of in found.order_by()}


def _collections(product_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    found = defaultdict(set)
    rows = _rows("CollectionProduct").filter(product_id__in=set(product_ids)).order_by()
    for product_id, collection_id in rows.values_list("product_id", "collection_id"):
        found[product_id].add(collection_id)
    return {product_id: frozenset(ids) for product_id, ids in found.items()}


def _rows(model: str) -> Any:
    return apps.get_model("product", model)._default_manager.all()
