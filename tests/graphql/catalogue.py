"""A small catalogue for prices: two channels, three variants with prices in dollars."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import graphene
from django.apps import apps

from tests.pricing.conftest import model, product


@dataclass(frozen=True)
class Catalogue:
    """Two espressos of the category `coffee`, in the collection `sale`, and tea."""

    usd: Any
    pln: Any
    coffee: Any
    sale: Any
    espresso: Any
    small: Any
    large: Any
    tea: Any
    tea_bag: Any


def stock() -> Catalogue:
    """Make it: small 10.00, large 20.00, tea bag 5.00; in złoty only the small one, 40.00."""
    made: dict[str, Any] = {}
    for slug, currency in (("usd", "USD"), ("pln", "PLN")):
        made[slug] = model("channel", "Channel").objects.create(
            name=slug, slug=slug, currency_code=currency, default_country="US", is_active=True
        )
        if apps.is_installed("saleor.tax"):  # the real Saleor explains no checkout without
            model("tax", "TaxConfiguration").objects.create(channel=made[slug])
    made["coffee"] = model("product", "Category").objects.create(name="coffee", slug="coffee")
    made["sale"] = model("product", "Collection").objects.create(name="sale", slug="sale")
    made["espresso"] = product("espresso", made["coffee"])
    made["tea"] = product("tea", None)
    model("product", "CollectionProduct").objects.create(
        collection=made["sale"], product=made["espresso"]
    )
    for name, of in (("small", "espresso"), ("large", "espresso"), ("tea_bag", "tea")):
        made[name] = model("product", "ProductVariant").objects.create(sku=name, product=made[of])
    for name, price in (("small", "10.00"), ("large", "20.00"), ("tea_bag", "5.00")):
        sell(made[name], made["usd"], price)
    sell(made["small"], made["pln"], "40.00")
    return Catalogue(**made)


def sell(variant: Any, channel: Any, price: str, *, promotion: str | None = None) -> None:
    """Publish the variant in the channel at this price."""
    currency = channel.currency_code
    model("product", "ProductChannelListing").objects.get_or_create(
        product=variant.product,
        channel=channel,
        defaults={"is_published": True, "currency": currency},
    )
    model("product", "ProductVariantChannelListing").objects.update_or_create(
        variant=variant,
        channel=channel,
        defaults={
            "price_amount": Decimal(price),
            "discounted_price_amount": Decimal(promotion or price),
            "currency": currency,
        },
    )


def id_of(row: Any, name: str | None = None) -> str:
    """The row's global id."""
    return str(graphene.Node.to_global_id(name or type(row).__name__, row.pk))
