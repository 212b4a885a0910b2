"""Every field and operator: who is found in the shop (shop.py) and who is not."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from saleor_customer_groups.models import Purse
from saleor_customer_groups.segments.fields import FIELDS
from saleor_customer_groups.segments.operators import BY_TYPE, operators

from .shop import gift_card, model

pytestmark = pytest.mark.django_db
ON_NEWER_HOSTS = {"customer_type", "attribute"}  # tests/segments/test_newer_fields.py
MUG, SHIRT, EU, MAIN = "mug", "shirt", {"channel": "eu"}, {"channel": "main"}
USD, EUR = {"currency": "USD"}, {"currency": "EUR"}


def days(n: int) -> dict[str, int]:
    return {"days": n}


Case = tuple[dict[str, Any], str]


def case(field: str, operator: str, value: Any, expected: str, **options: Any) -> Case:
    """Who is found: the initials of Alice, Bob, Charlie and Dora."""
    return {field: {operator: value, **options}}, expected


PROFILE = [
    case("email", "eq", "ALICE@example.com", "A"),
    case("email", "one_of", ["charlie@example.com", "dora@other.test"], "CD"),
    case("email", "starts_with", "B", "B"),
    case("email", "ends_with", "Example.com", "AC"),
    case("email", "contains", "EXAMPLE", "ABC"),
    case("email", "contains", "%", ""),
    case("email", "is_empty", True, ""),
    case("email", "is_empty", False, "ABCD"),
    case("email_domain", "eq", "example.com", "AC"),
    case("email_domain", "one_of", ["EXAMPLE.COM", "other.test"], "ACD"),
    case("email_domain", "starts_with", "shop", "B"),
    case("email_domain", "ends_with", ".org", "B"),
    case("email_domain", "contains", "ample", "ABC"),
    case("email_domain", "is_empty", True, ""),
    case("first_name", "eq", "alice", "A"),
    case("first_name", "one_of", ["ALICE", "Bob"], "AB"),
    case("first_name", "starts_with", "c", "C"),
    case("first_name", "ends_with", "A", "D"),
    case("first_name", "contains", "LI", "AC"),
    case("first_name", "is_empty", True, ""),
    case("last_name", "eq", "adams", "A"),
    case("last_name", "one_of", ["adams", "dee"], "AD"),
    case("last_name", "starts_with", "d", "D"),
    case("last_name", "ends_with", "n_", "B"),
    case("last_name", "contains", "0%", "B"),
    case("last_name", "contains", "\\", ""),
    case("last_name", "is_empty", True, "C"),
    case("last_name", "is_empty", False, "ABD"),
    case("language", "eq", "pl", "B"),
    case("language", "one_of", ["en", "PL"], "ABCD"),
    case("external_reference", "eq", "a-1", "A"),
    case("external_reference", "one_of", ["A-1", "B-1"], "A"),
    case("external_reference", "starts_with", "A", "A"),
    case("external_reference", "ends_with", "1", "A"),
    case("external_reference", "contains", "-", "A"),
    case("external_reference", "is_empty", True, "BCD"),
    case("registered_at", "eq", "2026-06-01", "A"),
    case("registered_at", "eq", "2025-01-10T00:00:00+00:00", "B"),
    case("registered_at", "gte", "2026-06-01", "AD"),
    case("registered_at", "gt", "2026-06-01", "D"),
    case("registered_at", "gt", "2026-06-01T09:00:00+00:00", "AD"),
    case("registered_at", "lte", "2026-06-01", "ABC"),
    case("registered_at", "lte", "2026-06-01T10:00:00+00:00", "ABC"),
    case("registered_at", "lte", "2026-06-01T10:00:00+02:00", "BC"),
    case("registered_at", "lt", "2026-06-01", "BC"),
    case("registered_at", "between", ["2025-01-10", "2026-06-01"], "AB"),
    case("registered_at", "within_last", {"months": 18}, "ABD"),
    case("registered_at", "within_last", {"hours": 1}, "D"),
    case("registered_at", "before_last", days(30), "BC"),
    case("registered_at", "lt", {"ago": days(14)}, "ABC"),
    case("registered_at", "gte", {"ahead": days(1)}, ""),
    case("last_login_at", "eq", "2026-06-14", "A"),
    case("last_login_at", "gte", "2026-06-14", "A"),
    case("last_login_at", "gt", "2026-06-14", ""),
    case("last_login_at", "lte", "2026-06-14", "AC"),
    case("last_login_at", "lt", "2026-06-14", "C"),
    case("last_login_at", "between", ["2025-01-01", {"ago": days(10)}], "C"),
    case("last_login_at", "within_last", days(7), "A"),
    case("last_login_at", "before_last", days(7), "C"),
    case("last_login_at", "is_empty", True, "BD"),
    case("last_login_at", "is_empty", False, "AC"),
    case("confirmed", "eq", False, "B"),
    case("confirmed", "eq", True, "ACD"),
    case("active", "eq", True, "ABD"),
    case("active", "eq", False, "C"),
]
ADDRESSES = [
    case("country", "eq", "pl", "AB"),
    case("country", "one_of", ["DE", "US"], "AD"),
    case("country", "eq", "PL", "AB", address="any"),
    case("country", "eq", "PL", "A", address="default_billing"),
    case("country", "eq", "PL", "", address="default_shipping"),
    case("country", "one_of", ["DE", "US"], "AD", address="default_shipping"),
    case("country", "one_of", ["PL", "US"], "AD", address="default"),
    case("city", "eq", "KRAKÓW", "B"),
    case("city", "one_of", ["berlin", "new york"], "AD"),
    case("city", "starts_with", "war", "A"),
    case("city", "ends_with", "york", "D"),
    case("city", "contains", "r", "ABD"),
    case("city", "starts_with", "b", "A", address="default_shipping"),
    case("postal_code", "eq", "10115", "A"),
    case("postal_code", "one_of", ["30-001", "10001"], "BD"),
    case("postal_code", "starts_with", "10", "AD"),
    case("postal_code", "ends_with", "001", "ABD"),
    case("postal_code", "contains", "-", "AB"),
    case("postal_code", "starts_with", "10", "D", address="default_billing"),
    case("phone_prefix", "eq", "+48", "AB"),
    case("phone_prefix", "eq", "+485", "A"),
    case("phone_prefix", "one_of", ["+49", "+486"], "AB"),
    case("phone_prefix", "one_of", ["+49", "+486"], "A", address="default"),
]  # fmt: skip
ORDERS = [
    case("orders_count", "eq", 1, "BC"),
    case("orders_count", "eq", 0, "D"),
    case("orders_count", "gte", 3, "A"),
    case("orders_count", "gte", 0, "ABCD"),
    case("orders_count", "gt", 1, "A"),
    case("orders_count", "gt", -1, "ABCD"),
    case("orders_count", "lte", 1, "BCD"),
    case("orders_count", "lt", 1, "D"),
    case("orders_count", "lt", 0, ""),
    case("orders_count", "between", [1, 2], "BC"),
    case("orders_count", "between", [0, 1], "BCD"),
    case("orders_count", "gte", 1, "AC", **EU),
    case("orders_count", "gte", 2, "A", **MAIN),
    case("orders_count", "gte", 1, "", channel="nowhere"),
    case("orders_count", "gte", 1, "AB", **USD),
    case("orders_count", "gte", 1, "AC", within=days(30)),
    case("orders_count", "gte", 1, "C", within={"hours": 24}),
    case("orders_count", "gte", 1, "AC", since="2026-03-01"),
    case("orders_count", "gte", 1, "AB", until="2026-03-01"),
    case("orders_count", "gte", 1, "B", until="2025-12-01"),
    case("orders_count", "lt", 1, "BD", within=days(30)),
    case("orders_count", "eq", 1, "A", since="2026-01-01", until={"ago": days(30)}, **MAIN),
    case("total_spent", "eq", "400", "A", **USD),
    case("total_spent", "gte", "20.50", "AB", **USD),
    case("total_spent", "gt", "20.50", "A", **USD),
    case("total_spent", "lte", "20.50", "BCD", **USD),
    case("total_spent", "lt", "20.50", "CD", **USD),
    case("total_spent", "between", ["50", "80"], "AC", **EUR),
    case("total_spent", "gte", 100, "A", within=days(90), **USD),
    case("total_spent", "gte", 101, "", within=days(90), **USD),
    case("total_spent", "gte", "50", "C", since={"ago": days(2)}, **EUR),
    case("average_order", "eq", 200, "A", **USD),
    case("average_order", "gte", "20.5", "AB", **USD),
    case("average_order", "gt", "20.5", "A", **USD),
    case("average_order", "lte", 100, "B", **USD),
    case("average_order", "lt", 80, "A", **EUR),
    case("average_order", "between", [0, 100], "AC", **EUR),
    case("first_order_at", "eq", "2026-03-01", "A"),
    case("first_order_at", "gte", "2026-03-01", "AC"),
    case("first_order_at", "gt", "2026-03-01", "C"),
    case("first_order_at", "lte", "2025-12-01", "B"),
    case("first_order_at", "lt", "2026-03-01", "B"),
    case("first_order_at", "between", ["2025-12-01", "2026-03-01"], "AB"),
    case("first_order_at", "within_last", days(30), "C"),
    case("first_order_at", "before_last", days(30), "AB"),
    case("first_order_at", "gte", {"ago": days(4)}, "AC", **EU),
    case("last_order_at", "eq", "2026-06-12", "A"),
    case("last_order_at", "gte", "2026-06-12", "AC"),
    case("last_order_at", "gt", "2026-06-12", "C"),
    case("last_order_at", "lte", "2026-06-12", "AB"),
    case("last_order_at", "lt", "2026-06-12", "B"),
    case("last_order_at", "between", [{"ago": days(4)}, {"ago": days(2)}], "A"),
    case("last_order_at", "within_last", days(3), "AC"),
    case("last_order_at", "before_last", {"months": 6}, "B"),
    case("last_order_at", "within_last", days(4), "", **MAIN),
    case("days_since_first_order", "eq", 106, "A"),
    case("days_since_first_order", "gte", 106, "AB"),
    case("days_since_first_order", "gt", 106, "B"),
    case("days_since_first_order", "lte", 106, "AC"),
    case("days_since_first_order", "lt", 106, "C"),
    case("days_since_first_order", "between", [1, 106], "AC"),
    case("days_since_last_order", "eq", 3, "A"),
    case("days_since_last_order", "gte", 3, "AB"),
    case("days_since_last_order", "gt", 3, "B"),
    case("days_since_last_order", "lte", 3, "AC"),
    case("days_since_last_order", "lt", 3, "C"),
    case("days_since_last_order", "between", [1, 4], "AC"),
    case("days_since_last_order", "eq", 5, "A", **MAIN),
    case("vouchers_used", "one_of", ["SPRING", "AUTUMN"], "B"),
    case("vouchers_used", "one_of", ["spring"], ""),
    case("vouchers_used", "any", True, "B"),
    case("vouchers_used", "any", True, "", **EU),
]
OTHERS = [
    case("open_basket_older_than", "minutes", 60, "AB"),
    case("open_basket_older_than", "hours", 4, "A"),
    case("open_basket_older_than", "days", 1, "A"),
    case("open_basket_older_than", "days", 3, ""),
    case("open_basket_older_than", "months", 1, ""),
    case("open_basket_older_than", "hours", 1, "B", **EU),
    case("gift_card_holder", "eq", True, "A"),
    case("gift_card_holder", "eq", False, "BCD"),
    case("channel", "eq", "eu", "ACD"),
    case("channel", "one_of", ["main", "eu"], "ABCD"),
    case("channel", "eq", "main", "AB"),
    case("channel", "eq", "EU", ""),
    case("source", "eq", "eu", "D"),
    case("source", "one_of", ["main", "eu"], "D"),
    case("source", "eq", "main", ""),
]


def meta(key: str, kind: str, operator: str, value: Any, expected: str) -> Case:
    return case("metadata", operator, value, expected, key=key, type=kind)


METADATA = [
    meta("town", "text", "eq", "Rome", "A"),
    meta("town", "text", "one_of", ["Rome", "rome", "Paris"], "AB"),
    meta("town", "text", "starts_with", "RO", "AB"),
    meta("town", "text", "ends_with", "me", "AB"),
    meta("town", "text", "contains", "OM", "AB"),
    meta("town", "text", "exists", True, "AB"),
    meta("town", "text", "exists", False, "CD"),
    meta("town' OR '1'='1", "text", "exists", True, ""),
    meta("level", "number", "eq", 5, "A"),
    meta("level", "number", "gte", 5, "AC"),
    meta("level", "number", "gt", 5, "C"),
    meta("level", "number", "lte", "5.0", "A"),
    meta("level", "number", "lt", "5.5", "A"),
    meta("level", "number", "between", [5, 12], "AC"),
    meta("level", "number", "exists", True, "ABC"),
    meta("birthday", "date", "eq", "1990-06-20", "A"),
    meta("birthday", "date", "gte", "1990-06-20", "AD"),
    meta("birthday", "date", "gt", "1990-06-20", "D"),
    meta("birthday", "date", "lte", "1990-06-20", "A"),
    meta("birthday", "date", "lt", "2000-02-29", "A"),
    meta("birthday", "date", "between", ["1990-06-20", "2000-02-29"], "AD"),
    meta("birthday", "date", "within_last", {"months": 400}, "D"),
    meta("birthday", "date", "before_last", {"months": 400}, "A"),
    meta("birthday", "date", "lt", {"ago": {"months": 400}}, "A"),
    meta("birthday", "date", "anniversary_within", days(5), "A"),
    meta("birthday", "date", "anniversary_within", days(4), ""),
    meta("birthday", "date", "anniversary_within", days(366), "AD"),
    meta("birthday", "date", "anniversary_today", True, ""),
    meta("birthday", "date", "exists", True, "ABCD"),
    meta("vip", "boolean", "eq", True, "A"),
    meta("vip", "boolean", "eq", False, "C"),
    meta("vip", "boolean", "exists", False, "D"),
    meta("tags", "list", "contains", "red", "AB"),
    meta("tags", "list", "contains", "light blue", "A"),
    meta("tags", "list", "contains", "blue", "D"),
    meta("tags", "list", "one_of", ["blue", "light blue"], "AD"),
    meta("tags", "list", "all_of", ["green", "red"], "B"),
    meta("tags", "list", "all_of", ["light blue", "red"], "A"),
    meta("tags", "list", "exists", True, "ABCD"),
    case("private_metadata", "gte", "7.5", "A", key="score", type="number"),
    case("private_metadata", "exists", False, "BCD", key="score", type="text"),
]
TABLE = PROFILE + ADDRESSES + ORDERS + OTHERS + METADATA


FIELD_CODES = sorted({code for rule, _ in TABLE for code in rule})


@pytest.mark.parametrize("code", FIELD_CODES)
def test_it_finds(code, found):
    table = [(rule, expected) for rule, expected in TABLE if code in rule]

    assert [(rule, found(rule)) for rule, _ in table] == table


@pytest.mark.parametrize("code", FIELD_CODES)
def test_not_finds_everybody_else(code, found):
    table = [
        ({"not": rule}, "".join(sorted(set("ABCD") - set(expected))))
        for rule, expected in TABLE
        if code in rule
    ]

    assert [(rule, found(rule)) for rule, _ in table] == table


def bought(shop: Any) -> list[Case]:
    """The rules that name things of the shop, which have ids only when it is open."""
    small, large, cup = ({"variant": [one.pk]} for one in (shop.small, shop.large, shop.cup))
    shirt, clothes = {"product": [shop.shirt.pk]}, {"category": [shop.clothes.pk]}
    mugs = {"collection": [shop.all_mugs.pk]}
    categories = {"category": [shop.shirts.pk, shop.kitchen.pk]}
    nothing = {"category": [2**40]}
    return [
        ({"bought": {"one_of": small}}, "A"),
        ({"bought": {"one_of": large}}, "B"),
        ({"bought": {"one_of": cup}}, "AC"),
        ({"bought": {"one_of": shirt}}, "AB"),
        ({"bought": {"one_of": clothes}}, "AB"),
        ({"bought": {"one_of": categories}}, "ABC"),
        ({"bought": {"one_of": mugs}}, "AC"),
        ({"bought": {"one_of": nothing}}, ""),
        ({"not": {"bought": {"one_of": clothes}}}, "CD"),
        ({"bought": {"all_of": categories}}, "A"),
        ({"bought": {"all_of": {"variant": [shop.small.pk, shop.large.pk]}}}, ""),
        ({"bought": {"one_of": clothes, "within": {"days": 30}}}, "A"),
        ({"bought": {"one_of": clothes, "until": "2025-12-31"}}, "B"),
        ({"bought": {"one_of": mugs, "channel": "eu"}}, "C"),
        ({"quantity_bought": {"gte": 3}}, "AC"),
        ({"quantity_bought": {"eq": 3}}, "A"),
        ({"quantity_bought": {"gt": 3, "of": mugs}}, "C"),
        ({"quantity_bought": {"lt": 2, "of": shirt}}, "BCD"),
        ({"quantity_bought": {"lte": 1, "of": shirt}}, "BCD"),
        ({"quantity_bought": {"eq": 0, "of": clothes}}, "CD"),
        ({"quantity_bought": {"between": [1, 2], "of": clothes}}, "AB"),
        ({"quantity_bought": {"gte": 1, "of": cup, "within": {"days": 30}}}, "C"),
        ({"in_group": {"one_of": [shop.vip.pk]}}, "A"),
        ({"not": {"in_group": {"one_of": [shop.vip.pk]}}}, "BCD"),
    ]


def test_it_finds_who_bought_things_and_who_is_in_groups(shop, found):
    table = bought(shop)

    assert [(rule, found(rule)) for rule, _ in table] == table


def test_a_gift_card_that_was_assigned_counts(shop, found):
    if "assigned_to" not in {field.name for field in model("giftcard.GiftCard").model._meta.fields}:
        pytest.skip("this host has no assigned gift cards")
    gift_card("ASSIGNED-CARD", "1", assigned_to=shop.dora)

    assert found({"gift_card_holder": {"eq": True}}) == "AD"


def test_the_card_by_which_credit_is_spent_is_no_gift_card(shop, found):
    purse = gift_card("PURSE-CARD", "5", used_by=shop.dora)
    Purse.objects.create(customer_id=shop.dora.pk, currency="USD", gift_card_id=purse.pk)

    assert found({"gift_card_holder": {"eq": True}}) == "A"
    gift_card("REAL-CARD", "5", used_by=shop.dora)
    assert found({"gift_card_holder": {"eq": True}}) == "AD"


def test_parts_are_disjoint_complete_and_always_the_same(found):
    ends = ["0", "12.34", "50", "99.99", "100"]
    parts = [
        found({"part": {"salt": "spring", "from": low, "to": high}}) for low, high in pairwise(ends)
    ]
    assert sorted("".join(parts)) == list("ABCD")
    assert found({"part": {"salt": "spring", "from": "0", "to": "100"}}) == "ABCD"
    again = found({"part": {"salt": "spring", "from": "12.34", "to": "50"}})
    assert again == parts[1]


def test_every_field_and_operator_has_a_case(shop):
    asked = {
        (code, key)
        for rule in [
            *(rule for rule, _ in TABLE),
            *(rule for rule, _ in bought(shop) if "not" not in rule),
            {"part": {"to": "50"}},
        ]
        for code, inner in rule.items()
        for key in inner
    }
    known = {
        (code, operator)
        for code, field in FIELDS.items()
        if field.type != "any"
        for operator in operators(field.type)
    } | {("metadata", operator) for kind in BY_TYPE.values() for operator in kind}
    missing = {(code, operator) for code, operator in known - asked if code not in ON_NEWER_HOSTS}
    assert missing == set()
