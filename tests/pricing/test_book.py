"""The book of a shopper: what is loaded, from where, and in how many statements."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection

from saleor_customer_groups.groups import queries
from saleor_customer_groups.models import (
    CustomerGroup,
    PriceList,
    PriceListEntry,
    PriceRule,
    PriceRuleAmount,
    PriceRuleTarget,
)
from saleor_customer_groups.pricing import book as books
from saleor_customer_groups.pricing import presence
from saleor_customer_groups.pricing.quote import quote

from .conftest import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_reported(monkeypatch) -> None:
    monkeypatch.setattr(books, "_reported", set())


@pytest.fixture
def load(shop) -> Callable[..., books.Book]:
    """The book of a customer for one small espresso in dollars."""

    def go(customer, *items, channel=None, now=NOW, **more) -> books.Book:
        channel = channel or shop.usd
        return books.load(
            None if customer is None else customer.pk,
            channel_id=channel.pk,
            currency=channel.currency_code,
            items=items or (shop.item(shop.small),),
            now=now,
            **more,
        )

    return go


@pytest.fixture
def price(shop, load) -> Callable[..., str]:
    """What a customer pays for one small espresso, or for another item."""

    def go(customer, item=None, **more) -> str:
        item = item or shop.item(shop.small)
        currency = (more.get("channel") or shop.usd).currency_code
        return str(quote(item, load(customer, item, **more), currency).final_price)

    return go


def off(group: CustomerGroup, percentage: str = "10", **fields) -> PriceRule:
    """A rule of percentage off, for everything unless it says otherwise."""
    fields = {"name": f"{percentage} off", "everything": True, **fields}
    rule = PriceRule.objects.create(kind="percentage_off", percentage=Decimal(percentage), **fields)
    rule.groups.add(group)
    return rule


def by_amount(group: CustomerGroup, kind: str, **amounts: str) -> PriceRule:
    rule = PriceRule.objects.create(name=kind, kind=kind, everything=True)
    rule.groups.add(group)
    for currency, amount in amounts.items():
        PriceRuleAmount.objects.create(rule=rule, currency=currency, amount=Decimal(amount))
    return rule


def listed(group: CustomerGroup, shop, amount: str, variant=None, **fields) -> PriceListEntry:
    """A price list with one price in dollars."""
    entry_fields = {"min_quantity": fields.pop("min_quantity", 1)}
    price_list = PriceList.objects.create(name=f"List {amount}", **fields)
    price_list.groups.add(group)
    return PriceListEntry.objects.create(
        price_list=price_list,
        variant=variant or shop.small,
        channel=shop.usd,
        amount=Decimal(amount),
        **entry_fields,
    )


def test_a_customer_in_no_group_pays_the_list_price(price, load, customer, vip):
    off(vip)
    bob = customer("Bob")
    assert price(bob) == "100.00"
    assert load(bob).customer_has_no_group


def test_a_member_pays_the_group_price(price, load, alice, vip):
    off(vip)
    assert price(alice) == "90.00"
    assert not load(alice).customer_has_no_group


def test_rules_of_several_groups_compete(price, alice, vip, trade, join):
    off(vip, "10")
    off(trade, "20")
    assert price(alice) == "90.00"
    join(alice, trade)
    assert price(alice) == "80.00"


def test_a_rule_of_two_of_the_customers_groups_is_one_rule(shop, load, alice, vip, trade, join):
    rule = off(vip)
    rule.groups.add(trade)
    join(alice, trade)
    item = shop.item(shop.small)
    explained = quote(item, load(alice, item), "USD").explain()
    assert [candidate["id"] for candidate in explained["candidates"]] == [rule.pk]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"started_at": NOW - HOUR}, "90.00"),
        ({"started_at": NOW}, "90.00"),
        ({"started_at": NOW + HOUR}, "100.00"),
        ({"until": NOW + HOUR}, "90.00"),
        ({"until": NOW}, "100.00"),
        ({"until": NOW - HOUR}, "100.00"),
    ],
)
def test_a_membership_holds_from_its_start_until_its_end(
    price, load, customer, vip, join, fields, expected
):
    off(vip)
    bob = customer("Bob")
    join(bob, vip, **fields)
    assert price(bob) == expected
    assert not load(bob).customer_has_no_group


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"starts_at": NOW}, "80.00"),
        ({"starts_at": NOW + HOUR}, "100.00"),
        ({"ends_at": NOW + HOUR}, "80.00"),
        ({"ends_at": NOW}, "100.00"),
        ({"starts_at": NOW - HOUR, "ends_at": NOW + HOUR}, "80.00"),
        ({"active": False}, "100.00"),
    ],
)
@pytest.mark.parametrize("what", ["rule", "list"])
def test_a_window_begins_with_its_start_and_ends_before_its_end(
    price, shop, alice, vip, what, fields, expected
):
    if what == "rule":
        off(vip, "20", **fields)
    else:
        listed(vip, shop, "80", **fields)
    assert price(alice) == expected


def test_a_rule_holds_in_its_channels_or_in_all(price, shop, alice, vip):
    off(vip, "5")
    rule = off(vip, every_channel=False)
    rule.channels.add(shop.usd)
    assert price(alice, channel=shop.usd) == "90.00"
    assert price(alice, channel=shop.pln) == "95.00"


def test_a_rule_that_lost_its_last_channel_applies_nowhere(price, shop, alice, vip):
    rule = off(vip, every_channel=False)
    rule.channels.add(shop.pln)
    shop.pln.delete()
    assert price(alice, channel=shop.usd) == "100.00"


def test_an_amount_is_that_of_the_currency(price, shop, alice, vip):
    by_amount(vip, "amount_off", USD="5", PLN="20")
    assert price(alice, channel=shop.usd) == "95.00"
    assert price(alice, channel=shop.pln) == "80.00"


def test_a_list_price_is_that_of_the_channel(price, shop, alice, vip):
    listed(vip, shop, "80")
    assert price(alice, channel=shop.usd) == "80.00"
    assert price(alice, channel=shop.pln) == "100.00"


def test_the_price_of_the_quantity(price, shop, alice, vip):
    entry = listed(vip, shop, "80")
    PriceListEntry.objects.create(
        price_list=entry.price_list,
        variant=shop.small,
        channel=shop.usd,
        min_quantity=10,
        amount=Decimal(70),
    )
    assert price(alice, shop.item(shop.small, quantity=9)) == "80.00"
    assert price(alice, shop.item(shop.small, quantity=10)) == "70.00"


@pytest.mark.parametrize(
    ("kind", "thing", "small", "large", "tea"),
    [
        ("variant", "small", True, False, False),
        ("product", "espresso", True, True, False),
        ("collection", "sale", True, True, False),
        ("category", "beans", True, True, False),
        ("category", "coffee", True, True, False),
        ("category", "drinks", True, True, True),
        ("category", "other", False, False, False),
    ],
)
@pytest.mark.parametrize("excluded", [False, True])
def test_what_a_rule_names(shop, price, alice, vip, kind, thing, small, large, tea, excluded):
    rule = off(vip, everything=excluded)
    PriceRuleTarget.objects.create(rule=rule, excluded=excluded, **{kind: getattr(shop, thing)})
    touched = {shop.small: small, shop.large: large, shop.tea_bag: tea}
    for variant, is_touched in touched.items():
        expected = "90.00" if is_touched is not excluded else "100.00"
        assert price(alice, shop.item(variant)) == expected


def test_each_item_of_a_basket_has_its_own_category(shop, load, alice, vip):
    rule = off(vip, everything=False)
    PriceRuleTarget.objects.create(rule=rule, category=shop.coffee)
    items = [shop.item(shop.tea_bag), shop.item(shop.small)]
    book = load(alice, *items)
    assert [str(quote(item, book, "USD").final_price) for item in items] == ["100.00", "90.00"]


def test_a_rule_that_lost_its_last_target_applies_to_nothing(shop, price, alice, vip):
    rule = off(vip, everything=False)
    PriceRuleTarget.objects.create(rule=rule, variant=shop.small)
    assert price(alice) == "90.00"
    rule.targets.all().delete()
    assert price(alice) == "100.00"


def test_rules_that_touch_nothing_in_the_basket_are_not_loaded(shop, load, alice, vip):
    rule = off(vip, everything=False)
    PriceRuleTarget.objects.create(rule=rule, variant=shop.large)
    PriceRuleTarget.objects.create(rule=rule, excluded=True, variant=shop.small)
    assert not load(alice)


def test_an_item_without_category(shop, price, alice, vip):
    rule = off(vip, everything=False)
    PriceRuleTarget.objects.create(rule=rule, category=shop.drinks)
    lonely = replace(shop.item(shop.small), category_id=None, collection_ids=frozenset())
    assert price(alice, lonely) == "100.00"


def test_an_empty_basket(shop, alice, vip):
    listed(vip, shop, "80")
    book = books.load(alice.pk, channel_id=shop.usd.pk, currency="USD", items=(), now=NOW)
    assert not book


def test_a_guest_has_the_guest_groups_prices(price, customer, guests, vip):
    off(guests, "5")
    off(vip, "10")
    assert price(None) == "95.00"
    assert price(customer("Bob")) == "100.00"


def test_guests_without_a_guest_group_cost_nothing(load, vip, django_assert_num_queries):
    off(vip)
    queries.guest_group_id()
    with django_assert_num_queries(0):
        assert not load(None)


def test_a_guest_costs_one_more_when_the_guest_group_must_be_known(
    load, guests, vip, django_assert_num_queries
):
    off(guests)
    with django_assert_num_queries(2):
        assert load(None, fresh=True)
    with django_assert_num_queries(1):
        assert load(None)


@pytest.mark.parametrize("size", [1, 3])
def test_a_customer_without_price_lists_costs_one_statement(
    shop, load, alice, vip, size, django_assert_num_queries
):
    off(vip)
    by_amount(vip, "amount_up", USD="1", PLN="4")
    items = [shop.item(variant) for variant in (shop.small, shop.large, shop.tea_bag)][:size]
    with django_assert_num_queries(1):
        load(alice, *items)


@pytest.mark.parametrize("size", [1, 3])
def test_price_lists_cost_no_statement_more(
    shop, load, alice, vip, trade, join, size, django_assert_num_queries
):
    off(vip)
    join(alice, trade)
    listed(vip, shop, "80")
    listed(trade, shop, "70", variant=shop.tea_bag)
    items = [shop.item(variant) for variant in (shop.small, shop.large, shop.tea_bag)][:size]
    with django_assert_num_queries(1):
        load(alice, *items)


def test_it_asks_the_writer(load, alice, vip):
    off(vip)
    asked = []

    def note(execute, sql, params, many, context):
        asked.append(context["connection"].alias)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        load(alice)
    assert asked == ["default"]


def tamper(table: str, number: int, *constraints: str, **fields: str | None) -> None:
    """Write what the database would refuse, as an old dump or a hand in psql could."""
    table = f"saleor_customer_groups_{table}"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for constraint in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        for name, value in fields.items():
            cursor.execute(f"UPDATE {table} SET {name} = %s WHERE id = %s", [value, number])


@pytest.mark.parametrize(
    ("constraint", "fields", "problem"),
    [
        ("percentage_by_kind", {"percentage": None}, "it has no percentage"),
        (
            "percentage_off_at_most_100",
            {"percentage": "101"},
            "101.0000 percent off is more than all",
        ),
        ("percentage_positive", {"percentage": "-1"}, "-1.0000 is no price or percentage"),
        ("known_kind", {"kind": "half_price"}, "'half_price' is no kind of rule"),
    ],
)
def test_a_broken_rule_is_skipped_and_reported_once(
    price, alice, vip, caplog, constraint, fields, problem
):
    off(vip, "5")
    broken = off(vip, "50", priority=9)
    constraints = {"pricerule_percentage_by_kind", f"pricerule_{constraint}"}
    tamper("pricerule", broken.pk, *constraints, **fields)

    with caplog.at_level(logging.ERROR):
        assert [price(alice), price(alice)] == ["95.00", "95.00"]

    assert caplog.messages == [f"Skipped price rule {broken.pk}: {problem}."]


def test_a_rule_without_an_amount_in_the_currency_is_skipped_and_reported_once(
    shop, price, alice, vip, caplog
):
    rule = by_amount(vip, "fixed_price", USD="50")
    with caplog.at_level(logging.ERROR):
        assert price(alice, channel=shop.pln) == "100.00"
        assert price(alice, channel=shop.pln) == "100.00"
    assert price(alice, channel=shop.usd) == "50.00"
    assert caplog.messages == [f"Skipped price rule {rule.pk}: it has no amount in the currency."]


@pytest.mark.parametrize("amount", ["-1.000", "NaN"])
def test_a_broken_price_of_a_list_is_skipped_and_reported_once(
    shop, price, alice, vip, caplog, amount
):
    listed(vip, shop, "80")
    broken = listed(vip, shop, "1", priority=9)
    tamper("pricelistentry", broken.pk, "pricelistentry_not_negative", amount=amount)

    with caplog.at_level(logging.ERROR):
        assert [price(alice), price(alice)] == ["80.00", "80.00"]

    number = broken.price_list_id
    assert caplog.messages == [
        f"Skipped price list {number}: its price of variant {shop.small.pk} is {amount}."
    ]


def test_an_amount_that_is_not_a_number_is_broken_too(price, alice, vip, caplog):
    """PostgreSQL takes NaN for more than 0, so the constraint lets it pass."""
    rule = by_amount(vip, "amount_off", USD="5")
    tamper("priceruleamount", rule.amounts.get().pk, amount="NaN")
    with caplog.at_level(logging.ERROR):
        assert price(alice) == "100.00"
    assert caplog.messages == [f"Skipped price rule {rule.pk}: NaN is no price or percentage."]


def test_a_shop_without_rules_and_lists_costs_nothing(load, alice, django_assert_num_queries):
    cache.delete(presence.KEY)
    with django_assert_num_queries(1):
        assert not load(alice)
    with django_assert_num_queries(0):
        assert not load(alice)


def test_before_an_order_nothing_is_believed_from_the_cache(price, load, alice, vip, guests):
    cache.set(presence.KEY, False)
    queries.guest_group_id()
    off(vip)
    off(guests, "5")
    assert price(alice, fresh=True) == "90.00"
    assert price(None, fresh=True) == "95.00"
