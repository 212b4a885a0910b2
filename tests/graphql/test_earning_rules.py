"""The rules by which orders earn, in the API."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_customer_groups.events import global_id, group_id
from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.loyalty.earning import editing
from saleor_customer_groups.loyalty.earning.inputs import EarningRuleInput, MultiplierInput
from saleor_customer_groups.models import EarningRule
from tests import callers
from tests.groups.conftest import channel  # noqa: F401 - fixture

from .api import SIZES, Api, nodes, ours, staff_api, statements

pytestmark = pytest.mark.django_db

SHOWN = """
id name unit rate validityDays pendingDays active group { name } channel { slug } endsAt
multipliers { factor everything categories products startsAt }
"""
CREATE = f"""
mutation($input: LoyaltyEarningRuleCreateInput!) {{ loyaltyEarningRuleCreate(input: $input) {{
  rule {{ {SHOWN} }} errors {{ field code }} }} }}
"""
UPDATE = f"""
mutation($id: ID!, $input: LoyaltyEarningRuleInput!) {{
  loyaltyEarningRuleUpdate(id: $id, input: $input) {{
    rule {{ {SHOWN} }} errors {{ field code }} }} }}
"""
DELETE = """
mutation($id: ID!) { loyaltyEarningRuleDelete(id: $id) { rule { id name } errors { field code } } }
"""
ONE = "query($id: ID!) { loyaltyEarningRule(id: $id) { name } }"
LIST = f"""
query($filter: LoyaltyEarningRuleFilterInput, $first: Int = 10) {{
  loyaltyEarningRules(first: $first, filter: $filter) {{
    totalCount edges {{ node {{ {SHOWN} }} }} }} }}
"""


@pytest.fixture
def cards():
    return staff_api("giftcard.manage_gift_card")


@pytest.fixture
def reader(db):
    token = callers.token_of(callers.staff("order.manage_orders", email="orders@example.com"))
    return Api(token)


@pytest.fixture
def gold(db):
    return groups.create_group("Gold")


def saved(group, name="A point each", **changes):
    given = {"name": name, "group_id": group.pk, "unit": "points", "rate": Decimal(1)}
    return editing.save_rule(EarningRuleInput(**given | changes))


def gid(rule):
    return global_id("LoyaltyEarningRule", rule.pk)


def test_it_makes_a_rule(cards, gold, channel):  # noqa: F811 - the fixture
    main = channel("main")
    given = {
        "name": "Five percent",
        "group": group_id(gold.pk),
        "channel": global_id("Channel", main.pk),
        "unit": "CASHBACK",
        "rate": "0.05",
        "validityDays": 90,
        "pendingDays": 14,
        "multipliers": [{"factor": 2, "everything": True, "startsAt": "2030-01-01T00:00:00Z"}],
    }

    answer = cards.one(CREATE, input=given)

    assert answer["errors"] == []
    assert answer["rule"] == {
        "id": gid(EarningRule.objects.get()),
        "name": "Five percent",
        "unit": "CASHBACK",
        "rate": 0.05,
        "validityDays": 90,
        "pendingDays": 14,
        "active": True,
        "group": {"name": "Gold"},
        "channel": {"slug": "main"},
        "endsAt": None,
        "multipliers": [
            {
                "factor": 2.0,
                "everything": True,
                "categories": [],
                "products": [],
                "startsAt": "2030-01-01T00:00:00+00:00",
            }
        ],
    }
    assert EarningRule.objects.get().rate == Decimal("0.05")


def test_it_changes_what_is_given_and_nothing_else(cards, gold):
    rule = saved(
        gold,
        validity_days=30,
        multipliers=[MultiplierInput(factor=Decimal(3), everything=True)],
    )

    answer = cards.one(UPDATE, id=gid(rule), input={"active": False, "validityDays": None})

    shown = answer["rule"]
    assert (shown["active"], shown["validityDays"], shown["name"]) == (False, None, "A point each")
    assert [one["factor"] for one in shown["multipliers"]] == [3.0]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"rate": 0}, "rate", "NOT_POSITIVE"),
        ({"validityDays": 0}, "validityDays", "OUT_OF_RANGE"),
        ({"group": "x"}, "group", "NOT_FOUND"),
        ({"group": "Q3VzdG9tZXJHcm91cDo5OTk5OTk="}, "group", "NOT_FOUND"),
        ({"channel": "Q2hhbm5lbDo5OTk5OTk="}, "channel", "NOT_FOUND"),
        ({"multipliers": [{"factor": 2}]}, "multipliers", "REQUIRED"),
        ({"multipliers": [{"factor": 2, "products": ["x"]}]}, "multipliers", "NOT_FOUND"),
    ],
)
def test_what_makes_no_sense_is_refused(cards, gold, changes, field, code):
    given = {"name": "X", "group": group_id(gold.pk), "unit": "POINTS", "rate": 1}

    answer = cards.one(CREATE, input=given | changes)

    assert [(e["field"], e["code"]) for e in answer["errors"]] == [(field, code)]
    assert not EarningRule.objects.exists()


def test_a_rule_that_is_not_there_is_not_changed(cards):
    answer = cards.one(UPDATE, id=global_id("LoyaltyEarningRule", 999_999), input={})

    assert answer["errors"] == [{"field": "id", "code": "NOT_FOUND"}]


def test_it_deletes_a_rule(cards, gold):
    rule, other = saved(gold), saved(gold, "Another")

    answer = cards.one(DELETE, id=gid(rule))

    assert answer == {"rule": {"id": gid(rule), "name": "A point each"}, "errors": []}
    assert list(EarningRule.objects.all()) == [other]
    again = cards.one(DELETE, id=gid(rule))
    assert again == {"rule": None, "errors": [{"field": "id", "code": "NOT_FOUND"}]}


def test_it_lists_rules(cards, gold):
    rule, off = saved(gold), saved(gold, "Off", active=False, unit="points")

    assert [one["id"] for one in nodes(cards.one(LIST))] == [gid(rule), gid(off)]
    on = {"active": True, "group": group_id(gold.pk), "unit": "POINTS"}
    assert [one["id"] for one in nodes(cards.one(LIST, filter=on))] == [gid(rule)]
    assert cards.one(ONE, id=gid(rule)) == {"name": "A point each"}


def test_a_page_takes_the_same_statements_whatever_its_size(cards, gold):
    for _ in range(100):
        saved(gold, multipliers=[MultiplierInput(factor=Decimal(3), everything=True)])
    cards.one(LIST, first=1)

    taken = {size: statements(lambda size=size: cards.one(LIST, first=size)) for size in SIZES}

    # page, count, groups, multipliers, their targets
    assert [ours(found) for found in taken.values()] == [5, 5, 5]
    assert len({len(found) for found in taken.values()}) == 1


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff", "reader"])
def test_others_change_nothing(who, request, gold):
    api, rule = request.getfixturevalue(who), saved(gold)
    given = {"name": "X", "group": group_id(gold.pk), "unit": "POINTS", "rate": 1}

    for query, variables in (
        (CREATE, {"input": given}),
        (UPDATE, {"id": gid(rule), "input": {"name": "X"}}),
        (DELETE, {"id": gid(rule)}),
    ):
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert EarningRule.objects.get().name == "A point each"


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff"])
def test_others_read_nothing(who, request):
    api = request.getfixturevalue(who)

    assert "permissions" in api.refused(LIST)[0]
    assert "permissions" in api.refused(ONE, id="x")[0]
