"""Whatever the rule: SQL and a few lines of Python find the same customers."""

from __future__ import annotations

import hashlib
import itertools
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from saleor_customer_groups.segments import compile as compiler
from saleor_customer_groups.segments.explain import explain
from saleor_customer_groups.segments.rules import parse

from .conftest import found_among, run
from .shop import NOW, address, model, order, person

pytestmark = pytest.mark.django_db
SETTINGS = settings(max_examples=60)
COUNTRIES = ("PL", "DE", "US")


@dataclass
class Known:
    """What Python knows of a customer."""

    id: int
    name: str
    joined: datetime
    level: str | None
    countries: set[str]
    orders: list[tuple[datetime, Decimal]] = field(default_factory=list)


@pytest.fixture
def population(db: None) -> list[Known]:
    """Twenty-five customers, drawn once and always the same."""
    chance = random.Random(2026)
    channel = model("channel.Channel").create(
        name="Main", slug="main", currency_code="USD", default_country="US"
    )
    return [_customer(n, chance, channel) for n in range(25)]


def _customer(n: int, chance: random.Random, channel: Any) -> Known:
    level = chance.choice((None, "1", "5", "x", "7.5"))
    known = SimpleNamespace(
        name=chance.choice(("Alice", "Bob", "")),
        joined=NOW - timedelta(days=chance.randrange(100)),
    )
    made = person(
        known.name,
        f"{n}@example.com",
        date_joined=known.joined,
        metadata={} if level is None else {"level": level},
    )
    countries = set(chance.sample(COUNTRIES, chance.randrange(3)))
    for country in sorted(countries):
        address(made, country=country)
    orders = [
        (NOW - timedelta(days=chance.randrange(60), hours=1), Decimal(chance.randrange(1, 100)))
        for _ in range(chance.choice((0, 0, 1, 2, 3)))
    ]
    for on, amount in orders:
        order(made, channel, on, str(amount))
    return Known(made.pk, known.name, known.joined, level, countries, orders)


COMPARE = {
    "eq": lambda one, other: one == other,
    "gte": lambda one, other: one >= other,
    "gt": lambda one, other: one > other,
    "lte": lambda one, other: one <= other,
    "lt": lambda one, other: one < other,
}


def holds(rule: dict[str, Any], one: Known) -> bool:
    """The language once more, as plainly as can be."""
    [(key, inner)] = rule.items()
    if key in ("all", "any"):
        return (all if key == "all" else any)([holds(part, one) for part in inner])
    if key == "not":
        return not holds(inner, one)
    operator, value = next((name, inner[name]) for name in inner if name not in OPTIONS)
    if key == "first_name":
        return one.name.lower() == value
    if key == "country":
        return value in one.countries
    if key == "registered_at":
        return one.joined >= NOW - timedelta(days=value["days"])
    if key == "metadata":
        level = Decimal(one.level) if one.level not in (None, "x") else None
        return level is not None and COMPARE[operator](level, value)
    if key == "part":
        place = int(hashlib.md5(f"{inner['salt']}:{one.id}".encode()).hexdigest()[:8], 16) % 10_000
        return Decimal(inner["from"]) * 100 <= place < Decimal(value) * 100
    since = NOW - timedelta(days=inner["within"]["days"])
    amounts = [amount for on, amount in one.orders if on >= since]
    number = len(amounts) if key == "orders_count" else sum(amounts)
    return COMPARE[operator](number, int(value))


OPTIONS = {"within", "currency", "key", "type", "salt", "from"}
OPERATORS = some.sampled_from(sorted(COMPARE))
WITHIN = some.integers(1, 70).map(lambda days: {"days": days})
LEAVES = some.one_of(
    some.sampled_from(["alice", "bob"]).map(lambda name: {"first_name": {"eq": name}}),
    some.sampled_from(COUNTRIES).map(lambda country: {"country": {"eq": country}}),
    WITHIN.map(lambda days: {"registered_at": {"within_last": days}}),
    some.builds(
        lambda operator, value: {"metadata": {"key": "level", "type": "number", operator: value}},
        OPERATORS,
        some.integers(0, 8),
    ),
    some.builds(
        lambda operator, value, within: {"orders_count": {operator: value, "within": within}},
        OPERATORS,
        some.integers(-1, 3),
        WITHIN,
    ),
    some.builds(
        lambda operator, value, within: {
            "total_spent": {operator: str(value), "within": within, "currency": "USD"}
        },
        OPERATORS,
        some.integers(0, 150),
        WITHIN,
    ),
    some.builds(
        lambda low, size: {
            "part": {"salt": "test", "from": str(low), "to": str(min(low + size, 100))}
        },
        some.integers(0, 99),
        some.integers(1, 100),
    ),
)
RULES = some.recursive(
    LEAVES,
    lambda rules: some.one_of(
        some.lists(rules, min_size=1, max_size=4).map(lambda parts: {"all": parts}),
        some.lists(rules, min_size=1, max_size=4).map(lambda parts: {"any": parts}),
        rules.map(lambda rule: {"not": rule}),
    ),
    max_leaves=12,
)


@SETTINGS
@given(rule=RULES, asked=some.sets(some.integers(0, 24)))
def test_sql_finds_whom_python_finds_of_all_and_of_some(rule, asked, population):
    node = parse(rule)
    expected = sorted(one.id for one in population if holds(rule, one))
    scope = [population[n].id for n in sorted(asked)]

    assert run(compiler.customers(node, now=NOW)) == expected
    assert found_among(scope, node) == [one for one in expected if one in scope]


@SETTINGS
@given(rule=RULES, number=some.integers(0, 24))
def test_an_explanation_agrees_with_the_rule(rule, number, population):
    one = population[number]

    assert explain(parse(rule), one.id, now=NOW).holds == holds(rule, one)


@SETTINGS
@given(
    cuts=some.sets(some.integers(1, 9_999), max_size=6),
    salt=some.text("abc", min_size=1, max_size=5),
)
def test_parts_are_disjoint_and_complete(cuts, salt, population):
    ends = [str(Decimal(cut) / 100) for cut in [0, *sorted(cuts), 10_000]]
    found = [
        run(compiler.customers(parse({"part": {"salt": salt, "from": a, "to": b}}), now=NOW))
        for a, b in itertools.pairwise(ends)
    ]

    assert sorted(one for part in found for one in part) == [one.id for one in population]
