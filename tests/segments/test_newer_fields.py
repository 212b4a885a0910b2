"""Customer types and attributes, on a Saleor that has them."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from saleor_customer_groups.segments import compile as compiler

from .shop import model

pytestmark = [pytest.mark.django_db, pytest.mark.real_saleor]


@pytest.fixture
def typed(shop: SimpleNamespace) -> SimpleNamespace:
    """Alice is wholesale, everybody else has the default type. Attributes of Alice and Bob."""
    if compiler.absent():
        pytest.skip("this Saleor has no customer types")
    types = model("account.CustomerType")
    types.filter(is_default=True).update(is_default=False)
    types.create(name="Retail", slug="retail", is_default=True)
    shop.alice.customer_type = types.create(name="Wholesale", slug="wholesale")
    shop.alice.save()
    for who, slug, kind, values in (
        (shop.alice, "tier", "dropdown", {"name": "Gold tier", "slug": "gold"}),
        (shop.bob, "tier", "dropdown", {"name": "Silver tier", "slug": "silver"}),
        (shop.alice, "seats", "numeric", {"name": "12.5", "slug": "seats-a", "numeric": 12.5}),
        (shop.bob, "seats", "numeric", {"name": "3", "slug": "seats-b", "numeric": 3}),
        (shop.alice, "opted", "boolean", {"name": "Yes", "slug": "yes", "boolean": True}),
        (
            shop.bob,
            "founded",
            "date",
            {
                "name": "d",
                "slug": "d",
                "date_time": datetime.fromisoformat("2001-06-20T00:00:00+00:00"),
            },
        ),
        (
            shop.alice,
            "about",
            "plain-text",
            {"name": "Sells", "slug": "about", "plain_text": "Sells tea"},
        ),
    ):
        attribute, _ = model("attribute.Attribute").get_or_create(
            slug=slug, defaults={"name": slug, "type": "customer-type", "input_type": kind}
        )
        value = model("attribute.AttributeValue").create(attribute=attribute, **values)
        model("attribute.AssignedUserAttributeValue").create(user=who, value=value)
    return shop


def attribute(key: str, kind: str, operator: str, value: Any) -> dict[str, Any]:
    return {"attribute": {"key": key, "type": kind, operator: value}}


TABLE = [
    ({"customer_type": {"eq": "wholesale"}}, "A"),
    ({"customer_type": {"eq": "retail"}}, "BCD"),
    ({"customer_type": {"one_of": ["retail", "wholesale"]}}, "ABCD"),
    ({"customer_type": {"eq": "unknown"}}, ""),
    ({"not": {"customer_type": {"eq": "retail"}}}, "A"),
    (attribute("tier", "text", "eq", "GOLD"), "A"),
    (attribute("tier", "text", "eq", "gold tier"), "A"),
    (attribute("tier", "text", "one_of", ["gold", "silver"]), "AB"),
    (attribute("tier", "text", "starts_with", "sil"), "B"),
    (attribute("tier", "text", "ends_with", "tier"), "AB"),
    (attribute("about", "text", "contains", "TEA"), "A"),
    (attribute("tier", "text", "exists", True), "AB"),
    (attribute("tier", "text", "exists", False), "CD"),
    (attribute("seats", "number", "gte", "12.5"), "A"),
    (attribute("seats", "number", "between", [1, 5]), "B"),
    (attribute("opted", "boolean", "eq", True), "A"),
    (attribute("opted", "boolean", "eq", False), ""),
    (attribute("founded", "date", "lt", "2001-06-21"), "B"),
    (attribute("founded", "date", "anniversary_within", {"days": 5}), "B"),
    (attribute("founded", "date", "anniversary_today", True), ""),
    (attribute("nothing", "text", "eq", "gold"), ""),
]


def test_it_finds(typed, found):
    assert [(rule, found(rule)) for rule, _ in TABLE] == TABLE
