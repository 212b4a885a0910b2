"""Saleor's own types in our API: scalars, and things of the shop with how Saleor wraps each.

Imported with our schema, at the first request: it pulls in much of Saleor's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from saleor.graphql.account.types import User
from saleor.graphql.channel.types import Channel
from saleor.graphql.checkout.types import Checkout
from saleor.graphql.core.context import ChannelContext, SyncWebhookControlContext
from saleor.graphql.core.scalars import JSON, UUID, Date, DateTime, Decimal, PositiveDecimal
from saleor.graphql.core.types import Money, NonNullList, Upload
from saleor.graphql.meta.types import MetadataItem
from saleor.graphql.order.types import Order
from saleor.graphql.product.types import Category, Collection, Product, ProductVariant

__all__ = [
    "JSON",
    "UUID",
    "Category",
    "Channel",
    "Checkout",
    "Collection",
    "Date",
    "DateTime",
    "Decimal",
    "MetadataItem",
    "Money",
    "NonNullList",
    "Order",
    "PositiveDecimal",
    "Product",
    "ProductVariant",
    "Upload",
    "User",
    "wrapped",
]


def _in_channel(row: Any, channel_slug: str | None) -> Any:
    return ChannelContext(node=row, channel_slug=channel_slug)


def _plain(row: Any, channel_slug: str | None) -> Any:
    return row


def _without_webhooks(row: Any, channel_slug: str | None) -> Any:
    return SyncWebhookControlContext(node=row, allow_sync_webhooks=False)


# By the model's label, what its type's resolvers expect.
WRAPPERS: Final[Mapping[str, Callable[[Any, str | None], Any]]] = {
    "account.User": _plain,
    "channel.Channel": _plain,
    "product.Category": _plain,
    "product.Collection": _in_channel,
    "product.Product": _in_channel,
    "product.ProductVariant": _in_channel,
    "checkout.Checkout": _without_webhooks,
    "order.Order": _without_webhooks,
}


def wrapped(row: Any, *, channel_slug: str | None = None) -> Any:
    """A row of the shop as the resolvers of its Saleor type expect it; None stays None."""
    return None if row is None else WRAPPERS[row._meta.label](row, channel_slug)
