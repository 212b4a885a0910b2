"""Rules as SQL: the tree, pins, depth, and values that want to be more than values."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection

from saleor_customer_groups.models import Segment, SegmentPin
from saleor_customer_groups.segments import compile as compiler
from saleor_customer_groups.segments.asking import SCOPE
from saleor_customer_groups.segments.rules import InvalidRule, Leaf, parse

from .conftest import run
from .shop import NOW

pytestmark = pytest.mark.django_db
EVIL = [
    "'; DROP TABLE account_user; --",
    "' OR 1=1 --",
    "%s",
    "%(x)s",
    "{0}",
    "\\",
    '"',
    "a'b",
    "$1",
]
SOME = {"orders_count": {"gte": 1}}  # A B C
POLISH = {"country": {"eq": "PL"}}  # A B
CONFIRMED = {"confirmed": {"eq": True}}  # A C D
NAMED_D = {"first_name": {"eq": "dora"}}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"all": [SOME, CONFIRMED]}, "AC"),
        ({"all": [SOME, POLISH, CONFIRMED]}, "A"),
        ({"all": [CONFIRMED, {"all": [{"not": POLISH}, {"all": [SOME]}]}]}, "C"),
        ({"any": [POLISH, NAMED_D]}, "ABD"),
        ({"any": [{"not": SOME}, POLISH]}, "ABD"),
        ({"any": [NAMED_D, {"any": [{"not": CONFIRMED}, {"any": [POLISH]}]}]}, "ABD"),
        ({"any": [NAMED_D, {"first_name": {"eq": "bob"}}]}, "BD"),
        ({"all": [NAMED_D, {"first_name": {"eq": "bob"}}]}, ""),
        ({"not": {"any": [POLISH, NAMED_D]}}, "C"),
        ({"not": {"all": [POLISH, SOME]}}, "CD"),
        ({"not": {"not": {"not": SOME}}}, "D"),
        ({"not": {"all": [CONFIRMED, NAMED_D]}}, "ABC"),
        ({"any": [{"all": [POLISH, {"not": CONFIRMED}]}, {"all": [NAMED_D, {"not": SOME}]}]}, "BD"),
        # NULL on the customer's row is "no", and not of it is "yes"
        ({"not": {"last_login_at": {"gte": "2020-01-01"}}}, "BD"),
        ({"not": {"any": [{"last_login_at": {"gte": "2020-01-01"}}, NAMED_D]}}, "B"),
        ({"not": {"all": [{"last_login_at": {"gte": "2020-01-01"}}, CONFIRMED]}}, "BD"),
    ],
)
def test_it_combines(rule, expected, found):
    assert found(rule) == expected


def test_staff_are_no_customers(shop, found):
    assert found({"any": [{"email": {"starts_with": "eve"}}, {"not": {"email": {"eq": "x"}}}]}) == (
        "ABCD"
    )
    get_user_model().objects.filter(pk=shop.alice.pk).update(is_staff=True)
    assert found(SOME) == "BC"


def test_a_tree_of_a_hundred_and_fifty_levels_runs(found):
    rule: Any = SOME
    some, polish, expected = set("ABC"), set("AB"), set("ABC")
    for n in range(149):
        rule = ({"all": [rule, SOME]}, {"any": [rule, POLISH]}, {"not": rule})[n % 3]
        expected = (expected & some, expected | polish, set("ABCD") - expected)[n % 3]

    assert found(rule) == "".join(sorted(expected))


@pytest.mark.parametrize("evil", EVIL)
def test_a_value_is_never_more_than_a_value(evil, found):
    for rule in (
        {"email": {"eq": evil}},
        {"email": {"contains": evil * 3}},
        {"city": {"one_of": [evil]}},
        {"orders_count": {"gte": 1, "channel": evil}},
        {"vouchers_used": {"one_of": [evil]}},
        {"channel": {"eq": evil}},
        *(
            {"metadata": {"key": evil, "type": kind, operator: value}}
            for kind, operator, value in (
                ("text", "eq", evil),
                ("text", "contains", evil),
                ("number", "gte", 1),
                ("date", "gte", "2026-01-01"),
                ("boolean", "eq", True),
                ("list", "contains", evil),
                ("text", "exists", True),
            )
        ),
    ):
        assert found(rule) == ""
    assert found({"part": {"salt": evil, "from": "0", "to": "100"}}) == "ABCD"


@pytest.mark.parametrize("broken", [
    [], "text", 5, {"k": []}, {"k": {"a": "b"}}, {"k": None}, {"k": "0000-01-01"},
    {"k": "2023-02-29"}, {"k": "2026-13-01"}, {"k": "2026-1-1"}, {"k": "1900-02-29"},
    {"k": "2026-06-15x"}, {"k": "1e400"}, {"k": "١٢"}, {"k": "--5"}, {"k": "2026-06-31"},
    {"k": "99999-01-01"}, {"k": "9" * 31},
])  # fmt: skip
def test_broken_metadata_is_excluded_and_breaks_nothing(broken, shop, found):
    get_user_model().objects.filter(pk=shop.alice.pk).update(
        metadata=broken, private_metadata=broken
    )
    for kind, operator, value in (
        ("number", "gt", -1), ("date", "gt", "1900-01-01"), ("date", "anniversary_today", True),
        ("date", "anniversary_within", {"days": 366}), ("boolean", "eq", False),
        ("list", "contains", "b"), ("text", "eq", "b"), ("text", "contains", "b"),
    ):  # fmt: skip
        for field in ("metadata", "private_metadata"):
            assert found({field: {"key": "k", "type": kind, operator: value}}) == ""


@pytest.mark.parametrize("good", ["2024-02-29", "2000-02-29", "2026-06-15 10:00", "0001-01-01"])
def test_every_day_of_the_calendar_is_read(good, shop, found):
    get_user_model().objects.filter(pk=shop.alice.pk).update(metadata={"k": good})

    assert found({"metadata": {"key": "k", "type": "date", "eq": {"ago": {"days": 0}}}}) == (
        "A" if good.startswith("2026-06-15") else ""
    )
    assert found({"metadata": {"key": "k", "type": "date", "lte": {"ago": {"days": 0}}}}) == "A"


def test_conditions_about_the_same_orders_read_them_once_and_keep_their_places(shop):
    asked = [
        Leaf("orders_count", "gte", 1),
        Leaf("orders_count", "lt", 1),  # of who has none too
        Leaf("confirmed", "eq", True),
        Leaf("orders_count", "gte", 1, (("channel", "eu"),)),
        Leaf("last_order_at", "lte", NOW.date()),
        Leaf("orders_count", "lt", 1, (("channel", "eu"),)),
        Leaf("quantity_bought", "gte", 1),
    ]
    query = compiler.answers(asked, now=NOW)
    orders = connection.ops.quote_name(apps.get_model("order.Order")._meta.db_table)
    assert query.sql.count(f"FROM {orders} AS o") == 3  # all, those of the channel, their lines

    together = truths(shop, asked)
    assert together[shop.dora.pk] == [False, True, True, False, False, True, False]
    assert together[shop.alice.pk] == [True, False, True, True, True, False, True]
    assert together == {
        who: [truths(shop, [leaf])[who][0] for leaf in asked] for who in shop.people
    }


def truths(shop, asked):
    """What of this holds for each customer of the shop."""
    query = compiler.answers(asked, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(SCOPE + query.sql, [list(shop.people), *query.params])
        found = {who: dict(zip(query.conditions, holds, strict=True)) for who, holds in cursor}
    return {who: [holds[leaf] for leaf in asked] for who, holds in found.items()}


class TestPins:
    @pytest.fixture
    def segment(self, shop):
        segment = Segment.objects.create(group=shop.vip, rule=SOME)
        for who, included in (
            (shop.dora, True),
            (shop.alice, True),
            (shop.bob, False),
            (shop.eve, True),
        ):
            SegmentPin.objects.create(segment=segment, customer=who, included=included)
        other = type(shop.vip).objects.create(name="Other", slug="other")
        others = Segment.objects.create(group=other, rule=SOME)
        SegmentPin.objects.create(segment=others, customer=shop.charlie, included=False)
        return segment

    def test_who_is_pinned_in_is_found_and_who_is_pinned_out_never(self, shop, segment):
        query = compiler.customers_with_pins(segment.pk, parse(SOME), now=NOW)

        assert run(query) == sorted([shop.alice.pk, shop.charlie.pk, shop.dora.pk])


def test_a_field_that_the_host_lacks_is_refused(monkeypatch):
    monkeypatch.setattr(compiler, "absent", lambda: frozenset({"orders_count"}))

    with pytest.raises(InvalidRule) as refusal:
        compiler.customers(Leaf("orders_count", "gte", 5), now=NOW)

    assert [one.code for one in refusal.value.problems] == ["not_on_this_host"]


def test_the_host_lacks_a_field_when_it_lacks_a_table(host_is_saleor):
    if host_is_saleor:
        assert compiler.absent() <= {"customer_type", "attribute"}
    else:
        assert compiler.absent() == {"customer_type", "attribute"}
