"""Price rules in the API: reading, making, changing, switching, deleting."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.models import PriceRule
from saleor_customer_groups.pricing import editing
from saleor_customer_groups.pricing.inputs import RuleInput, TargetInput

from .api import SIZES, nodes, ours, staff_api, statements
from .catalogue import id_of

pytestmark = pytest.mark.django_db

SHOWN = """
  id name kind percentage amounts { currency amount } groups { name } everyChannel
  channels { slug } everything targetsCount minQuantity active state priority standAlone
  targets { excluded category { slug } collection { slug } product { slug } variant { sku } }
"""
LIST = f"""
query($first: Int!, $after: String, $filter: GroupPriceRuleFilterInput,
      $sortBy: GroupPriceSortingInput) {{
  groupPriceRules(first: $first, after: $after, filter: $filter, sortBy: $sortBy) {{
    totalCount pageInfo {{ endCursor }} edges {{ node {{ {SHOWN} }} }} }} }}
"""
ONE = f"query($id: ID!) {{ groupPriceRule(id: $id) {{ {SHOWN} }} }}"
TARGETS = """
query($rule: ID!) { groupPriceRuleTargets(first: 2, rule: $rule) {
  totalCount edges { node { variant { sku } } } } }
"""
CREATE = f"""
mutation($input: GroupPriceRuleCreateInput!) {{ groupPriceRuleCreate(input: $input) {{
  groupPriceRule {{ {SHOWN} }} errors {{ field message code }} }} }}
"""
UPDATE = f"""
mutation($id: ID!, $input: GroupPriceRuleInput!) {{ groupPriceRuleUpdate(id: $id, input: $input) {{
  groupPriceRule {{ {SHOWN} }} errors {{ field message code }} }} }}
"""
ACT = """
mutation($id: ID!) { groupPriceRule%s(id: $id) {
  groupPriceRule { id active state } errors { field message code } } }
"""


@pytest.fixture
def vip():
    return groups.create_group("VIP")


@pytest.fixture
def rule(vip):
    return save(vip, name="Ten off", priority=3)


def save(group, **more) -> PriceRule:
    given = {"name": "Off", "kind": "percentage_off", "percentage": Decimal(10), "everything": True}
    return editing.save_rule(RuleInput(group_ids=[group.pk], **{**given, **more}))


def names(api, **arguments):
    return [node["name"] for node in nodes(api.one(LIST, first=10, **arguments))]


def refusals(answer):
    return [(error["field"], error["code"]) for error in answer["errors"]]


def test_it_makes_a_rule_by_percentage(prices_staff, vip, catalogue):
    answer = prices_staff.one(
        CREATE,
        input={
            "name": "VIP espresso",
            "kind": "PERCENTAGE_OFF",
            "percentage": "12.5",
            "groups": [id_of(vip)],
            "channels": [id_of(catalogue.usd)],
            "targets": {"categories": [id_of(catalogue.coffee)]},
            "excluded": {"variants": [id_of(catalogue.large)]},
            "minQuantity": 2,
        },
    )

    assert answer["errors"] == []
    made = answer["groupPriceRule"]
    assert made["id"] == id_of(PriceRule.objects.get(), "GroupPriceRule")
    del made["id"]
    nothing = {"category": None, "collection": None, "product": None, "variant": None}
    targets = [
        {**nothing, "excluded": False, "category": {"slug": "coffee"}},
        {**nothing, "excluded": True, "variant": {"sku": "large"}},
    ]
    assert sorted(made.pop("targets"), key=lambda one: one["excluded"]) == targets
    assert made == {
        "name": "VIP espresso",
        "kind": "PERCENTAGE_OFF",
        "percentage": 12.5,
        "amounts": [],
        "groups": [{"name": "VIP"}],
        "everyChannel": False,
        "channels": [{"slug": "usd"}],
        "everything": False,
        "targetsCount": 2,
        "minQuantity": 2,
        "active": True,
        "state": "ACTIVE",
        "priority": 0,
        "standAlone": False,
    }


def test_it_makes_a_rule_by_amount(prices_staff, vip, catalogue):
    answer = prices_staff.one(
        CREATE,
        input={
            "name": "Two off",
            "kind": "AMOUNT_OFF",
            "amounts": [
                {"currency": "USD", "amount": "2.00"},
                {"currency": "PLN", "amount": "8.00"},
            ],
            "groups": [id_of(vip)],
            "everything": True,
        },
    )

    assert answer["errors"] == []
    assert answer["groupPriceRule"]["amounts"] == [
        {"currency": "PLN", "amount": 8.0},
        {"currency": "USD", "amount": 2.0},
    ]


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"percentage": None}, ("percentage", "REQUIRED")),
        ({"percentage": "101"}, ("percentage", "OVER_100")),
        ({"percentage": "0.00001"}, ("percentage", "TOO_MANY_DECIMALS")),
        ({"groups": []}, ("groups", "REQUIRED")),
        ({"groups": ["R3JvdXA6MQ=="]}, ("groups", "NOT_FOUND")),
        ({"everything": False}, ("targets", "REQUIRED")),
        ({"targets": {"products": ["UHJvZHVjdDo5OTk5OTk5"]}}, ("targets", "NOT_ALLOWED")),
        ({"minQuantity": 0}, ("minQuantity", "OUT_OF_RANGE")),
        ({"name": " "}, ("name", "REQUIRED")),
        (
            {
                "amounts": [
                    {"currency": "USD", "amount": "1"},
                    {"currency": "USD", "amount": "2"},
                ]
            },
            ("amounts", "DUPLICATE"),
        ),
    ],
)
def test_a_refusal_names_its_field_and_nothing_is_made(prices_staff, vip, changed, refused):
    given = {
        "name": "Off",
        "kind": "PERCENTAGE_OFF",
        "percentage": "10",
        "groups": [id_of(vip)],
        "everything": True,
    }

    answer = prices_staff.one(CREATE, input={**given, **changed})

    assert refusals(answer) == [refused]
    assert answer["groupPriceRule"] is None
    assert not PriceRule.objects.exists()


def test_it_changes_what_is_given_and_nothing_else(prices_staff, rule):
    before = prices_staff.one(ONE, id=id_of(rule, "GroupPriceRule"))

    answer = prices_staff.one(
        UPDATE, id=id_of(rule, "GroupPriceRule"), input={"percentage": "15", "standAlone": True}
    )

    assert answer["errors"] == []
    assert answer["groupPriceRule"] == {**before, "percentage": 15.0, "standAlone": True}


def test_a_change_of_targets_keeps_what_is_excluded(prices_staff, vip, catalogue):
    rule = save(
        vip,
        everything=False,
        targets=[
            TargetInput("product", catalogue.espresso.pk),
            TargetInput("variant", catalogue.small.pk, excluded=True),
        ],
    )

    answer = prices_staff.one(
        UPDATE,
        id=id_of(rule, "GroupPriceRule"),
        input={"targets": {"products": [id_of(catalogue.tea)]}},
    )

    assert answer["errors"] == []
    found = set(rule.targets.values_list("product__slug", "variant__sku", "excluded"))
    assert found == {("tea", None, False), (None, "small", True)}


def test_a_rule_by_percentage_becomes_one_by_amount(prices_staff, rule, catalogue):
    amounts = [{"currency": "USD", "amount": "1"}, {"currency": "PLN", "amount": "4"}]

    answer = prices_staff.one(
        UPDATE,
        id=id_of(rule, "GroupPriceRule"),
        input={"kind": "FIXED_PRICE", "percentage": None, "amounts": amounts},
    )

    assert answer["errors"] == []
    assert answer["groupPriceRule"]["kind"] == "FIXED_PRICE"
    assert answer["groupPriceRule"]["percentage"] is None


def test_it_is_switched_off_and_on(prices_staff, rule):
    key = id_of(rule, "GroupPriceRule")

    off = prices_staff.one(ACT % "Deactivate", id=key)
    on = prices_staff.one(ACT % "Activate", id=key)

    assert off["groupPriceRule"] == {"id": key, "active": False, "state": "OFF"}
    assert on["groupPriceRule"] == {"id": key, "active": True, "state": "ACTIVE"}


def test_it_is_deleted(prices_staff, rule):
    key = id_of(rule, "GroupPriceRule")

    answer = prices_staff.one(ACT % "Delete", id=key)

    assert answer["errors"] == []
    assert not PriceRule.objects.exists()
    again = prices_staff.one(ACT % "Delete", id=key)
    assert refusals(again) == [("id", "NOT_FOUND")]
    assert prices_staff.one(ONE, id=key) is None


def test_it_filters_and_sorts(prices_staff, vip, catalogue):
    now, day = timezone.now(), timedelta(days=1)
    trade = groups.create_group("Trade")
    save(vip, name="Now", priority=1)
    save(vip, name="Later", starts_at=now + day, channel_ids=[catalogue.pln.pk])
    save(trade, name="Over", ends_at=now - day, priority=9)
    save(trade, name="Off", active=False, kind="percentage_up")

    assert names(prices_staff) == ["Over", "Now", "Later", "Off"]
    by_name = {"field": "NAME", "direction": "DESC"}
    assert names(prices_staff, sortBy=by_name) == ["Over", "Off", "Now", "Later"]
    for asked, found in (
        ({"search": "o"}, ["Over", "Now", "Off"]),
        ({"groups": [id_of(trade)]}, ["Over", "Off"]),
        ({"groups": [id_of(trade), id_of(vip)]}, ["Over", "Now", "Later", "Off"]),
        ({"states": ["SCHEDULED"]}, ["Later"]),
        ({"states": ["ENDED", "OFF"]}, ["Over", "Off"]),
        ({"states": ["ACTIVE"]}, ["Now"]),
        ({"channels": [id_of(catalogue.usd)]}, ["Over", "Now", "Off"]),
        ({"kinds": ["PERCENTAGE_UP"]}, ["Off"]),
    ):
        assert names(prices_staff, filter=asked) == found


def test_pages_follow_each_other_by_priority(prices_staff, vip):
    for priority in (1, 5, 5, 9):
        save(vip, name=f"P{priority}", priority=priority)

    first = prices_staff.one(LIST, first=2)
    second = prices_staff.one(LIST, first=2, after=first["pageInfo"]["endCursor"])

    assert [node["name"] for node in nodes(first) + nodes(second)] == ["P9", "P5", "P5", "P1"]


def test_all_targets_are_pages(prices_staff, vip, catalogue):
    variants = (catalogue.small, catalogue.large, catalogue.tea_bag)
    targets = [TargetInput("variant", one.pk) for one in variants]
    rule = save(vip, everything=False, targets=targets)

    answer = prices_staff.one(TARGETS, rule=id_of(rule, "GroupPriceRule"))

    assert answer["totalCount"] == 3
    assert len(nodes(answer)) == 2


def test_a_page_takes_the_same_statements_whatever_its_size(prices_staff, vip, catalogue):
    for number in range(100):
        save(
            vip,
            name=f"R{number}",
            everything=False,
            channel_ids=[catalogue.usd.pk],
            targets=[
                TargetInput("variant", catalogue.small.pk),
                TargetInput("product", catalogue.tea.pk),
                TargetInput("category", catalogue.coffee.pk),
                TargetInput("collection", catalogue.sale.pk),
            ],
        )
    prices_staff.one(LIST, first=1)

    taken = {
        size: statements(lambda size=size: prices_staff.one(LIST, first=size)) for size in SIZES
    }

    assert len({len(found) for found in taken.values()}) == 1
    # page, count, amounts, groups twice, channels, targets, how many of them
    assert [ours(found) for found in taken.values()] == [8, 8, 8]


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff"])
def test_others_may_not(who, request, vip, rule):
    api = request.getfixturevalue(who)
    given = {"name": "X", "kind": "PERCENTAGE_OFF", "percentage": 5, "groups": [id_of(vip)]}
    key = id_of(rule, "GroupPriceRule")

    for query, variables in (
        (LIST, {"first": 1}),
        (ONE, {"id": key}),
        (TARGETS, {"rule": key}),
        (CREATE, {"input": {**given, "everything": True}}),
        (UPDATE, {"id": key, "input": {"name": "X"}}),
        (ACT % "Deactivate", {"id": key}),
        (ACT % "Activate", {"id": key}),
        (ACT % "Delete", {"id": key}),
    ):
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
        assert "MANAGE_DISCOUNTS" in answer["errors"][0]["message"]
    assert list(PriceRule.objects.values_list("name", "active")) == [("Ten off", True)]


def test_null_says_nothing_or_takes_away(prices_staff, rule):
    names = ["name", "kind", "groups", "active", "priority", "standAlone", "minQuantity"]
    nothing = dict.fromkeys([*names, "everything"])

    answer = prices_staff.one(
        UPDATE, id=id_of(rule, "GroupPriceRule"), input={**nothing, "endsAt": None}
    )

    assert answer["errors"] == []
    after = PriceRule.objects.get(pk=rule.pk)
    for name in ("name", "kind", "active", "priority", "stand_alone", "min_quantity", "everything"):
        assert getattr(after, name) == getattr(rule, name)
    assert after.ends_at is None


def test_it_finds_rules_by_their_ids(prices_staff, rule):
    query = "query($ids: [ID!]) { groupPriceRules(first: 9, filter: {ids: $ids}) { totalCount } }"

    assert prices_staff.one(query, ids=[id_of(rule, "GroupPriceRule")]) == {"totalCount": 1}
    assert prices_staff.one(query, ids=[]) == {"totalCount": 0}
    assert prices_staff.one(query) == {"totalCount": 1}
    (message,) = prices_staff.refused(query, ids=["x"] * 101)
    assert message == "At most 100 IDs can be asked for at once, not 101."
    assert prices_staff.refused(query, ids=["x"]) == ["“x” is no id of a GroupPriceRule."]


def test_whose_prices_a_rule_changes_is_for_who_may_see_groups(rule):
    orders = staff_api("order.manage_orders")
    query = "{ groupPriceRules(first: 1) { edges { node { name groups { name } } } } }"

    answer = orders.post(query)

    (error,) = answer.json()["errors"]
    assert error["extensions"]["exception"]["code"] == "PermissionDenied"
    (edge,) = answer.json()["data"]["groupPriceRules"]["edges"]
    assert edge == {"node": {"name": rule.name, "groups": None}}
