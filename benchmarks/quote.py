"""How long quotes take: in process, and with their queries, beside plain dict lookups.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. python benchmarks/quote.py

Makes a database of its own beside that of the settings, and drops it. Every rule and list is for
one of the five groups that the customer is in: nothing is left out of the book for being somebody
else's. Times are in milliseconds, the least of many runs: what the work itself takes.

The floor is what five groups cost when nothing is decided: for each variant and group one lookup
for a price, one for each way a rule can name the variant (itself, product, category, each of two
collections, everything), in dicts as large as the data.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import django

GROUPS = 5
CATEGORIES = 50
COLLECTIONS = 20
QUANTITIES = (1, 10)  # from which a list has a price
SIZES = ((10_000, 100), (100_000, 1_000))
BASKETS = (1, 10, 100, 1_000)
LIMITS = {(10_000, 100): (1.0, 3.5), (100_000, 1_000): (1.3, 7.0)}  # at 100 variants
REFERENCE_FLOOR = {(10_000, 100): 0.33, (100_000, 1_000): 0.42}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Shop:
    """What was seeded: the ids of things, the customer, and the items of the whole catalogue."""

    customer_id: int
    channel_id: int
    group_ids: list[int]
    items: list[Any]
    parents: dict[int, int | None]


def seed(entries: int, rules: int) -> Shop:
    """A shop of entries / 10 variants, two a product, with that many entries and rules."""
    from django.apps import apps
    from django.contrib.auth import get_user_model

    from saleor_customer_groups.models import CustomerGroup, Membership
    from saleor_customer_groups.pricing.rules import Item

    chance = random.Random(entries)
    customer = get_user_model().objects.create(email=f"bench-{entries}@example.com")
    channel = apps.get_model("channel", "Channel").objects.create(
        name=f"Bench {entries}", slug=f"bench-{entries}", currency_code="USD", default_country="US"
    )
    groups = [
        CustomerGroup.objects.create(name=f"Group {n}", slug=f"bench-{entries}-{n}")
        for n in range(GROUPS)
    ]
    Membership.objects.bulk_create(
        Membership(group=group, customer=customer, source="manual", started_at=NOW)
        for group in groups
    )
    parents = _categories(apps.get_model("product", "Category"), entries)
    collections = _collections(apps.get_model("product", "Collection"), entries)
    products = _products(apps, entries // 20, list(parents), entries)
    variants = _variants(apps.get_model("product", "ProductVariant"), products, entries)
    items = [
        Item(
            variant_id=variant.pk,
            product_id=variant.product_id,
            category_id=variant.product.category_id,
            collection_ids=frozenset(chance.sample(collections, 2)),
            quantity=chance.choice((1, 2, 12)),
            list_price=Decimal(chance.randrange(1_000, 10_000)) / 100,
            promotion_price=Decimal("20.00") if chance.random() < 0.2 else None,
        )
        for variant in variants
    ]
    shop = Shop(customer.pk, channel.pk, [group.pk for group in groups], items, parents)
    _lists(shop, chance)
    _rules(shop, collections, rules, chance)
    return shop


def _categories(model: Any, mark: int) -> dict[int, int | None]:
    """A tree three deep: 2 roots, 8 below them, the rest below those."""
    rows: list[Any] = []
    for n in range(CATEGORIES):
        parent = None if n < 2 else rows[n % 2] if n < 10 else rows[2 + n % 8]
        rows.append(model.objects.create(name=f"C{n}", slug=f"bench-{mark}-{n}", parent=parent))
    return {row.pk: row.parent_id for row in rows}


def _collections(model: Any, mark: int) -> list[int]:
    return [
        model.objects.create(name=f"L{n}", slug=f"bench-{mark}-{n}").pk for n in range(COLLECTIONS)
    ]


def _products(apps: Any, count: int, categories: Sequence[int], mark: int) -> list[Any]:
    product_type = apps.get_model("product", "ProductType").objects.create(
        name="Bench", slug=f"bench-{mark}", kind="normal"
    )
    model = apps.get_model("product", "Product")
    return model.objects.bulk_create(
        [
            model(
                name=f"P{n}",
                slug=f"bench-{mark}-{n}",
                product_type=product_type,
                category_id=categories[n % len(categories)],
            )
            for n in range(count)
        ],
        batch_size=5_000,
    )


def _variants(model: Any, products: Sequence[Any], mark: int) -> list[Any]:
    rows = [
        model(sku=f"bench-{mark}-{product.pk}-{n}", product=product)
        for product in products
        for n in range(2)
    ]
    return model.objects.bulk_create(rows, batch_size=5_000)


def _lists(shop: Shop, chance: random.Random) -> None:
    """One list a group, with a price of every variant from each quantity on."""
    from saleor_customer_groups.models import PriceList, PriceListEntry

    for n, group_id in enumerate(shop.group_ids):
        price_list = PriceList.objects.create(name=f"List {n}", priority=n % 2)
        price_list.groups.add(group_id)
        PriceListEntry.objects.bulk_create(
            [
                PriceListEntry(
                    price_list=price_list,
                    variant_id=item.variant_id,
                    channel_id=shop.channel_id,
                    min_quantity=quantity,
                    amount=Decimal(chance.randrange(500, 9_000)) / 100,
                )
                for item in shop.items
                for quantity in QUANTITIES
            ],
            batch_size=10_000,
        )


def _rules(shop: Shop, collections: Sequence[int], count: int, chance: random.Random) -> None:
    """Of twenty rules one is for everything (with an exclude), six are for a category, three
    for a collection, five for five products, five for five variants.
    """
    from saleor_customer_groups.models import PriceRule, PriceRuleAmount, PriceRuleTarget

    kinds = ["percentage_off"] * 6 + ["amount_off"] * 2 + ["fixed_price", "percentage_up"]
    categories = list(shop.parents)
    rows = [
        PriceRule(
            name=f"Rule {n}",
            kind=(kind := chance.choice(kinds)),
            percentage=chance.randrange(1, 40) if kind.startswith("percentage") else None,
            everything=n % 20 == 0,
            min_quantity=chance.choice((1, 1, 1, 5)),
            priority=chance.randrange(3),
        )
        for n in range(count)
    ]
    PriceRule.objects.bulk_create(rows)
    PriceRule.groups.through.objects.bulk_create(
        PriceRule.groups.through(pricerule=rule, customergroup_id=chance.choice(shop.group_ids))
        for rule in rows
    )
    PriceRuleAmount.objects.bulk_create(
        PriceRuleAmount(
            rule=rule, currency="USD", amount=Decimal(chance.randrange(100, 5_000)) / 100
        )
        for rule in rows
        if rule.percentage is None
    )
    targets = []
    for n, rule in enumerate(rows):
        kind = ("nothing", "category", "collection", "product", "variant")[_sort(n % 20)]
        if kind == "nothing":
            targets.append(
                PriceRuleTarget(
                    rule=rule, excluded=True, product_id=chance.choice(shop.items).product_id
                )
            )
        elif kind == "category":
            targets.append(PriceRuleTarget(rule=rule, category_id=chance.choice(categories)))
        elif kind == "collection":
            targets.append(PriceRuleTarget(rule=rule, collection_id=chance.choice(collections)))
        else:
            ids = {getattr(item, f"{kind}_id") for item in chance.sample(shop.items, 5)}
            targets += [PriceRuleTarget(rule=rule, **{f"{kind}_id": one}) for one in sorted(ids)]
    PriceRuleTarget.objects.bulk_create(targets)


def _sort(n: int) -> int:
    return next(sort for sort, end in enumerate((1, 7, 10, 15, 20)) if n < end)


def timed(work: Callable[[], object], *, seconds: float = 2.0) -> float:
    """The milliseconds of the fastest run, over about so many seconds."""
    work()
    times: list[float] = []
    end = time.perf_counter() + seconds
    gc.collect()
    gc.disable()
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    gc.enable()
    return min(times) * 1_000


def floor_of(shop: Shop, entries: int) -> Callable[[Sequence[Any]], Callable[[], object]]:
    """The plain lookups, for any basket."""
    prices = {(n, item.variant_id): item.list_price for n in range(GROUPS) for item in shop.items}
    rules: dict[tuple[int, str, int], int] = {}
    for n in range(GROUPS):
        for item in shop.items[:: max(1, len(shop.items) // 200)]:
            rules[n, "variant", item.variant_id] = rules[n, "product", item.product_id] = n
            rules[n, "category", item.category_id or 0] = n
            for number in item.collection_ids:
                rules[n, "collection", number] = n

    def for_basket(basket: Sequence[Any]) -> Callable[[], object]:
        def look_up() -> None:
            for item in basket:
                for n in range(GROUPS):
                    prices.get((n, item.variant_id))
                    rules.get((n, "variant", item.variant_id))
                    rules.get((n, "product", item.product_id))
                    rules.get((n, "category", item.category_id))
                    for number in item.collection_ids:
                        rules.get((n, "collection", number))
                    rules.get((n, "everything", 0))

        return look_up

    return for_basket


def measure(entries: int, rules: int) -> None:
    """Seed one size and print its table."""
    from django.db import connection, transaction

    from saleor_customer_groups.pricing import book as books
    from saleor_customer_groups.pricing.quote import quote

    with transaction.atomic():
        shop = seed(entries, rules)
    _settle(connection)
    floor = floor_of(shop, entries)

    def load(items: Sequence[Any]) -> Any:
        return books.load(
            shop.customer_id, channel_id=shop.channel_id, currency="USD", items=items, now=NOW
        )

    whole = load(shop.items)
    found = sum(len(rows) for rows in whole.entries.values())
    assert found == entries, f"the book holds {found} of {entries} entries"
    assert whole.surcharges, "the book holds no surcharges"
    assert whole.discounts, "the book holds no discounts"
    print(f"\n{entries:,} entries × {rules:,} rules, {GROUPS} groups")
    print("variants   floor   quotes  ratio   load+quotes  ratio")
    for size in BASKETS:
        basket = random.Random(size).sample(shop.items, size)
        lookups = timed(floor(basket))
        quotes = timed(lambda basket=basket: [quote(item, whole, "USD") for item in basket])

        def with_queries(basket: Sequence[Any] = basket) -> None:
            book = load(basket)
            for item in basket:
                quote(item, book, "USD")

        both = timed(with_queries)
        verdict = _verdict(entries, rules, size, lookups, quotes, both)
        print(
            f"{size:8,} {lookups:7.3f} {quotes:8.3f} {quotes / lookups:6.1f}"
            f" {both:13.3f} {both / lookups:6.1f}{verdict}"
        )


def _settle(connection: Any) -> None:
    """Bring the tables to the state that autovacuum keeps them in: read through their indexes.

    Any other transaction of this moment (autovacuum's own, often) keeps VACUUM from marking the
    new pages as visible to all; then it is done again.
    """
    for _ in range(20):
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute(
                "SELECT relallvisible >= relpages FROM pg_class"
                " WHERE relname = 'saleor_customer_groups_pricelistentry'"
            )
            if cursor.fetchone()[0]:
                return
    raise SystemExit("the pages of the price lists did not become visible to all")


def _verdict(entries: int, rules: int, size: int, floor: float, quotes: float, both: float) -> str:
    if size != 100:
        return ""
    limits = LIMITS[entries, rules]
    slower = max(1.0, floor / REFERENCE_FLOOR[entries, rules])
    good = quotes <= limits[0] * slower and both <= limits[1] * slower
    return (
        f"   limits {limits[0]} and {limits[1]} ms × {slower:.2f}: {'kept' if good else 'BROKEN'}"
    )


def main() -> None:
    """Measure every size in a database of its own, which is gone afterwards."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox_settings")
    django.setup()
    from django.db import connection

    print(sys.version.split()[0], f"Django {django.__version__}")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        for entries, rules in SIZES:
            measure(entries, rules)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
