"""A small shop: two channels, a tree of categories, and what a rule can name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.cache import cache

from saleor_customer_groups import repricing
from saleor_customer_groups.models import CustomerGroup, Membership
from saleor_customer_groups.pricing import presence
from saleor_customer_groups.pricing.rules import Item
from saleor_customer_groups.webhooks import outbox

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Shop:
    """Channels in dollars and złoty; drinks > coffee > beans with one product in each of two."""

    usd: Any
    pln: Any
    drinks: Any
    coffee: Any
    beans: Any
    other: Any
    sale: Any
    espresso: Any  # a product of beans with two variants, in the collection `sale`
    small: Any
    large: Any
    tea: Any  # a product of drinks with one variant
    tea_bag: Any

    def item(self, variant: Any, *, quantity: int = 1, list_price: str = "100.00") -> Item:
        """The variant as a line of a basket."""
        in_sale = variant.product_id == self.espresso.pk
        return Item(
            variant_id=variant.pk,
            product_id=variant.product_id,
            category_id=variant.product.category_id,
            collection_ids=frozenset({self.sale.pk} if in_sale else ()),
            quantity=quantity,
            list_price=Decimal(list_price),
        )


@pytest.fixture
def shop(db: None) -> Shop:
    made: dict[str, Any] = {}
    for slug, currency in (("usd", "USD"), ("pln", "PLN")):
        made[slug] = model("channel", "Channel").objects.create(
            name=slug, slug=slug, currency_code=currency, default_country="US"
        )
    parent = None
    for slug in ("drinks", "coffee", "beans"):
        parent = made[slug] = model("product", "Category").objects.create(
            name=slug, slug=slug, parent=parent
        )
    made["other"] = model("product", "Category").objects.create(name="other", slug="other")
    made["sale"] = model("product", "Collection").objects.create(name="sale", slug="sale")
    made["espresso"] = product("espresso", made["beans"])
    made["tea"] = product("tea", made["drinks"])
    for name, of in (("small", "espresso"), ("large", "espresso"), ("tea_bag", "tea")):
        made[name] = model("product", "ProductVariant").objects.create(sku=name, product=made[of])
    # Saleor's tree moves when a category is added: read it again.
    for slug in ("drinks", "coffee", "beans", "other"):
        made[slug].refresh_from_db()
    return Shop(**made)


def model(app: str, name: str) -> Any:
    return apps.get_model(app, name)


def product(slug: str, category: Any) -> Any:
    product_type, _ = model("product", "ProductType").objects.get_or_create(
        slug="goods", defaults={"name": "Goods", "kind": "normal"}
    )
    return model("product", "Product").objects.create(
        name=slug, slug=slug, product_type=product_type, category=category
    )


@pytest.fixture
def customer(db: None) -> Callable[[str], Any]:
    """Make a customer: customer("Alice")."""
    return lambda name: get_user_model().objects.create(email=f"{name.lower()}@example.com")


@pytest.fixture
def join() -> Callable[..., Membership]:
    """Put a customer into a group: join(alice, vip)."""

    def put(who: Any, group: CustomerGroup, **fields: Any) -> Membership:
        fields = {"started_at": NOW.replace(year=2025), "source": "manual", **fields}
        return Membership.objects.create(customer=who, group=group, **fields)

    return put


@pytest.fixture
def vip(db: None) -> CustomerGroup:
    return CustomerGroup.objects.create(name="VIP", slug="vip")


@pytest.fixture
def trade(db: None) -> CustomerGroup:
    return CustomerGroup.objects.create(name="Trade", slug="trade")


@pytest.fixture
def guests(db: None) -> CustomerGroup:
    """The guest group."""
    return CustomerGroup.objects.create(name="Guests", slug="guests", kind="guest")


@pytest.fixture
def alice(customer: Callable[[str], Any], join: Callable[..., Any], vip: CustomerGroup) -> Any:
    """A VIP."""
    one = customer("Alice")
    join(one, vip)
    return one


@pytest.fixture(autouse=True)
def _pricing_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No task works off the repricing queue. The cache knows that there are prices, no more."""
    for queue in (repricing, outbox):
        monkeypatch.setattr(queue, "start", lambda: None)
    cache.clear()
    cache.set(presence.KEY, True)
