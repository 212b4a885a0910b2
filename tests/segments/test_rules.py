"""Reading a rule: what is refused, where and why; and what a rule looks at."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.segments import rules
from saleor_customer_groups.segments.fields import FIELDS
from saleor_customer_groups.segments.rules import All, AnyOf, InvalidRule, Leaf, Not, parse
from saleor_customer_groups.segments.values import Duration

FIVE = {"orders_count": {"gte": 5}}
META = {"key": "k", "type": "number"}


def problems(data: Any, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRule) as refusal:
        parse(data, **options)
    return [(one.path, one.code) for one in refusal.value.problems]


def deep(levels: int) -> Any:
    """A rule of so many levels."""
    rule: Any = FIVE
    for n in range(levels - 1):
        rule = ({"all": [rule]}, {"any": [rule]}, {"not": rule})[n % 3]
    return rule


def test_it_reads_a_tree():
    node = parse(
        {
            "all": [
                {"any": [FIVE, {"not": {"confirmed": {"eq": True}}}]},
                {"total_spent": {"gte": "500.00", "currency": "usd", "within": {"days": 90}}},
            ]
        }
    )

    assert node == All(
        (
            AnyOf((Leaf("orders_count", "gte", 5), Not(Leaf("confirmed", "eq", True)))),
            Leaf(
                "total_spent",
                "gte",
                Decimal("500.00"),
                (("currency", "USD"), ("within", Duration(90, "days"))),
            ),
        )
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, [("", "not_a_node")]),
        ([], [("", "not_a_node")]),
        ({}, [("", "not_a_node")]),
        ("all", [("", "not_a_node")]),
        ({**FIVE, "confirmed": {"eq": True}}, [("", "not_a_node")]),
        ({"all": []}, [("all", "empty")]),
        ({"any": []}, [("any", "empty")]),
        ({"any": FIVE}, [("any", "not_a_list")]),
        ({"not": [FIVE]}, [("not", "not_a_node")]),
        ({"all": [FIVE, 5]}, [("all[1]", "not_a_node")]),
        ({"height": {"gte": 2}}, [("height", "unknown_field")]),
        ({"orders_count": 5}, [("orders_count", "not_an_object")]),
        ({"orders_count": {}}, [("orders_count", "not_one_operator")]),
        ({"orders_count": {"gte": 1, "lte": 5}}, [("orders_count", "not_one_operator")]),
        ({"orders_count": {"channel": "main"}}, [("orders_count", "not_one_operator")]),
        ({"orders_count": {"contains": 5}}, [("orders_count.contains", "unknown_operator")]),
        ({"orders_count": {"gte": 5, "shop": 1}}, [
            ("orders_count.shop", "unknown_operator"), ("orders_count", "not_one_operator")]),
        ({"metadata": {"key": "k", "eq": "a"}}, [("metadata", "missing_option")]),
        ({"metadata": {"key": "k", "type": "tree", "eq": 1}}, [("metadata.type", "invalid_value")]),
        ({"metadata": {**META, "contains": "1"}}, [("metadata.contains", "unknown_operator")]),
        ({"total_spent": {"gte": "5"}}, [("total_spent", "missing_option")]),
        ({"part": {"to": "50"}}, [("part", "missing_option")] * 2),
        ({"part": {"salt": "a", "from": "50", "to": "50"}}, [("part", "contradiction")]),
        ({"orders_count": {"gte": 1, "since": "2026-02-01", "until": "2026-01-01"}}, [
            ("orders_count", "contradiction")]),
        ({"all": [{"not": {"orders_count": {"gte": "x"}}}, {"email": {"one_of": []}}]}, [
            ("all[0].not.orders_count.gte", "invalid_value"),
            ("all[1].email.one_of", "invalid_value")]),
        ({"orders_count": {"gte": "x", "channel": 5, "within": {"weeks": 1}}}, [
            ("orders_count.channel", "invalid_value"),
            ("orders_count.within", "invalid_value"),
            ("orders_count.gte", "invalid_value")]),
    ],
)  # fmt: skip
def test_it_refuses_and_points_at_the_part(data, expected):
    assert problems(data) == expected


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("orders_count", "gte", True),
        ("orders_count", "gte", 1.5),
        ("orders_count", "gte", "5"),
        ("orders_count", "gte", 10**16),
        ("orders_count", "between", [5]),
        ("orders_count", "between", [5, 1]),
        ("orders_count", "between", 5),
        ("total_spent", "gte", 19.9),
        ("total_spent", "gte", "nineteen"),
        ("total_spent", "gte", "NaN"),
        ("total_spent", "gte", "1e9"),
        ("total_spent", "gte", "1" * 18),
        ("email", "eq", ""),
        ("email", "eq", 5),
        ("email", "eq", "a\x00b"),
        ("email", "eq", "\ud800"),
        ("email", "eq", "x" * 501),
        ("email", "one_of", "alice@example.com"),
        ("email", "one_of", ["a"] * 1_001),
        ("email", "one_of", ["a", 5]),
        ("email", "is_empty", "yes"),
        ("country", "eq", "Poland"),
        ("phone_prefix", "eq", "48"),
        ("phone_prefix", "eq", "+48%"),
        ("registered_at", "gte", "2026-02-30"),
        ("registered_at", "gte", "20260201"),
        ("registered_at", "gte", "2026-02-01T10:00:00"),
        ("registered_at", "gte", "1066-10-14"),
        ("registered_at", "gte", "9999-12-31"),
        ("registered_at", "gte", 20260101),
        ("registered_at", "gte", {"ago": {"days": -1}}),
        ("registered_at", "gte", {"behind": {"days": 1}}),
        ("registered_at", "within_last", {"days": 0}),
        ("registered_at", "within_last", {"days": 40_000}),
        ("registered_at", "within_last", {"days": 1, "hours": 1}),
        ("registered_at", "within_last", {"days": "1"}),
        ("registered_at", "within_last", 5),
        ("in_group", "one_of", [0]),
        ("in_group", "one_of", [2**63]),
        ("in_group", "one_of", ["vip"]),
        ("bought", "one_of", {"thing": [1]}),
        ("bought", "one_of", [1]),
        ("bought", "all_of", {"product": list(range(1, 22))}),
        ("vouchers_used", "any", False),
        ("open_basket_older_than", "hours", 0),
        ("open_basket_older_than", "hours", {"hours": 1}),
    ],
)
def test_it_refuses_a_value_and_says_what_is_allowed(field, operator, value):
    options = {"currency": "USD"} if field == "total_spent" else {}

    with pytest.raises(InvalidRule) as refusal:
        parse({field: {operator: value, **options}})

    assert refusal.value.path == f"{field}.{operator}"
    [problem] = refusal.value.problems
    assert problem.message.startswith(f'"{operator}" of "{field}" must be ')
    assert problem.message.endswith(".")
    assert len(problem.message) < 400


def test_the_error_names_the_first_problem_and_lists_them_all():
    with pytest.raises(InvalidInput) as refusal:
        parse({"any": [{"orders_count": {"gte": "many"}}, {"colour": {"eq": "red"}}]})

    error = refusal.value
    assert (error.field, error.code, error.path) == (
        "rule",
        "invalid_value",
        "any[0].orders_count.gte",
    )
    assert error.message == str(error) == error.problems[0].message
    assert error.message == '"gte" of "orders_count" must be a whole number; this is \'many\'.'
    assert len(error.problems) == 2
    assert error.problems[1].message.startswith("There is no field 'colour'. Fields: email, ")


def test_a_field_that_the_host_lacks_is_refused():
    rule = {"all": [FIVE, {"customer_type": {"eq": "retail"}}]}

    assert problems(rule, absent={"customer_type"}) == [
        ("all[1].customer_type", "not_on_this_host")
    ]
    with pytest.raises(InvalidRule, match=r"needs Saleor 3\.23\.26 or newer"):
        parse(rule, absent={"customer_type"})


def test_a_rule_can_be_two_hundred_levels_deep():
    assert parse(deep(200))
    assert [code for _, code in problems(deep(201))] == ["too_deep"]
    assert [code for _, code in problems(deep(900))] == ["too_deep"]


def test_a_rule_can_have_a_thousand_parts():
    assert parse({"any": [FIVE] * 999})
    assert [code for _, code in problems({"any": [FIVE] * 1_000})] == ["too_large"]


def test_a_value_nested_beyond_measure_is_refused_not_recursed_into():
    value: Any = 5
    for _ in range(5_000):
        value = [value]

    assert problems({"orders_count": {"gte": value}}) == [("orders_count.gte", "invalid_value")]


def test_doubles_in_a_list_are_one():
    assert parse({"country": {"one_of": ["PL", "pl", "DE"]}}).value == ("PL", "DE")


@pytest.mark.parametrize(
    ("rule", "facts", "groups", "every"),
    [
        (FIVE, {"orders"}, set(), None),
        ({"email": {"eq": "a"}}, {"profile"}, set(), None),
        ({"city": {"eq": "a"}}, {"address"}, set(), None),
        ({"in_group": {"one_of": [3, 7]}}, {"groups"}, {3, 7}, None),
        ({"channel": {"eq": "main"}}, {"profile", "orders"}, set(), None),
        ({"gift_card_holder": {"eq": True}}, {"gift_cards"}, set(), 86_400),
        ({"last_login_at": {"gte": "2026-01-01"}}, {"profile"}, set(), 86_400),
        ({"open_basket_older_than": {"minutes": 30}}, {"baskets"}, set(), 300),
        ({"open_basket_older_than": {"hours": 1}}, {"baskets"}, set(), 3_600),
        ({"open_basket_older_than": {"days": 1}}, {"baskets"}, set(), 86_400),
        ({"orders_count": {"gte": 1, "within": {"days": 90}}}, {"orders"}, set(), 86_400),
        ({"orders_count": {"gte": 1, "within": {"hours": 2}}}, {"orders"}, set(), 3_600),
        ({"orders_count": {"gte": 1, "since": "2026-01-01"}}, {"orders"}, set(), None),
        ({"orders_count": {"gte": 1, "since": {"ago": {"months": 1}}}}, {"orders"}, set(), 86_400),
        ({"days_since_last_order": {"gte": 9}}, {"orders"}, set(), 86_400),
        ({"registered_at": {"gte": "2026-01-01"}}, {"profile"}, set(), None),
        ({"registered_at": {"between": ["2026-01-01", {"ago": {"days": 1}}]}}, {"profile"}, set(),
            86_400),
        ({"metadata": {"key": "b", "type": "date", "anniversary_today": True}}, {"profile"}, set(),
            86_400),
        ({"metadata": {"key": "b", "type": "date", "eq": "2026-01-01"}}, {"profile"}, set(), None),
        ({"all": [{"not": {"in_group": {"one_of": [1]}}}, {"any": [
            {"in_group": {"one_of": [2]}}, {"country": {"eq": "PL"}},
            {"orders_count": {"gte": 1, "within": {"hours": 1}}},
            {"registered_at": {"within_last": {"days": 1}}}]}]},
            {"groups", "address", "orders", "profile"}, {1, 2}, 3_600),
    ],
)  # fmt: skip
def test_it_tells_what_a_rule_looks_at(rule, facts, groups, every):
    node = parse(rule)

    assert rules.facts(node) == facts
    assert rules.groups(node) == groups
    assert rules.every(node) == every


def test_the_facts_of_fields_are_facts_that_are_recorded():
    from saleor_customer_groups.changes import Fact

    assert {fact for field in FIELDS.values() for fact in field.facts} == {*Fact}
