"""Replays: the same id, another timestamp and signature, in order. And what is purged."""

from __future__ import annotations

import pytest

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.models import DeliveryAttempt, OutboxEvent, WebhookDelivery
from saleor_customer_groups.webhooks import delivering, endpoints, purging, replaying

from .conftest import (
    DAY,
    HOUR,
    OK,
    REJECTED,
    SECOND,
    Receiver,
    fresh,
    happen,
    message_ids,
    send,
    states,
)

pytestmark = pytest.mark.django_db


def test_w6_one_is_sent_again_with_its_id_and_a_new_signature(endpoint, receiver, clock):
    happen(("a", 1), ("a", 2))
    send(endpoint, receiver, clock)
    clock.turn(HOUR)

    replaying.replay(replaying.delivery_of(endpoint, message_ids()[0]))
    send(endpoint, receiver, clock)

    assert receiver.heard == [("a", 1), ("a", 2), ("a", 1)]
    (_, body, first), _, (_, again, second) = receiver.calls
    assert body == again
    assert first["webhook-id"] == second["webhook-id"] == message_ids()[0]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 3600
    assert first["webhook-signature"] != second["webhook-signature"]
    assert DeliveryAttempt.objects.count() == 3


def test_w6_a_range_is_sent_again_in_order_and_before_what_waits(endpoint, receiver, clock):
    began = clock.now
    for number in range(1, 6):
        happen(("a", number))
        clock.turn(HOUR)
    send(endpoint, receiver, clock)
    happen(("a", 6))

    count = replaying.replay_range(endpoint, since=began + HOUR, until=began + 4 * HOUR)
    send(endpoint, receiver, clock)

    assert count == 3
    assert [number for _, number in receiver.heard] == [1, 2, 3, 4, 5, 2, 3, 4, 6]


def test_w6_a_range_brings_what_an_endpoint_never_had(receiver, clock, db):
    happen(("a", 1))
    clock.turn(HOUR)
    happen(("a", 2))
    late = endpoints.create("Late", "https://late.example.com").endpoint

    assert replaying.replay_range(late, since=clock.now - HOUR) == 2
    send(late, receiver, clock)

    assert receiver.heard == [("a", 1), ("a", 2)]


def test_w6_all_that_was_given_up_since_then_is_sent_again(endpoint, receiver, clock):
    happen(("a", 1), ("b", 1), ("a", 2), ("c", 1))
    send(endpoint, receiver, clock)
    WebhookDelivery.objects.update(state="failed", finished_at=clock.now)
    WebhookDelivery.objects.filter(subject="c").update(finished_at=clock.now - SECOND)
    receiver.heard.clear()

    assert replaying.replay_failed(endpoint, since=clock.now) == 3
    send(endpoint, receiver, clock)

    assert receiver.heard == [("a", 1), ("a", 2), ("b", 1)]
    assert states(endpoint) == {"delivered": 3, "failed": 1}


def test_w6_what_is_replayed_while_it_is_off_comes_when_it_is_on(endpoint, receiver, clock):
    began = clock.now
    happen(("a", 1), ("a", 2))
    send(endpoint, receiver, clock)
    endpoints.disable(endpoint)
    happen(("a", 3))

    replaying.replay_range(endpoint, since=began)
    send(endpoint, receiver, clock)
    assert len(receiver.heard) == 2
    endpoints.enable(endpoint)
    send(endpoint, receiver, clock)

    assert [number for _, number in receiver.heard[2:]] == [1, 2, 3]


def test_what_is_replayed_while_it_is_sent_is_sent_once_more(endpoint, receiver, clock):
    happen(("a", 1), ("a", 2))

    def meanwhile(url, body, headers):
        if not receiver.calls:
            replaying.replay_range(endpoint, since=clock.now)
        return receiver(url, body, headers)

    delivering.deliver(endpoint.pk, meanwhile, clock=clock)

    assert [number for _, number in receiver.heard] == [1, 1, 2]


def test_a_replay_begins_the_schedule_anew(endpoint, receiver, clock):
    receiver.answer = REJECTED
    happen(("a", 1))
    for _ in range(4):
        send(endpoint, receiver, clock)
        clock.turn(DAY)
    delivery = WebhookDelivery.objects.get()

    replaying.replay(delivery)

    again = fresh(delivery)
    assert (again.attempts, again.first_attempt_at, again.replays) == (0, None, 1)
    assert again.due_at == clock.now


@pytest.mark.parametrize("wrong", ["msg_1", "", "msg_12345678123456781234567812345678"])
def test_a_message_that_was_never_sent_is_named(wrong, endpoint):
    with pytest.raises(InvalidInput, match=f"Till was never sent a message {wrong}"):
        replaying.delivery_of(endpoint, wrong)


def test_a_delivery_that_is_gone_is_named(endpoint, receiver, clock):
    happen(("a", 1))
    delivery = WebhookDelivery.objects.get()
    WebhookDelivery.objects.all().delete()

    with pytest.raises(InvalidInput, match="There is no delivery"):
        replaying.replay(delivery)


def test_w11_the_undelivered_is_never_purged(endpoint, receiver, clock):
    receiver.answer = lambda room, number: OK if room == "a" else REJECTED
    happen(("a", 1), ("b", 1), ("c", 1))
    send(endpoint, receiver, clock)
    WebhookDelivery.objects.filter(subject="c").update(state="failed", finished_at=clock.now)

    assert purging.purge(clock.turn(1000 * DAY)) == 2

    assert states(endpoint) == {"pending": 1, "failed": 1}
    assert sorted(OutboxEvent.objects.values_list("subject", flat=True)) == ["b", "c"]
    assert DeliveryAttempt.objects.count() == 2
    receiver.answer = OK
    replaying.replay_failed(endpoint, since=clock.now - 2000 * DAY)
    send(endpoint, receiver, clock)
    assert receiver.heard[1:] == [("b", 1), ("c", 1)]


def test_w11_what_was_not_dispatched_yet_is_never_purged(endpoint, clock):
    happen(("a", 1))
    WebhookDelivery.objects.all().delete()
    OutboxEvent.objects.update(dispatched_at=None)

    assert purging.purge(clock.turn(1000 * DAY)) == 0
    assert OutboxEvent.objects.count() == 1


def test_what_one_endpoint_lacks_keeps_the_event(endpoint, receiver, clock):
    other = endpoints.create("Other", "https://other.example.com").endpoint
    happen(("a", 1))
    send(endpoint, receiver, clock)
    send(other, Receiver(REJECTED), clock)

    assert purging.purge(clock.turn(31 * DAY)) == 1
    assert OutboxEvent.objects.count() == 1


def test_what_is_young_stays(endpoint, receiver, clock, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"WEBHOOK_DAYS": 2}
    happen(("a", 1))
    send(endpoint, receiver, clock)

    assert purging.purge(clock.turn(2 * DAY)) == 0
    assert purging.purge(clock.turn(SECOND)) == 2
    assert not OutboxEvent.objects.exists()


def test_chunks_end(endpoint, receiver, clock, monkeypatch):
    monkeypatch.setattr(purging, "CHUNK", 2)
    happen(*[("a", number) for number in range(7)])
    send(endpoint, receiver, clock)

    assert purging.purge(clock.turn(31 * DAY)) == 14


def test_an_old_secret_is_forgotten(endpoint, clock):
    endpoints.rotate(endpoint, now=clock.now)
    purging.purge(clock.turn(DAY - SECOND))
    assert fresh(endpoint).old_secret != ""

    purging.purge(clock.turn(SECOND))
    assert (fresh(endpoint).old_secret, fresh(endpoint).old_secret_until) == ("", None)
