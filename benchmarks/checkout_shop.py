"""The shop of the checkout benchmark: variants, shoppers, and price rules that all of them have.

Found beside checkout.py, which runs as a script.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any

SIZES = (1, 10, 50)
RULES = (10, 1_000)
CATEGORIES = 10


@dataclass
class Shopper:
    """Who buys: a name for the table, a session, and whether they have prices of their own."""

    name: str
    login: Callable[[], Any]
    priced: bool
    rules: tuple[int, ...] = RULES


@dataclass
class Seeded:
    """The shop, its variants, and the groups that rules are for."""

    variants: list[Any]
    single: Any
    five: list[Any]
    shoppers: list[Shopper]
    rules: int = 0


def seed() -> Seeded:
    """A shop with twice as many variants as the largest basket, and five kinds of shopper."""
    from saleor.product.models import Category

    from saleor_customer_groups.models import CustomerGroup
    from tests.saleor.api import Api
    from tests.saleor.shop import PASSWORD, build

    shop = build()
    shelves = [
        replace(shop, category=Category.objects.create(name=f"C{n}", slug=f"c{n}"))
        for n in range(CATEGORIES)
    ]
    variants = [
        shelves[n % CATEGORIES].variant(f"Thing {n}", str(20 + n % 60))
        for n in range(2 * max(SIZES))
    ]
    single, dearer, *five = (
        CustomerGroup.objects.create(name=f"Group {n}", slug=f"group-{n}") for n in range(7)
    )
    for group in (single, *five):
        _price_list(group, shop.channel, variants)
    _rule("Dearer", [dearer], kind="percentage_up", percentage=10, everything=True)

    def shopper(name: str, groups: Sequence[Any], **options: Any) -> Shopper:
        customer = _member(shop.customer(f"Shopper{name.replace(' ', '')}"), groups)
        return Shopper(name, lambda: Api().login(customer.email, PASSWORD), **options)

    shoppers = [
        Shopper("guest", Api, priced=False),
        shopper("in 1 group", [single], priced=True),
        shopper("in 5 groups", five, priced=True),
        shopper("in a group without prices", [shop.standard], priced=False, rules=RULES[:1]),
        shopper("in a group with a surcharge", [dearer], priced=True, rules=RULES[:1]),
    ]
    return Seeded(variants, single, five, shoppers)


def _member(customer: Any, groups: Sequence[Any]) -> Any:
    from saleor_customer_groups.models import Membership

    for group in groups:
        Membership.objects.create(group=group, customer=customer, source="manual")
    return customer


def _price_list(group: Any, channel: Any, variants: Sequence[Any]) -> None:
    """A price of every variant, a little under the list price."""
    from saleor_customer_groups.models import PriceList, PriceListEntry

    price_list = PriceList.objects.create(name=f"List of {group.name}")
    price_list.groups.add(group)
    PriceListEntry.objects.bulk_create(
        PriceListEntry(
            price_list=price_list,
            variant=variant,
            channel=channel,
            amount=variant.channel_listings.get().price_amount - Decimal("0.50"),
        )
        for variant in variants
    )


def more_rules(shop: Seeded, total: int) -> None:
    """Add rules up to `total`, each for the single group and for one of the five.

    Of ten, one is for everything, two for a category, two for three products, five for three
    variants. So whoever is in one group, or in five, has all of them.
    """
    from django.db import connection

    chance = Random(total)
    for number in range(shop.rules, total):
        groups = [shop.single, shop.five[number % len(shop.five)]]
        some = chance.sample(shop.variants, 3)
        sort = number % 10
        if sort == 0:
            targets: list[dict[str, Any]] = []
        elif sort <= 2:
            targets = [{"category": some[0].product.category}]
        elif sort <= 4:
            targets = [{"product": variant.product} for variant in some]
        else:
            targets = [{"variant": variant} for variant in some]
        _rule(
            f"Rule {number}",
            groups,
            *targets,
            kind="percentage_off",
            percentage=chance.randrange(1, 40),
            everything=sort == 0,
            priority=chance.randrange(3),
        )
    shop.rules = total
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _rule(name: str, groups: Sequence[Any], *targets: dict[str, Any], **fields: Any) -> None:
    from django.db import transaction

    from saleor_customer_groups.models import PriceRule, PriceRuleTarget

    with transaction.atomic():
        rule = PriceRule.objects.create(name=name, **fields)
        rule.groups.add(*groups)
        for target in targets:
            PriceRuleTarget.objects.create(rule=rule, **target)
