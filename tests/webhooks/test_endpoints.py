"""Endpoints: made, changed, switched, tested, and their secrets."""

from __future__ import annotations

import logging

import pytest
from django.db import IntegrityError, transaction

from saleor_customer_groups import events
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.models import (
    DeliveryAttempt,
    OutboxEvent,
    WebhookDelivery,
    WebhookEndpoint,
)
from saleor_customer_groups.webhooks import endpoints, watching
from saleor_customer_groups.webhooks.answers import Answer

from .conftest import DAY, DOWN, HOUR, SECOND, fresh, happen, send, states

pytestmark = pytest.mark.django_db
URL = "https://till.example.com/hooks"


def test_it_is_made_with_a_secret_that_is_shown_once(caplog):
    caplog.set_level(logging.DEBUG)

    issued = endpoints.create(" Till ", URL, names=["ping.sent", "group.created", "ping.sent"])

    row = WebhookEndpoint.objects.get()
    assert (row.name, row.url, row.everything) == ("Till", URL, False)
    assert row.names == ["group.created", "ping.sent"]
    assert issued.secret.startswith("whsec_")
    assert endpoints.keys(row, now=row.created_at) == [issued.secret]
    texts = [repr(issued), str(issued), repr(row), str(vars(row)), caplog.text]
    assert not [text for text in texts if issued.secret in text or issued.secret[6:] in text]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": " "}, "name", "invalid"),
        ({"name": "n" * 251}, "name", "invalid"),
        ({"url": "http://till.example.com"}, "url", "invalid_url"),
        ({"url": "https://me@till.example.com"}, "url", "invalid_url"),
        ({"names": ["group.exploded"]}, "names", "unknown_event"),
        ({"names": []}, "names", "required"),
    ],
)
def test_what_cannot_be_is_refused(changes, field, code):
    with pytest.raises(InvalidInput) as refusal:
        endpoints.create(**{"name": "Till", "url": URL, **changes})

    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert WebhookEndpoint.objects.count() == 0


def test_http_is_for_development(settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"WEBHOOK_HTTP": True}

    assert endpoints.create("Till", "http://localhost:9000").endpoint.url == "http://localhost:9000"


def test_it_is_changed_and_only_that(endpoint):
    WebhookEndpoint.objects.update(trouble=3)

    changed = endpoints.update(endpoint, name="Desk")
    assert (changed.name, changed.url, changed.trouble) == ("Desk", URL, 3)
    changed = endpoints.update(endpoint, url="https://other.example.com")
    assert (changed.name, changed.url) == ("Desk", "https://other.example.com")
    changed = endpoints.subscribe(endpoint, ["ping.sent"])
    assert (changed.everything, changed.names) == (False, ["ping.sent"])
    with pytest.raises(InvalidInput):
        endpoints.update(endpoint, url="file:///etc/passwd")
    with pytest.raises(InvalidInput):
        endpoints.subscribe(endpoint, ["nothing"])
    changed = endpoints.subscribe(endpoint, None)
    assert (changed.everything, changed.names) == (True, [])


@pytest.mark.parametrize("act", [endpoints.update, endpoints.rotate, endpoints.enable])
def test_what_is_gone_cannot_be_changed(act, endpoint):
    endpoints.delete(endpoint)

    with pytest.raises(InvalidInput, match="There is no endpoint Till any more") as refusal:
        act(endpoint)
    assert refusal.value.code == "not_found"


def test_w7_after_a_rotation_both_secrets_sign_for_a_day(endpoint, receiver, clock):
    old = endpoints.keys(endpoint, now=clock.now)
    new = endpoints.rotate(endpoint, now=clock.now).secret

    assert endpoints.keys(fresh(endpoint), now=clock.turn(DAY - SECOND)) == [new, *old]
    happen(("a", 1))
    send(endpoint, receiver, clock)
    assert endpoints.keys(fresh(endpoint), now=clock.turn(SECOND)) == [new]
    happen(("a", 2))
    send(endpoint, receiver, clock)

    signatures = [headers["webhook-signature"].split() for _, _, headers in receiver.calls]
    assert [len(each) for each in signatures] == [2, 1]


def test_a_second_rotation_keeps_the_secret_before_it_only(endpoint, clock):
    first = endpoints.rotate(endpoint, now=clock.now).secret
    second = endpoints.rotate(endpoint, now=clock.turn(HOUR)).secret

    assert endpoints.keys(fresh(endpoint), now=clock.now) == [second, first]


def test_what_happened_while_it_was_off_comes_when_it_is_on(endpoint, receiver, clock, started):
    happen(("a", 1))
    endpoints.disable(endpoint)
    happen(("a", 2))
    clock.turn(DAY)
    happen(("b", 1), ("a", 3))
    send(endpoint, receiver, clock)
    assert receiver.calls == []
    assert states(endpoint) == {"pending": 1}

    endpoints.enable(endpoint)
    send(endpoint, receiver, clock)

    assert receiver.heard == [("a", 1), ("a", 2), ("a", 3), ("b", 1)]
    endpoints.enable(endpoint)
    assert states(endpoint) == {"delivered": 4}


def test_what_was_delivered_before_it_was_off_does_not_come_again(endpoint, receiver, clock):
    happen(("a", 1))
    send(endpoint, receiver, clock)
    endpoints.disable(endpoint)
    happen(("a", 2))
    endpoints.enable(endpoint)
    send(endpoint, receiver, clock)

    assert receiver.heard == [("a", 1), ("a", 2)]


def test_it_can_be_switched_on_from_now(endpoint, receiver, clock):
    endpoints.disable(endpoint)
    happen(("a", 1))
    endpoints.enable(endpoint, missed=False)
    happen(("a", 2))
    send(endpoint, receiver, clock)

    assert receiver.heard == [("a", 2)]


def test_what_it_missed_is_what_it_asked_for_and_no_others_ping(receiver, clock, db):
    some = endpoints.create("Some", URL, names=["endpoint.failing"]).endpoint
    every = endpoints.create("All", URL).endpoint
    other = endpoints.create("Other", URL).endpoint
    endpoints.disable(some)
    endpoints.disable(every)
    happen(("a", 1))
    endpoints.ping(other)

    endpoints.enable(some)
    endpoints.enable(every)

    assert states(some) == {}
    assert states(every) == {"pending": 1}


def test_switching_off_by_hand_is_no_news_and_twice_changes_nothing(endpoint, clock):
    off = endpoints.disable(endpoint)
    clock.turn(HOUR)

    assert endpoints.disable(endpoint).off_since == off.off_since
    assert off.off_reason == "by_hand"
    assert not OutboxEvent.objects.exists()


def test_switching_on_begins_anew(endpoint, receiver, clock):
    receiver.answer = DOWN
    happen(("a", 1))
    for _ in range(6):
        send(endpoint, receiver, clock)
        clock.turn(DAY)
    watching.watch(clock.now)
    assert fresh(endpoint).off_reason == "failing"

    on = endpoints.enable(endpoint)

    assert (on.off_since, on.failing_since, on.alerted_at, on.trouble, on.paused_until) == (
        None,
        None,
        None,
        0,
        None,
    )
    waiting = WebhookDelivery.objects.get(event__name="group.created")
    assert (waiting.attempts, waiting.due_at) == (0, clock.now)


def test_a_ping_is_for_one_endpoint_and_goes_at_once(endpoint, receiver, clock, started):
    other = endpoints.create("Other", URL).endpoint
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(trouble=9, paused_until=clock.now + DAY)

    delivery = endpoints.ping(endpoint, actor="User:1")
    send(endpoint, receiver, clock)

    ((_, body, _),) = receiver.calls
    assert b'"type":"ping.sent"' in body
    assert f'"actor":"{events.global_id("User", 1)}"'.encode() in body
    assert fresh(delivery).state == "delivered"
    assert states(other) == {}


def test_a_ping_of_what_is_off_is_refused(endpoint):
    endpoints.disable(endpoint)

    with pytest.raises(Refused, match="Till is off; switch it on first") as refusal:
        endpoints.ping(endpoint)

    assert refusal.value.code == "endpoint_off"
    assert not OutboxEvent.objects.exists()


def test_deleting_takes_what_is_its_own(endpoint, receiver, clock):
    other = endpoints.create("Other", URL).endpoint
    happen(("a", 1))
    send(endpoint, receiver, clock)
    send(other, receiver, clock)

    endpoints.delete(endpoint)

    assert list(WebhookEndpoint.objects.all()) == [other]
    assert DeliveryAttempt.objects.count() == WebhookDelivery.objects.count() == 1
    assert OutboxEvent.objects.count() == 1


def test_a_failure_tells_no_secret(endpoint, clock, caplog):
    caplog.set_level(logging.DEBUG)
    (secret,) = endpoints.keys(endpoint, now=clock.now)
    happen(("a", 1))

    def fails(url, body, headers):
        return Answer(status=500, text="no")

    send(endpoint, fails, clock)
    watching.watch(clock.turn(5 * DAY))

    kept = str([*DeliveryAttempt.objects.values(), *OutboxEvent.objects.values()])
    assert secret not in caplog.text + kept
    assert fresh(endpoint).off_reason == "failing"


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"everything": True, "names": ["a"]}, "webhookendpoint_all_or_some"),
        ({"everything": False, "names": []}, "webhookendpoint_all_or_some"),
        ({"off_reason": "gone"}, "webhookendpoint_off_for_a_reason"),
        ({"old_secret": "x"}, "webhookendpoint_old_secret_ends"),
        ({"lease": "12345678123456781234567812345678"}, "webhookendpoint_lease_ends"),
    ],
)
def test_the_database_holds_what_must_hold(changes, constraint, endpoint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**changes)


def test_a_delivery_is_finished_or_pending(endpoint):
    happen(("a", 1))

    for changes in ({"state": "delivered"}, {"state": "lost"}):
        with (
            pytest.raises(IntegrityError, match="webhookdelivery_finished_once"),
            transaction.atomic(),
        ):
            WebhookDelivery.objects.update(**changes)
