"""Broadcasts in the API: drafts, previews, starting and stopping, reports."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_customer_groups.broadcasts import control, editing, sending
from saleor_customer_groups.events import broadcast_id, customer_id, group_id
from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import Broadcast, BroadcastRecipient
from tests import callers

from .api import SIZES, nodes, ours, staff_api, statements

pytestmark = pytest.mark.django_db

SHOWN = """
id title channel format status audience group { name } picked marketingOnly
progress { recipients pending requested sent failed skipped unreported
           reasons { reason message customers } }
"""
CREATE = f"""
mutation($input: BroadcastCreateInput!) {{ broadcastCreate(input: $input) {{
  broadcast {{ {SHOWN} }} errors {{ field code }} }} }}
"""
UPDATE = f"""
mutation($id: ID!, $input: BroadcastInput!) {{ broadcastUpdate(id: $id, input: $input) {{
  broadcast {{ {SHOWN} }} errors {{ field code }} }} }}
"""
ACT = """
mutation($id: ID!) { broadcast%s(id: $id) {
  broadcast { id status } errors { field code } } }
"""
SCHEDULE = """
mutation($id: ID!, $at: DateTime!) { broadcastSchedule(id: $id, at: $at) {
  broadcast { status scheduledFor } errors { field code } } }
"""
REPORT = """
mutation($id: ID!, $batch: Int!, $results: [BroadcastResultInput!]!) {
  broadcastReport(id: $id, batch: $batch, results: $results) {
    changed unchanged unknown errors { field code } } }
"""
ONE = f"query($id: ID!) {{ broadcast(id: $id) {{ {SHOWN} batches }} }}"
LIST = f"""
query($filter: BroadcastFilterInput, $first: Int = 10) {{
  broadcasts(first: $first, filter: $filter) {{
    totalCount edges {{ node {{ {SHOWN} }} }} }} }}
"""
PREVIEW = """
query($id: ID!) { broadcastPreview(id: $id) {
  customers reached skipped { reason message customers } example { title text } } }
"""
RECIPIENTS = """
query($id: ID!, $filter: BroadcastRecipientFilterInput, $first: Int = 10) {
  broadcastRecipients(broadcast: $id, filter: $filter, first: $first) {
    totalCount edges { node { status reason batch customer { email } } } } }
"""
ACTS = ("Delete", "Unschedule", "Start", "Pause", "Resume", "Cancel")


@pytest.fixture(autouse=True)
def _alone(monkeypatch, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"MARKETING_CONSENT_KEY": "marketing"}
    monkeypatch.setattr(control, "start_task", lambda broadcast_id: None)


@pytest.fixture
def people():
    yes = {"marketing": "true"}
    return [
        callers.customer("Alice", metadata=yes),
        callers.customer("Bob", metadata=yes),
        callers.customer("Charlie"),
    ]


@pytest.fixture
def vip(people):
    group = groups.create_group("VIP")
    membership.add(group, [one.pk for one in people], source="manual")
    return group


@pytest.fixture
def draft(vip):
    return editing.create_broadcast(
        title="Sale", text="Dear {{ customer.first_name }}", channel="email", group=vip
    )


def gid(broadcast):
    return broadcast_id(broadcast.pk)


def test_it_makes_a_draft(users_staff, vip):
    given = {"title": "Sale", "text": "Come!", "channel": "EMAIL", "group": group_id(vip.pk)}

    answer = users_staff.one(CREATE, input=given)

    assert answer["errors"] == []
    assert answer["broadcast"] == {
        "id": gid(Broadcast.objects.get()),
        "title": "Sale",
        "channel": "EMAIL",
        "format": "PLAIN",
        "status": "DRAFT",
        "audience": "GROUP",
        "group": {"name": "VIP"},
        "picked": 0,
        "marketingOnly": True,
        "progress": {
            "recipients": 0,
            "pending": 0,
            "requested": 0,
            "sent": 0,
            "failed": 0,
            "skipped": 0,
            "unreported": 0,
            "reasons": [],
        },
    }
    assert Broadcast.objects.get().actor.startswith("User:")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"title": " "}, "title", "REQUIRED"),
        ({"text": "{{ customer.shoes }}"}, "text", "UNKNOWN_PLACEHOLDER"),
        ({"format": "HTML", "channel": "SMS"}, "format", "NOT_FOR_CHANNEL"),
        ({"channel": "LINE"}, "channel", "NOT_SET_UP"),
        ({"group": None}, None, "ONE_AUDIENCE"),
        ({"customers": ["VXNlcjox"]}, None, "ONE_AUDIENCE"),
        ({"group": "Q3VzdG9tZXJHcm91cDo5OTk5OTk="}, "group", "NOT_FOUND"),
        ({"group": None, "customers": []}, "customers", "REQUIRED"),
        ({"group": None, "rule": {"shoes": {"eq": 1}}}, "rule", "UNKNOWN_FIELD"),
    ],
)
def test_what_cannot_be_sent_is_refused(users_staff, vip, changes, field, code):
    given = {"title": "Sale", "text": "Come!", "channel": "EMAIL", "group": group_id(vip.pk)}

    answer = users_staff.one(CREATE, input=given | changes)

    assert (answer["errors"][0]["field"], answer["errors"][0]["code"]) == (field, code)
    assert not Broadcast.objects.exists()


def test_it_changes_a_draft(users_staff, draft, people):
    answer = users_staff.one(
        UPDATE, id=gid(draft), input={"title": "Big sale", "customers": [customer_id(people[0].pk)]}
    )

    shown = answer["broadcast"]
    assert (shown["title"], shown["audience"], shown["picked"]) == ("Big sale", "PICKED", 1)
    assert shown["group"] is None


def test_a_preview_says_who_is_reached_and_who_not(users_staff, draft):
    assert users_staff.one(PREVIEW, id=gid(draft)) == {
        "customers": 3,
        "reached": 2,
        "skipped": [
            {"reason": "no_consent", "message": "does not accept marketing", "customers": 1}
        ],
        "example": {"title": "Sale", "text": "Dear Alice"},
    }


def test_it_is_sent_and_reported(users_staff, draft, people):
    started = users_staff.one(ACT % "Start", id=gid(draft))
    assert started["broadcast"]["status"] == "SENDING"
    sending.run(draft.pk)

    results = [
        {"customer": customer_id(people[0].pk), "outcome": "SENT"},
        {"customer": customer_id(people[1].pk), "outcome": "FAILED", "reason": "mailbox full"},
        {"customer": customer_id(people[2].pk), "outcome": "SENT"},
    ]
    reported = users_staff.one(REPORT, id=gid(draft), batch=1, results=results)
    assert reported == {
        "changed": 2,
        "unchanged": 0,
        "unknown": [customer_id(people[2].pk)],
        "errors": [],
    }

    shown = users_staff.one(ONE, id=gid(draft))
    assert (shown["status"], shown["batches"]) == ("FINISHED", 1)
    assert shown["progress"] == {
        "recipients": 3,
        "pending": 0,
        "requested": 2,
        "sent": 1,
        "failed": 1,
        "skipped": 1,
        "unreported": 0,
        "reasons": [
            {"reason": "no_consent", "message": "does not accept marketing", "customers": 1}
        ],
    }
    assert nodes(users_staff.one(RECIPIENTS, id=gid(draft))) == [
        {"status": "SENT", "reason": "", "batch": 1, "customer": {"email": "alice@example.com"}},
        {
            "status": "FAILED",
            "reason": "mailbox full",
            "batch": 1,
            "customer": {"email": "bob@example.com"},
        },
        {
            "status": "SKIPPED",
            "reason": "no_consent",
            "batch": None,
            "customer": {"email": "charlie@example.com"},
        },
    ]
    only = {"statuses": ["SKIPPED"], "reason": "no_consent"}
    assert users_staff.one(RECIPIENTS, id=gid(draft), filter=only)["totalCount"] == 1


def test_a_report_of_no_batch_is_refused(users_staff, draft):
    answer = users_staff.one(REPORT, id=gid(draft), batch=7, results=[])

    assert answer["errors"] == [{"field": "batch", "code": "NOT_FOUND"}]


def test_it_is_scheduled_and_made_a_draft_again(users_staff, draft):
    at = timezone.now() + timedelta(days=1)

    answer = users_staff.one(SCHEDULE, id=gid(draft), at=at.isoformat())

    assert answer["broadcast"] == {"status": "SCHEDULED", "scheduledFor": at.isoformat()}
    over = users_staff.one(SCHEDULE, id=gid(draft), at="2020-01-01T00:00:00Z")
    assert over["errors"] == [{"field": "at", "code": "PAST"}]
    assert users_staff.one(ACT % "Unschedule", id=gid(draft))["broadcast"]["status"] == "DRAFT"


def test_it_is_paused_resumed_and_cancelled(users_staff, draft):
    states = [
        users_staff.one(ACT % act, id=gid(draft))["broadcast"]["status"]
        for act in ("Start", "Pause", "Resume", "Cancel")
    ]

    assert states == ["SENDING", "PAUSED", "SENDING", "CANCELLED"]


def test_a_draft_is_deleted_and_what_began_is_not(users_staff, draft, vip):
    begun = editing.create_broadcast(title="Old", text="x", channel="email", group=vip)
    control.start(begun.pk)

    answer = users_staff.one(ACT % "Delete", id=gid(draft))
    refused = users_staff.one(ACT % "Delete", id=gid(begun))

    assert answer["broadcast"] == {"id": gid(draft), "status": "DRAFT"}
    assert refused["errors"] == [{"field": None, "code": "WRONG_STATUS"}]
    assert list(Broadcast.objects.values_list("pk", flat=True)) == [begun.pk]


@pytest.mark.parametrize("act", ACTS)
def test_one_that_is_not_there_is_refused(users_staff, act):
    answer = users_staff.one(ACT % act, id=broadcast_id(999_999))

    assert answer["errors"] == [{"field": "id", "code": "NOT_FOUND"}]


def test_it_lists_them(users_staff, draft, vip):
    other = editing.create_broadcast(title="Spring", text="x", channel="sms", group=vip)

    assert [one["id"] for one in nodes(users_staff.one(LIST))] == [gid(other), gid(draft)]
    for wanted in (
        {"search": "spri"},
        {"channels": ["SMS"], "statuses": ["DRAFT"], "group": group_id(vip.pk)},
    ):
        found = nodes(users_staff.one(LIST, filter=wanted))
        assert [one["id"] for one in found] == [gid(other)]
    assert nodes(users_staff.one(LIST, filter={"statuses": ["SENDING"]})) == []
    found = nodes(users_staff.one(LIST, filter={"ids": [gid(draft)]}))
    assert [one["id"] for one in found] == [gid(draft)]


def test_it_sorts_them(users_staff, vip):
    for title in ("B", "A", "C"):
        editing.create_broadcast(title=title, text="x", channel="sms", group=vip)
    query = """query($by: BroadcastSortingInput) { broadcasts(first: 9, sortBy: $by) {
        edges { node { title } } } }"""

    def titles(field, direction):
        found = users_staff.one(query, by={"field": field, "direction": direction})
        return "".join(one["title"] for one in nodes(found))

    assert titles("TITLE", "ASC") == "ABC"
    assert titles("TITLE", "DESC") == "CBA"
    assert titles("CREATED_AT", "ASC") == "BAC"


def test_a_page_takes_the_same_statements_whatever_its_size(users_staff, vip):
    for _ in range(100):
        editing.create_broadcast(title="Sale", text="x", channel="email", group=vip)
    users_staff.one(LIST, first=1)

    taken = {
        size: statements(lambda size=size: users_staff.one(LIST, first=size)) for size in SIZES
    }

    # page, count, groups, recipients
    assert [ours(found) for found in taken.values()] == [4, 4, 4]
    assert len({len(found) for found in taken.values()}) == 1


def test_recipients_take_the_same_statements_whatever_the_page(users_staff):
    group = groups.create_group("Many")
    membership.add(group, [callers.customer(f"C{n}").pk for n in range(100)], source="manual")
    many = editing.create_broadcast(title="Sale", text="x", channel="email", group=group)
    control.start(many.pk)
    sending.run(many.pk)
    users_staff.one(RECIPIENTS, id=gid(many), first=1)

    taken = {
        size: statements(lambda size=size: users_staff.one(RECIPIENTS, id=gid(many), first=size))
        for size in SIZES
    }

    assert [ours(found) for found in taken.values()] == [2, 2, 2]
    assert len({len(found) for found in taken.values()}) == 1


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "cards"])
def test_others_may_nothing(who, request, draft, vip):
    api = staff_api("giftcard.manage_gift_card") if who == "cards" else request.getfixturevalue(who)
    given = {"title": "Sale", "text": "Come!", "channel": "EMAIL", "group": group_id(vip.pk)}
    at = (timezone.now() + timedelta(days=1)).isoformat()

    for query, variables in (
        (CREATE, {"input": given}),
        (UPDATE, {"id": gid(draft), "input": {"title": "X"}}),
        (SCHEDULE, {"id": gid(draft), "at": at}),
        (REPORT, {"id": gid(draft), "batch": 1, "results": []}),
        *((ACT % act, {"id": gid(draft)}) for act in ACTS),
        *((query, {"id": gid(draft)}) for query in (ONE, PREVIEW, RECIPIENTS)),
        (LIST, {}),
    ):
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
        assert "MANAGE_USERS" in answer["errors"][0]["message"]
    assert list(Broadcast.objects.values_list("title", "status")) == [("Sale", "draft")]
    assert not BroadcastRecipient.objects.exists()
