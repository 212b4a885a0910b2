"""The demo's price rules and its price list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from saleor.channel.models import Channel
from saleor.product.models import Category, ProductVariant

from saleor_customer_groups import repricing
from saleor_customer_groups.groups import queries
from saleor_customer_groups.models import (
    CustomerGroup,
    PriceList,
    PriceListEntry,
    PriceRule,
    PriceRuleAmount,
    PriceRuleTarget,
    RuleKind,
)

from . import stock
from .catalogue import price_in


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule on everything, or on one category; amounts are by currency."""

    name: str
    group: str
    kind: RuleKind
    percentage: Decimal | None = None
    amounts: tuple[tuple[str, Decimal], ...] = ()
    category: str | None = None


RULES: Final = (
    RuleFacts("VIP", "vip", RuleKind.PERCENTAGE_OFF, percentage=Decimal(10)),
    RuleFacts(
        "VIP coffee",
        "vip",
        RuleKind.AMOUNT_OFF,
        amounts=(("USD", Decimal(15)), ("PLN", Decimal(60))),
        category="coffee",
    ),
    RuleFacts("60 days", "pays-in-60-days", RuleKind.PERCENTAGE_UP, percentage=Decimal(5)),
)

LIST_NAME: Final = "Wholesale list"
# Product, and what a piece costs in dollars from which quantity on, as a share of its price.
STEPS: Final = ((1, Decimal("0.75")), (12, Decimal("0.65")))
LISTED: Final = ("cups", "plates", "planters")


def fill() -> None:
    """Make the missing rules and the missing entries of the list."""
    for facts in RULES:
        if not PriceRule.objects.filter(name=facts.name).exists():
            _rule(facts)
    if not PriceList.objects.filter(name=LIST_NAME).exists():
        _price_list()


def _group(slug: str) -> CustomerGroup:
    group = queries.group_by_slug(slug)
    assert group is not None, f"The group {slug} is made before the prices."
    return group


def _rule(facts: RuleFacts) -> None:
    rule = PriceRule(
        name=facts.name,
        kind=facts.kind,
        percentage=facts.percentage,
        everything=facts.category is None,
    )
    rule.full_clean()
    rule.save()
    group = _group(facts.group)
    rule.groups.add(group)
    for currency, amount in facts.amounts:
        PriceRuleAmount.objects.create(rule=rule, currency=currency, amount=amount)
    if facts.category is not None:
        category = Category.objects.get(slug=facts.category)
        PriceRuleTarget.objects.create(rule=rule, category=category)
    repricing.request_for_groups([group.pk])


def _price_list() -> None:
    price_list = PriceList.objects.create(name=LIST_NAME)
    group = _group("wholesale")
    price_list.groups.add(group)
    PriceListEntry.objects.bulk_create(_entries(price_list))
    repricing.request_for_groups([group.pk])


def _entries(price_list: PriceList) -> Iterable[PriceListEntry]:
    channels = {channel.slug: channel for channel in Channel.objects.all()}
    variants = {variant.sku: variant for variant in ProductVariant.objects.all()}
    for goods in stock.GOODS:
        if goods.category not in LISTED:
            continue
        for sku, _, dollars in goods.variants:
            for facts in stock.CHANNELS:
                for quantity, share in STEPS:
                    yield PriceListEntry(
                        price_list=price_list,
                        variant=variants[sku],
                        channel=channels[facts.slug],
                        min_quantity=quantity,
                        amount=price_in(facts, Decimal(dollars) * share),
                    )
