"""Endpoints in the API: making and switching, what was sent, sending again, the catalogue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_customer_groups import events
from saleor_customer_groups.events import endpoint_id, global_id
from saleor_customer_groups.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from saleor_customer_groups.webhooks import deliveries, endpoints, outbox
from tests import callers
from tests.webhooks.conftest import DOWN, Receiver, happen, send

from .api import SIZES, Api, nodes, ours, staff_api, statements

pytestmark = pytest.mark.django_db

SHOWN = "id name url everything events isOn offReason pending failed oldSecretUntil"
CREATE = f"""
mutation($input: WebhookEndpointCreateInput!) {{ webhookEndpointCreate(input: $input) {{
  endpoint {{ {SHOWN} }} secret errors {{ field code }} }} }}
"""
UPDATE = f"""
mutation($id: ID!, $input: WebhookEndpointInput!) {{
  webhookEndpointUpdate(id: $id, input: $input) {{
    endpoint {{ {SHOWN} }} errors {{ field code }} }} }}
"""
ROTATE = """
mutation($id: ID!) { webhookEndpointRotateSecret(id: $id) {
  endpoint { oldSecretUntil } secret errors { field code } } }
"""
ACT = """
mutation($id: ID!) { webhookEndpoint%s(id: $id) {
  endpoint { id isOn offReason } errors { field code } } }
"""
PING = """
mutation($id: ID!) { webhookEndpointPing(id: $id) {
  delivery { event state messageId } errors { field code } } }
"""
REPLAY = """
mutation($id: ID!, $since: DateTime, $until: DateTime, $failedSince: DateTime) {
  webhookEndpointReplay(id: $id, since: $since, until: $until, failedSince: $failedSince) {
    count errors { field code } } }
"""
AGAIN = """
mutation($id: ID!) { webhookDeliveryReplay(id: $id) {
  delivery { state replays } errors { field code } } }
"""
ONE = f"query($id: ID!) {{ webhookEndpoint(id: $id) {{ {SHOWN} failingSince lastError }} }}"
LIST = f"""
query($filter: WebhookEndpointFilterInput, $first: Int = 10) {{
  webhookEndpoints(first: $first, filter: $filter) {{
    totalCount edges {{ node {{ {SHOWN} }} }} }} }}
"""
DELIVERIES = """
query($endpoint: ID!, $filter: WebhookDeliveryFilterInput, $first: Int = 10) {
  webhookDeliveries(endpoint: $endpoint, filter: $filter, first: $first) {
    totalCount edges { node {
      id event state attempts replays body messageId endpoint { name }
      lastAttempt { outcome error } } } } }
"""
DELIVERY = "query($id: ID!) { webhookDelivery(id: $id) { event state } }"
ATTEMPTS = """
query($delivery: ID!) { webhookAttempts(delivery: $delivery, first: 10) {
  edges { node { outcome status error answer sentHeaders answerHeaders url } } } }
"""
HEALTH = "{ webhookHealth { overdue endpoints off failing pending failed } }"
CATALOGUE = """
{ customerGroupsEvents {
  name nativeName version permission description fields { path type meaning } } }
"""
URL = "https://till.example.com/hooks"


@pytest.fixture(autouse=True)
def started(monkeypatch):
    """The endpoints whose task was started; no task runs by itself."""
    ids = []
    monkeypatch.setattr(outbox, "start", lambda: None)
    monkeypatch.setattr(deliveries, "start", ids.append)
    return ids


@pytest.fixture
def apps_staff(db):
    return staff_api("app.manage_apps")


@pytest.fixture
def till(db):
    return endpoints.create("Till", URL).endpoint


def gid(endpoint):
    return endpoint_id(endpoint.pk)


def delivery_id(delivery):
    return global_id("WebhookDelivery", delivery.pk)


def failed(endpoint):
    """A delivery that was given up."""
    happen(("hall", 1))
    send(endpoint, Receiver(DOWN), timezone.now)
    rows = WebhookDelivery.objects.filter(endpoint=endpoint)
    rows.update(state=DeliveryState.FAILED, finished_at=timezone.now())
    return rows.get()


def test_it_makes_an_endpoint_and_shows_its_secret_once(apps_staff):
    given = {"name": "Till", "url": URL, "events": ["group.created"]}

    answer = apps_staff.one(CREATE, input=given)

    endpoint = WebhookEndpoint.objects.get()
    assert answer["errors"] == []
    assert answer["secret"].startswith("whsec_")
    assert answer["endpoint"] == {
        "id": gid(endpoint),
        "name": "Till",
        "url": URL,
        "everything": False,
        "events": ["group.created"],
        "isOn": True,
        "offReason": None,
        "pending": 0,
        "failed": 0,
        "oldSecretUntil": None,
    }
    assert answer["secret"] not in endpoint.secret
    assert endpoints.keys(endpoint, now=timezone.now()) == [answer["secret"]]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": " "}, "name", "INVALID"),
        ({"url": "ftp://x"}, "url", "INVALID_URL"),
        ({"events": ["group.danced"]}, "events", "UNKNOWN_EVENT"),
        ({"events": []}, "events", "REQUIRED"),
    ],
)
def test_what_cannot_be_is_refused(apps_staff, changes, field, code):
    answer = apps_staff.one(CREATE, input={"name": "Till", "url": URL} | changes)

    assert answer["secret"] is None
    assert answer["errors"] == [{"field": field, "code": code}]
    assert not WebhookEndpoint.objects.exists()


def test_it_changes_what_is_given_and_nothing_else(apps_staff, till):
    named = apps_staff.one(UPDATE, id=gid(till), input={"name": "Cash"})["endpoint"]
    assert (named["name"], named["url"], named["everything"]) == ("Cash", URL, True)

    some = apps_staff.one(UPDATE, id=gid(till), input={"events": ["group.created"]})["endpoint"]
    assert (some["events"], some["everything"]) == (["group.created"], False)

    every = apps_staff.one(UPDATE, id=gid(till), input={"events": None})["endpoint"]
    assert (every["events"], every["everything"]) == ([], True)


def test_a_change_is_whole_or_not_at_all(apps_staff, till):
    answer = apps_staff.one(UPDATE, id=gid(till), input={"name": "Cash", "events": ["no.such"]})

    assert answer["errors"] == [{"field": "events", "code": "UNKNOWN_EVENT"}]
    assert WebhookEndpoint.objects.get().name == "Till"


def test_a_new_secret_signs_beside_the_old_one(apps_staff, till):
    (old,) = endpoints.keys(till, now=timezone.now())

    answer = apps_staff.one(ROTATE, id=gid(till))

    endpoint = WebhookEndpoint.objects.get()
    assert endpoints.keys(endpoint, now=timezone.now()) == [answer["secret"], old]
    assert answer["endpoint"]["oldSecretUntil"] == endpoint.old_secret_until.isoformat()


def test_it_is_switched_off_and_on(apps_staff, till):
    off = apps_staff.one(ACT % "Disable", id=gid(till))["endpoint"]
    on = apps_staff.one(ACT % "Enable", id=gid(till))["endpoint"]

    assert (off["isOn"], off["offReason"]) == (False, "BY_HAND")
    assert (on["isOn"], on["offReason"]) == (True, None)


def test_it_is_deleted(apps_staff, till):
    failed(till)

    answer = apps_staff.one(ACT % "Delete", id=gid(till))

    assert answer["endpoint"]["id"] == gid(till)
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_a_ping_is_sent(apps_staff, till):
    answer = apps_staff.one(PING, id=gid(till))

    delivery = WebhookDelivery.objects.get()
    assert answer["delivery"] == {
        "event": "ping.sent",
        "state": "PENDING",
        "messageId": f"msg_{delivery.event.uid.hex}",
    }
    endpoints.disable(till)
    assert apps_staff.one(PING, id=gid(till))["errors"] == [{"field": None, "code": "ENDPOINT_OFF"}]


def test_it_shows_what_was_sent_and_answered(apps_staff, till):
    happen(("hall", 1))
    send(till, Receiver(DOWN), timezone.now)
    delivery = WebhookDelivery.objects.get()

    (shown,) = nodes(apps_staff.one(DELIVERIES, endpoint=gid(till)))
    assert shown == {
        "id": delivery_id(delivery),
        "event": "group.created",
        "state": "PENDING",
        "attempts": 1,
        "replays": 0,
        "body": delivery.event.body,
        "messageId": f"msg_{delivery.event.uid.hex}",
        "endpoint": {"name": "Till"},
        "lastAttempt": {"outcome": "FAILED", "error": DOWN.error},
    }
    (tried,) = nodes(apps_staff.one(ATTEMPTS, delivery=delivery_id(delivery)))
    assert (tried["outcome"], tried["status"], tried["url"]) == ("FAILED", None, URL)
    assert tried["sentHeaders"]["webhook-id"] == shown["messageId"]
    one = apps_staff.one(DELIVERY, id=delivery_id(delivery))
    assert one == {"event": "group.created", "state": "PENDING"}
    health = apps_staff.one(ONE, id=gid(till))
    assert (health["pending"], health["lastError"]) == (1, DOWN.error)


def test_deliveries_are_filtered(apps_staff, till):
    failed(till)
    soon = (timezone.now() + timedelta(hours=1)).isoformat()

    def count(**wanted):
        return apps_staff.one(DELIVERIES, endpoint=gid(till), filter=wanted)["totalCount"]

    assert count(states=["FAILED"], events=["group.created"], until=soon) == 1
    assert [count(states=["PENDING"]), count(events=["group.deleted"]), count(since=soon)] == [
        0,
        0,
        0,
    ]


def test_one_delivery_is_sent_again(apps_staff, till):
    delivery = failed(till)

    answer = apps_staff.one(AGAIN, id=delivery_id(delivery))

    assert answer["delivery"] == {"state": "PENDING", "replays": 1}
    gone = apps_staff.one(AGAIN, id=global_id("WebhookDelivery", 999_999))
    assert gone["errors"] == [{"field": "id", "code": "NOT_FOUND"}]


def test_all_that_failed_is_sent_again(apps_staff, till):
    failed(till)
    before = (timezone.now() - timedelta(hours=1)).isoformat()

    assert apps_staff.one(REPLAY, id=gid(till), failedSince=before)["count"] == 1
    assert apps_staff.one(REPLAY, id=gid(till), failedSince=before)["count"] == 0


def test_a_span_of_time_is_sent_again(apps_staff, till):
    failed(till)
    now = timezone.now()
    before, after = (now - timedelta(hours=1)).isoformat(), (now + timedelta(hours=1)).isoformat()

    assert apps_staff.one(REPLAY, id=gid(till), since=before, until=after)["count"] == 1
    assert apps_staff.one(REPLAY, id=gid(till), since=after)["count"] == 0


@pytest.mark.parametrize("both", [True, False])
def test_what_to_send_again_is_said_in_one_way(apps_staff, till, both):
    failed(till)
    at = "2020-01-01T00:00:00Z"
    said = {"since": at, "failedSince": at} if both else {}

    answer = apps_staff.one(REPLAY, id=gid(till), **said)

    assert answer["errors"] == [{"field": "since", "code": "REQUIRED"}]
    assert WebhookDelivery.objects.get().state == "failed"


def test_it_lists_endpoints(apps_staff, till):
    other = endpoints.create("Shop", "https://shop.example.com/").endpoint
    endpoints.disable(other)

    assert [one["name"] for one in nodes(apps_staff.one(LIST))] == ["Till", "Shop"]
    for wanted in ({"search": "shop.ex"}, {"isOn": False}):
        assert [one["name"] for one in nodes(apps_staff.one(LIST, filter=wanted))] == ["Shop"]
    assert nodes(apps_staff.one(LIST, filter={"isFailing": True})) == []


def test_a_page_takes_the_same_statements_whatever_its_size(apps_staff):
    for number in range(100):
        endpoints.create(f"E{number}", URL)
    apps_staff.one(LIST, first=1)

    taken = {size: statements(lambda size=size: apps_staff.one(LIST, first=size)) for size in SIZES}

    # page, count, what waits
    assert [ours(found) for found in taken.values()] == [3, 3, 3]
    assert len({len(found) for found in taken.values()}) == 1


def test_deliveries_take_the_same_statements_whatever_the_page(apps_staff, till):
    happen(*((f"room {number}", number) for number in range(100)))
    apps_staff.one(DELIVERIES, endpoint=gid(till), first=1)

    taken = {
        size: statements(
            lambda size=size: apps_staff.one(DELIVERIES, endpoint=gid(till), first=size)
        )
        for size in SIZES
    }

    # page with its events, count, endpoint, last tries
    assert [ours(found) for found in taken.values()] == [4, 4, 4]
    assert len({len(found) for found in taken.values()}) == 1


def test_it_says_how_webhooks_fare(apps_staff, till):
    failed(till)
    endpoints.disable(endpoints.create("Shop", URL).endpoint)
    happen(("hall", 2))

    assert apps_staff.one(HEALTH) == {
        "overdue": 0,
        "endpoints": 2,
        "off": 1,
        "failing": 1,
        "pending": 1,
        "failed": 1,
    }


def test_the_catalogue_is_all_events(apps_staff):
    answer = {one["name"]: one for one in apps_staff.one(CATALOGUE)}

    assert list(answer) == list(events.CATALOGUE)
    joined = answer["membership.joined"]
    assert joined["nativeName"] == "CUSTOMER_GROUP_MEMBERSHIP_JOINED"
    assert (joined["version"], joined["permission"]) == (1, "MANAGE_USERS")
    assert {"path": "group", "type": "text", "meaning": "id of the group; empty: it is gone"} in (
        joined["fields"]
    )


def test_the_secret_is_nowhere_to_be_read(apps_staff):
    for kind in ("WebhookEndpoint", "WebhookDelivery", "WebhookAttempt", "CustomerGroupsTrigger"):
        asked = f'{{ __type(name: "{kind}") {{ fields {{ name }} }} }}'
        names = {field["name"] for field in apps_staff.one(asked)["fields"]}
        assert {name for name in names if "secret" in name.lower()} <= {"oldSecretUntil"}


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff"])
def test_others_may_nothing(who, request, till):
    api, delivery = request.getfixturevalue(who), failed(till)
    secret = WebhookEndpoint.objects.get().secret
    at = "2020-01-01T00:00:00Z"

    for query, variables in (
        (CREATE, {"input": {"name": "X", "url": URL}}),
        (UPDATE, {"id": gid(till), "input": {"name": "X"}}),
        *((query, {"id": gid(till)}) for query in (ROTATE, PING, ONE)),
        *((ACT % act, {"id": gid(till)}) for act in ("Disable", "Enable", "Delete")),
        (REPLAY, {"id": gid(till), "since": at}),
        (AGAIN, {"id": delivery_id(delivery)}),
        (DELIVERY, {"id": delivery_id(delivery)}),
        (LIST, {}),
        (DELIVERIES, {"endpoint": gid(till)}),
        (ATTEMPTS, {"delivery": delivery_id(delivery)}),
        (HEALTH, {}),
        (CATALOGUE, {}),
    ):
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
        assert "MANAGE_APPS" in answer["errors"][0]["message"]
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.name, endpoint.is_on, endpoint.secret) == ("Till", True, secret)
    assert WebhookDelivery.objects.get().state == "failed"


def test_an_app_may_too(till):
    app = Api(callers.app_token("app.manage_apps"))

    assert [one["name"] for one in nodes(app.one(LIST))] == ["Till"]
