"""Triggers in the API: addresses that other systems call."""

from __future__ import annotations

import pytest
from django.utils import timezone

from saleor_customer_groups.events import global_id
from saleor_customer_groups.groups import editing
from saleor_customer_groups.models import CallOutcome, Trigger, TriggerCall
from saleor_customer_groups.triggers import purposes
from saleor_customer_groups.webhooks import triggers
from tests import callers

from .api import SIZES, Api, nodes, ours, staff_api, statements

pytestmark = pytest.mark.django_db

SHOWN = "id name purpose config path enabled callsAMinute"
CREATE = f"""
mutation($input: CustomerGroupsTriggerCreateInput!) {{ customerGroupsTriggerCreate(input: $input) {{
  trigger {{ {SHOWN} }} secret errors {{ field code }} }} }}
"""
UPDATE = f"""
mutation($id: ID!, $input: CustomerGroupsTriggerInput!) {{
  customerGroupsTriggerUpdate(id: $id, input: $input) {{
    trigger {{ {SHOWN} }} errors {{ field code }} }} }}
"""
DELETE = """
mutation($id: ID!) { customerGroupsTriggerDelete(id: $id) { trigger { id } errors { field code } } }
"""
ROTATE = """
mutation($id: ID!) { customerGroupsTriggerRotateSecret(id: $id) {
  trigger { oldSecretUntil } secret errors { field code } } }
"""
ONE = f"query($id: ID!) {{ customerGroupsTrigger(id: $id) {{ {SHOWN} }} }}"
LIST = f"""
query($filter: CustomerGroupsTriggerFilterInput, $first: Int = 10) {{
  customerGroupsTriggers(first: $first, filter: $filter) {{ edges {{ node {{ {SHOWN} }} }} }} }}
"""
CALLS = """
query($trigger: ID!, $outcomes: [CustomerGroupsTriggerCallOutcome!]) {
  customerGroupsTriggerCalls(trigger: $trigger, outcomes: $outcomes, first: 10) {
    totalCount edges { node { outcome status code answer count messageId } } } }
"""


@pytest.fixture
def apps_staff(db):
    """Staff who manage endpoints, customers and balances."""
    return staff_api("app.manage_apps", "account.manage_users", "giftcard.manage_gift_card")


@pytest.fixture
def only_apps(db):
    """Staff who manage endpoints, and nothing that a call could do."""
    token = callers.token_of(callers.staff("app.manage_apps", email="apps@example.com"))
    return Api(token)


@pytest.fixture
def vip(db):
    return editing.create_group("VIP")


@pytest.fixture
def trigger(vip):
    return purposes.create("From the till", "members_add", config={"group": "vip"}).trigger


def gid(trigger):
    return global_id("CustomerGroupsTrigger", trigger.pk)


def test_it_makes_a_trigger_and_shows_its_secret_once(apps_staff, vip):
    given = {"name": "From the till", "purpose": "MEMBERS_ADD", "config": {"group": "vip"}}

    answer = apps_staff.one(CREATE, input=given)

    trigger = Trigger.objects.get()
    assert answer["errors"] == []
    assert answer["trigger"] == {
        "id": gid(trigger),
        "name": "From the till",
        "purpose": "MEMBERS_ADD",
        "config": {"group": "vip"},
        "path": f"/plugins/saleor.customer-groups/trigger/{trigger.uid}",
        "enabled": True,
        "callsAMinute": 60,
    }
    assert triggers.keys(trigger, now=timezone.now()) == [answer["secret"]]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": " "}, "name", "INVALID"),
        ({"callsAMinute": 0}, "callsAMinute", "INVALID"),
        ({"config": {"group": "none"}}, "config", "NOT_FOUND"),
        ({"config": {}}, "config", "REQUIRED"),
        ({"config": {"group": "vip", "shoes": 1}}, "config", "UNKNOWN_FIELD"),
    ],
)
def test_what_makes_no_sense_is_refused(apps_staff, vip, changes, field, code):
    given = {"name": "Till", "purpose": "MEMBERS_ADD", "config": {"group": "vip"}}

    answer = apps_staff.one(CREATE, input=given | changes)

    assert answer["secret"] is None
    assert answer["errors"] == [{"field": field, "code": code}]
    assert not Trigger.objects.exists()


def test_it_changes_what_is_given_and_nothing_else(apps_staff, trigger):
    answer = apps_staff.one(UPDATE, id=gid(trigger), input={"callsAMinute": 5, "enabled": False})

    shown = answer["trigger"]
    assert (shown["callsAMinute"], shown["enabled"]) == (5, False)
    assert (shown["name"], shown["config"]) == ("From the till", {"group": "vip"})


def test_a_change_is_whole_or_not_at_all(apps_staff, trigger):
    answer = apps_staff.one(
        UPDATE, id=gid(trigger), input={"name": "New", "config": {"group": "none"}}
    )

    assert answer["errors"] == [{"field": "config", "code": "NOT_FOUND"}]
    assert Trigger.objects.get().name == "From the till"


def test_a_new_secret_is_taken_beside_the_old_one(apps_staff, trigger):
    (old,) = triggers.keys(trigger, now=timezone.now())

    answer = apps_staff.one(ROTATE, id=gid(trigger))

    assert triggers.keys(Trigger.objects.get(), now=timezone.now()) == [answer["secret"], old]


def test_it_is_deleted(apps_staff, trigger):
    assert apps_staff.one(DELETE, id=gid(trigger))["trigger"] == {"id": gid(trigger)}
    assert not Trigger.objects.exists()
    again = apps_staff.one(DELETE, id=gid(trigger))
    assert again["errors"] == [{"field": "id", "code": "NOT_FOUND"}]


def test_it_lists_triggers(apps_staff, trigger):
    purposes.create("Credit", "credit_confirm")

    assert [one["name"] for one in nodes(apps_staff.one(LIST))] == ["From the till", "Credit"]
    wanted = {"purposes": ["CREDIT_CONFIRM"], "enabled": True}
    assert [one["name"] for one in nodes(apps_staff.one(LIST, filter=wanted))] == ["Credit"]
    assert apps_staff.one(ONE, id=gid(trigger))["name"] == "From the till"


def test_it_shows_the_calls(apps_staff, trigger):
    now = timezone.now()
    TriggerCall.objects.create(
        trigger=trigger, at=now, message_id="a", outcome=CallOutcome.DONE, status=200, answer={}
    )
    TriggerCall.objects.create(
        trigger=trigger, at=now, outcome=CallOutcome.REFUSED, status=429, code="busy", count=9
    )

    refused, done = nodes(apps_staff.one(CALLS, trigger=gid(trigger)))

    assert (done["outcome"], done["status"], done["answer"]) == ("DONE", 200, {})
    assert (refused["outcome"], refused["code"], refused["count"]) == ("REFUSED", "busy", 9)
    only = apps_staff.one(CALLS, trigger=gid(trigger), outcomes=["DONE"])
    assert only["totalCount"] == 1


def test_a_page_takes_the_same_statements_whatever_its_size(apps_staff):
    for number in range(100):
        purposes.create(f"T{number}", "credit_confirm")
    apps_staff.one(LIST, first=1)

    taken = {size: statements(lambda size=size: apps_staff.one(LIST, first=size)) for size in SIZES}

    assert [ours(found) for found in taken.values()] == [1, 1, 1]
    assert len({len(found) for found in taken.values()}) == 1


@pytest.mark.parametrize(
    ("purpose", "config", "permission"),
    [
        ("AWARD", {"unit": "points"}, "MANAGE_GIFT_CARD"),
        ("CREDIT_CONFIRM", {}, "MANAGE_GIFT_CARD"),
        ("MEMBERS_ADD", {"group": "vip"}, "MANAGE_USERS"),
        ("MEMBERS_REMOVE", {"group": "vip"}, "MANAGE_USERS"),
        ("BROADCAST_START", {"broadcast": 1}, "MANAGE_USERS"),
        ("BROADCAST_REPORT", {}, "MANAGE_USERS"),
    ],
)
def test_nobody_gets_a_secret_for_what_they_may_not_do(only_apps, vip, purpose, config, permission):
    given = {"name": "Mine", "purpose": purpose, "config": config}

    (message,) = only_apps.refused(CREATE, input=given)

    assert message.endswith(f": {permission}")
    assert not Trigger.objects.exists()


def test_nor_for_what_somebody_else_has_made(only_apps, trigger):
    config = {"config": {"group": "vip"}}

    for query, variables in ((ROTATE, {}), (UPDATE, {"input": config})):
        (message,) = only_apps.refused(query, id=gid(trigger), **variables)
        assert message.endswith(": MANAGE_USERS")
    assert Trigger.objects.get().secret == trigger.secret


def test_who_manages_endpoints_alone_may_switch_one_off_and_delete_it(only_apps, trigger):
    off = only_apps.one(UPDATE, id=gid(trigger), input={"enabled": False})
    assert off["trigger"]["enabled"] is False

    assert only_apps.one(DELETE, id=gid(trigger))["errors"] == []


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff"])
def test_others_may_nothing(who, request, trigger):
    api = request.getfixturevalue(who)
    given = {"name": "X", "purpose": "CREDIT_CONFIRM"}

    for query, variables in (
        (CREATE, {"input": given}),
        (UPDATE, {"id": gid(trigger), "input": {"name": "X"}}),
        *((query, {"id": gid(trigger)}) for query in (DELETE, ROTATE, ONE)),
        (LIST, {}),
        (CALLS, {"trigger": gid(trigger)}),
    ):
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert list(Trigger.objects.values_list("name", "secret")) == [(trigger.name, trigger.secret)]
