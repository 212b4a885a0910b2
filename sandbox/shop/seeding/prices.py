"""The demo's price rules and its price list."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from saleor.channel.models import Channel
from saleor.product.models import Category, ProductVariant

from saleor_customer_groups.groups import queries
from saleor_customer_groups.models import PriceList, PriceRule
from saleor_customer_groups.pricing import editing
from saleor_customer_groups.pricing.inputs import EntryInput, ListInput, RuleInput, TargetInput
from saleor_customer_groups.pricing.rules import RuleKind

from . import stock
from .catalogue import price_in

LIST_NAME: Final = "Wholesale list"
# From which quantity on, and which share of its price a piece costs then.
STEPS: Final = ((1, Decimal("0.75")), (12, Decimal("0.65")))
LISTED: Final = ("cups", "plates", "planters")


def fill() -> None:
    """Make the rules and the list that are missing."""
    for rule in _rules():
        if not PriceRule.objects.filter(name=rule.name).exists():
            editing.save_rule(rule)
    if not PriceList.objects.filter(name=LIST_NAME).exists():
        groups = [_group_id("wholesale")]
        price_list = editing.save_list(ListInput(name=LIST_NAME, group_ids=groups))
        editing.set_entries(price_list.pk, _entries())


def _rules() -> Iterable[RuleInput]:
    yield RuleInput(
        name="VIP",
        kind=RuleKind.PERCENTAGE_OFF,
        group_ids=[_group_id("vip")],
        percentage=Decimal(10),
        everything=True,
    )
    yield RuleInput(
        name="VIP coffee",
        kind=RuleKind.AMOUNT_OFF,
        group_ids=[_group_id("vip")],
        amounts={"USD": Decimal(15), "PLN": Decimal(60)},
        targets=[TargetInput("category", Category.objects.get(slug="coffee").pk)],
        channel_ids=[
            *Channel.objects.filter(slug__in=[facts.slug for facts in stock.CHANNELS]).values_list(
                "pk", flat=True
            )
        ],
    )
    yield RuleInput(
        name="60 days",
        kind=RuleKind.PERCENTAGE_UP,
        group_ids=[_group_id("pays-in-60-days")],
        percentage=Decimal(5),
        everything=True,
    )


def _group_id(slug: str) -> int:
    group = queries.group_by_slug(slug)
    assert group is not None, f"The group {slug} is made before the prices."
    return group.pk


def _entries() -> Iterable[EntryInput]:
    channels = dict(Channel.objects.values_list("slug", "pk"))
    variants = dict(ProductVariant.objects.values_list("sku", "pk"))
    for goods in stock.GOODS:
        if goods.category not in LISTED:
            continue
        for sku, _, dollars in goods.variants:
            for facts in stock.CHANNELS:
                for quantity, share in STEPS:
                    amount = price_in(facts, Decimal(dollars) * share)
                    yield EntryInput(variants[sku], channels[facts.slug], amount, quantity)
