"""Rules, lists and items in few words, for tests of the pure part."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from saleor_customer_groups.pricing.candidates import Book
from saleor_customer_groups.pricing.quote import Quote, quote
from saleor_customer_groups.pricing.rules import (
    Entry,
    Item,
    PriceList,
    Rule,
    Target,
    TargetKind,
)

VARIANT, PRODUCT, CATEGORY, COLLECTION = TargetKind


def item(list_price: str = "100.00", *, quantity: int = 1, **fields: Any) -> Item:
    """Variant 1 of product 10, in category 20 and collections 30 and 31."""
    promotion = fields.pop("promotion", None)
    return Item(
        **{
            "variant_id": 1,
            "product_id": 10,
            "category_id": 20,
            "collection_ids": frozenset({30, 31}),
            **fields,
        },
        quantity=quantity,
        list_price=Decimal(list_price),
        promotion_price=None if promotion is None else Decimal(promotion),
    )


def rule(number: int, kind: str, value: str, **fields: Any) -> Rule:
    """A rule for everything, unless it says otherwise."""
    fields = {"everything": True, **fields}
    return Rule(number, f"Rule {number}", kind, Decimal(value), **fields)


def entry(list_id: int, amount: str, *, variant_id: int = 1, min_quantity: int = 1) -> Entry:
    return Entry(variant_id, list_id, min_quantity, Decimal(amount))


def price_list(number: int, **fields: Any) -> PriceList:
    return PriceList(number, f"List {number}", **fields)


def target(rule_id: int, kind: int, thing_id: int) -> Target:
    return Target(rule_id, kind, thing_id)


def exclude(rule_id: int, kind: int, thing_id: int) -> Target:
    return Target(rule_id, kind, thing_id, excluded=True)


def priced(bought: Item, *rules: Rule, currency: str = "USD", **rest: Any) -> Quote:
    """The quote of one item from these rules, targets, lists and entries."""
    return quote(bought, Book.of(rules, **rest), currency)
