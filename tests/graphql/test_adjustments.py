"""Bulk acts on balances in the API: prepared, previewed, started, paused, reversed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_customer_groups.events import customer_id, global_id, group_id
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.loyalty.adjustments import drafts, running, steps
from saleor_customer_groups.loyalty.adjustments.drafts import Draft
from saleor_customer_groups.models import Adjustment
from saleor_customer_groups.segments.audience import Audience
from tests import callers
from tests.loyalty.conftest import balance_of, points

from .api import SIZES, Api, nodes, ours, staff_api, statements

pytestmark = pytest.mark.django_db

AMOUNT = "{ points money { amount currency } }"
SHOWN = f"id status mode amount {AMOUNT} group {{ name }} picked rule progress {{ done total }}"
CREATE = f"""
mutation($input: LoyaltyAdjustmentCreateInput!) {{ loyaltyAdjustmentCreate(input: $input) {{
  adjustment {{ {SHOWN} reason comment notifyEmail validDays }} errors {{ field code path }} }} }}
"""
ACT = """
mutation($id: ID!) { loyaltyAdjustment%s(id: $id) {
  adjustment { id status } errors { field code message } } }
"""
SCHEDULE = """
mutation($id: ID!, $at: DateTime!) { loyaltyAdjustmentSchedule(id: $id, at: $at) {
  adjustment { status scheduledAt } errors { field code } } }
"""
ONE = f"""
query($id: ID!) {{ loyaltyAdjustment(id: $id) {{
  {SHOWN} changed moved {AMOUNT} takenBack {AMOUNT} notTakenBack {AMOUNT} }} }}
"""
LIST = f"""
query($filter: LoyaltyAdjustmentFilterInput, $first: Int = 10) {{
  loyaltyAdjustments(first: $first, filter: $filter) {{
    totalCount edges {{ node {{ {SHOWN} }} }} }} }}
"""
PREVIEW = f"""
query($id: ID!) {{ loyaltyAdjustmentPreview(id: $id) {{
  customers changing given {AMOUNT} taken {AMOUNT} liability {AMOUNT}
  skipped {{ reason customers }} byEmail bySms }} }}
"""
RESULTS = f"""
query($id: ID!, $first: Int = 10) {{ loyaltyAdjustmentResults(adjustment: $id, first: $first) {{
  totalCount edges {{ node {{
    customer {{ email }} amount {AMOUNT} takenBack {AMOUNT} missing {AMOUNT} }} }} }} }}
"""
SKIPS = """
query($id: ID!, $reason: LoyaltyAdjustmentSkipReason) {
  loyaltyAdjustmentSkips(adjustment: $id, reason: $reason, first: 10) {
    edges { node { reason customer { email } } } } }
"""
ACTS = ("Delete", "Start", "Pause", "Resume", "Cancel", "Reverse")


def of_points(number):
    return {"points": number, "money": None}


@pytest.fixture(autouse=True)
def launched(monkeypatch):
    """The adjustments whose task was started; none runs by itself."""
    ids = []
    monkeypatch.setattr(steps, "launch", ids.append)
    return ids


@pytest.fixture
def people():
    return [callers.customer(name) for name in ("Alice", "Bob", "Charlie")]


@pytest.fixture
def vip(people):
    group = editing.create_group("VIP")
    membership.add(group, [one.pk for one in people], source="manual")
    return group


@pytest.fixture
def cards():
    """Staff who manage balances, and may read customers."""
    return staff_api("giftcard.manage_gift_card", "account.manage_users")


@pytest.fixture
def only_cards(db):
    token = callers.token_of(callers.staff("giftcard.manage_gift_card", email="till@example.com"))
    return Api(token)


@pytest.fixture
def reader(db):
    token = callers.token_of(callers.staff("order.manage_orders", email="orders@example.com"))
    return Api(token)


def gid(adjustment):
    return global_id("LoyaltyAdjustment", adjustment.pk)


def prepared(group, amount=10):
    return drafts.create(Draft(unit="points", amount=amount), Audience(group_id=group.pk))


def test_it_prepares_one_for_a_group(cards, vip):
    given = {
        "unit": "POINTS",
        "amount": 10,
        "group": group_id(vip.pk),
        "reason": "Easter",
        "comment": "asked by Ann",
        "notifyEmail": True,
        "validDays": 30,
    }

    answer = cards.one(CREATE, input=given)

    assert answer["errors"] == []
    shown = answer["adjustment"]
    assert shown.pop("id") == gid(Adjustment.objects.get())
    assert shown == {
        "status": "DRAFT",
        "mode": "CHANGE",
        "amount": of_points(10),
        "group": {"name": "VIP"},
        "picked": None,
        "rule": None,
        "progress": {"done": 0, "total": None},
        "reason": "Easter",
        "comment": "asked by Ann",
        "notifyEmail": True,
        "validDays": 30,
    }


def test_it_prepares_one_for_picked_customers_and_for_a_filter(cards, people):
    picked = cards.one(
        CREATE,
        input={
            "unit": "CREDIT",
            "currency": "USD",
            "amount": "5.00",
            "mode": "ABSOLUTE",
            "customers": [customer_id(one.pk) for one in people[:2]],
        },
    )["adjustment"]
    assert (picked["picked"], picked["mode"]) == (2, "ABSOLUTE")
    assert picked["amount"] == {"points": None, "money": {"amount": 5.0, "currency": "USD"}}

    rule = {"email": {"contains": "@example.com"}}
    found = cards.one(CREATE, input={"unit": "POINTS", "amount": 1, "rule": rule})
    assert found["errors"] == []
    assert found["adjustment"]["rule"] == rule


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"group": None}, None, "ONE_AUDIENCE"),
        ({"customers": ["VXNlcjox"]}, None, "ONE_AUDIENCE"),
        ({"customers": ["x"]}, "customers", "NOT_FOUND"),
        ({"group": "Q3VzdG9tZXJHcm91cDo5OTk5OTk="}, "group", "NOT_FOUND"),
        ({"amount": 0}, "amount", "INVALID"),
        ({"amount": 0.5}, "amount", "INVALID"),
        ({"mode": "ABSOLUTE", "amount": -1}, "amount", "NEGATIVE"),
        ({"validDays": 0}, "validDays", "INVALID"),
        ({"group": None, "rule": {"shoes": {"eq": 1}}}, "rule", "UNKNOWN_FIELD"),
    ],
)
def test_what_makes_no_sense_is_refused(cards, vip, changes, field, code):
    given = {"unit": "POINTS", "amount": 10, "group": group_id(vip.pk)}

    answer = cards.one(CREATE, input=given | changes)

    assert (answer["errors"][0]["field"], answer["errors"][0]["code"]) == (field, code)
    assert not Adjustment.objects.exists()


def test_a_preview_says_what_would_happen(reader, vip, people):
    points(people[0], 4)
    people[2].is_active = False
    people[2].save()

    answer = reader.one(PREVIEW, id=gid(prepared(vip, -10)))

    assert answer == {
        "customers": 3,
        "changing": 1,
        "given": of_points(0),
        "taken": of_points(4),
        "liability": of_points(-4),
        "skipped": [
            {"reason": "AT_ZERO", "customers": 1},
            {"reason": "INACTIVE", "customers": 1},
        ],
        "byEmail": 1,
        "bySms": 0,
    }
    assert balance_of(people[0]) == 4


def test_it_is_started_and_done_and_reversed(cards, vip, people, launched):
    adjustment = prepared(vip)
    people[2].is_active = False
    people[2].save()

    started = cards.one(ACT % "Start", id=gid(adjustment))
    assert started["adjustment"]["status"] == "RUNNING"
    running.run(adjustment.pk)

    done = cards.one(ONE, id=gid(adjustment))
    assert (done["status"], done["changed"]) == ("DONE", 2)
    assert done["progress"] == {"done": 3, "total": 3}
    assert done["moved"] == of_points(20)
    skips = nodes(cards.one(SKIPS, id=gid(adjustment)))
    assert skips == [{"reason": "INACTIVE", "customer": {"email": "charlie@example.com"}}]
    assert nodes(cards.one(SKIPS, id=gid(adjustment), reason="DELETED")) == []

    points(people[1], -7)
    reversing = cards.one(ACT % "Reverse", id=gid(adjustment))
    assert reversing["adjustment"]["status"] == "REVERSING"
    running.run(adjustment.pk)

    over = cards.one(ONE, id=gid(adjustment))
    assert (over["status"], over["takenBack"], over["notTakenBack"]) == (
        "REVERSED",
        of_points(13),
        of_points(7),
    )
    assert nodes(cards.one(RESULTS, id=gid(adjustment))) == [
        {
            "customer": {"email": "alice@example.com"},
            "amount": of_points(10),
            "takenBack": of_points(10),
            "missing": of_points(0),
        },
        {
            "customer": {"email": "bob@example.com"},
            "amount": of_points(10),
            "takenBack": of_points(3),
            "missing": of_points(7),
        },
    ]
    assert [balance_of(one) for one in people] == [0, 0, 0]


def test_whom_it_was_for_is_told_by_name_to_who_may_read_customers(only_cards, vip, people):
    adjustment = prepared(vip)
    people[2].is_active = False
    people[2].save()
    steps.start(adjustment.pk)
    running.run(adjustment.pk)

    for query, numbers in ((RESULTS, people[:2]), (SKIPS, people[2:])):
        shown = query.replace("customer { email }", "customerId")
        answer = only_cards.one(shown, id=gid(adjustment))
        assert [one["customerId"] for one in nodes(answer)] == [
            customer_id(one.pk) for one in numbers
        ]
        messages = only_cards.refused(query, id=gid(adjustment))
        assert {one.rpartition(": ")[2] for one in messages} == {"MANAGE_USERS, MANAGE_ORDERS"}


def test_a_filter_is_for_who_may_read_members(only_cards):
    """Its preview tells of anybody whatever it asks."""
    given = {"unit": "POINTS", "amount": 1, "rule": {"email": {"eq": "alice@example.com"}}}

    (message,) = only_cards.refused(CREATE, input=given)

    assert message.endswith(": MANAGE_USERS")
    assert not Adjustment.objects.exists()


def test_it_is_scheduled_and_cancelled(cards, vip):
    adjustment = prepared(vip)
    at = timezone.now() + timedelta(days=1)

    answer = cards.one(SCHEDULE, id=gid(adjustment), at=at.isoformat())
    assert answer["adjustment"] == {"status": "SCHEDULED", "scheduledAt": at.isoformat()}
    over = cards.one(SCHEDULE, id=gid(adjustment), at="2020-01-01T00:00:00Z")
    assert over["errors"] == [{"field": "at", "code": "IS_OVER"}]
    assert cards.one(ACT % "Cancel", id=gid(adjustment))["adjustment"]["status"] == "CANCELLED"


def test_it_is_paused_and_resumed(cards, vip):
    adjustment = prepared(vip)

    states = [
        cards.one(ACT % act, id=gid(adjustment))["adjustment"]["status"]
        for act in ("Start", "Pause", "Resume")
    ]

    assert states == ["RUNNING", "PAUSED", "RUNNING"]


def test_what_has_not_begun_is_deleted(cards, vip):
    adjustment = prepared(vip)

    answer = cards.one(ACT % "Delete", id=gid(adjustment))

    assert answer["adjustment"] == {"id": gid(adjustment), "status": "DRAFT"}
    assert not Adjustment.objects.exists()


@pytest.mark.parametrize("act", ["Pause", "Resume", "Reverse"])
def test_a_draft_is_not_stopped_or_reversed(cards, vip, act):
    answer = cards.one(ACT % act, id=gid(prepared(vip)))

    assert [(e["field"], e["code"]) for e in answer["errors"]] == [(None, "STATUS")]
    assert Adjustment.objects.get().status == "draft"


@pytest.mark.parametrize("act", ACTS)
def test_one_that_is_not_there_is_refused(cards, act):
    answer = cards.one(ACT % act, id=global_id("LoyaltyAdjustment", 999_999))

    assert [(e["field"], e["code"]) for e in answer["errors"]] == [("id", "NOT_FOUND")]


def test_it_lists_them(cards, vip):
    first, second = prepared(vip, 1), prepared(vip, 2)
    steps.cancel(first.pk)

    assert [one["id"] for one in nodes(cards.one(LIST))] == [gid(second), gid(first)]
    cancelled = {"statuses": ["CANCELLED"], "group": group_id(vip.pk), "unit": "POINTS"}
    assert [one["id"] for one in nodes(cards.one(LIST, filter=cancelled))] == [gid(first)]
    assert nodes(cards.one(LIST, filter={"unit": "CREDIT"})) == []


def test_a_page_takes_the_same_statements_whatever_its_size(cards, vip):
    for _ in range(100):
        prepared(vip)
    cards.one(LIST, first=1)

    taken = {size: statements(lambda size=size: cards.one(LIST, first=size)) for size in SIZES}

    # page, count, groups
    assert [ours(found) for found in taken.values()] == [3, 3, 3]
    assert len({len(found) for found in taken.values()}) == 1


def test_a_report_takes_the_same_statements_whatever_its_size(reader):
    group = editing.create_group("Many")
    membership.add(group, [callers.customer(f"C{n}").pk for n in range(100)], source="manual")
    adjustment = prepared(group)
    steps.start(adjustment.pk)
    running.run(adjustment.pk)
    reader.one(RESULTS, id=gid(adjustment), first=1)

    taken = {
        size: statements(lambda size=size: reader.one(RESULTS, id=gid(adjustment), first=size))
        for size in SIZES
    }

    # page, count, reversals, the bulk act
    assert [ours(found) for found in taken.values()] == [4, 4, 4]
    assert len({len(found) for found in taken.values()}) == 1


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff", "reader"])
def test_others_change_nothing(who, request, vip, people):
    api, adjustment = request.getfixturevalue(who), prepared(vip)
    given = {"unit": "POINTS", "amount": 10, "group": group_id(vip.pk)}
    at = (timezone.now() + timedelta(days=1)).isoformat()

    for query, variables in (
        (CREATE, {"input": given}),
        (SCHEDULE, {"id": gid(adjustment), "at": at}),
        *((ACT % act, {"id": gid(adjustment)}) for act in ACTS),
    ):
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert list(Adjustment.objects.values_list("pk", "status")) == [(adjustment.pk, "draft")]


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff"])
def test_others_read_nothing(who, request):
    api = request.getfixturevalue(who)

    for query in (ONE, PREVIEW, RESULTS, SKIPS):
        answer = api.post(query, id="x").json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert "permissions" in api.refused(LIST)[0]
