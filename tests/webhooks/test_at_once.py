"""Deliveries at the same time, on connections of their own."""

from __future__ import annotations

from functools import partial
from threading import Barrier, Event

import pytest
from django.utils import timezone

from saleor_customer_groups.models import DeliveryAttempt, WebhookDelivery
from saleor_customer_groups.webhooks import deliveries, delivering, endpoints, outbox, replaying
from tests.groups.conftest import PATIENCE

from .conftest import OK, Receiver, Said, happen, states

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_workers_of_one_endpoint_send_each_event_once_and_in_order(
    endpoint, receiver, at_once
):
    happen(*[(f"room{number % 3}", number) for number in range(60)])

    at_once(*[partial(delivering.deliver, endpoint.pk, receiver)] * 8)
    while delivering.deliver(endpoint.pk, receiver):
        pass

    assert len(receiver.calls) == 60
    for room in range(3):
        numbers = [number for where, number in receiver.heard if where == f"room{room}"]
        assert numbers == sorted(numbers)
    assert DeliveryAttempt.objects.count() == 60


def test_eight_dispatchers_write_each_delivery_once(endpoint, at_once):
    for number in range(20):
        outbox.record([Said("a", number)])

    at_once(*[partial(outbox.dispatch, [deliveries.fan_out])] * 8)

    assert WebhookDelivery.objects.count() == 20


def test_w3_a_slow_endpoint_holds_up_nobody(db, at_once):
    """The slow one answers when the others have everything."""
    slow, *others = [
        endpoints.create(f"E{number}", f"https://e{number}.example.com").endpoint
        for number in range(6)
    ]
    happen(*[("a", number) for number in range(10)])
    all_have_it = Event()
    done = Barrier(len(others), action=all_have_it.set)

    def answer_late(url, body, headers):
        assert all_have_it.wait(PATIENCE)
        return OK

    def quick(endpoint):
        delivering.deliver(endpoint.pk, Receiver())
        done.wait(PATIENCE)

    at_once(partial(delivering.deliver, slow.pk, answer_late), *[partial(quick, e) for e in others])

    assert [states(endpoint) for endpoint in (slow, *others)] == [{"delivered": 10}] * 6


def test_switching_off_and_on_while_events_come_loses_none(endpoint, receiver, at_once):
    """Each event is either handed to it, or among what it missed."""

    def speak():
        for number in range(30):
            happen(("a", number))

    def switch():
        for _ in range(15):
            endpoints.disable(endpoint)
            endpoints.enable(endpoint)

    at_once(speak, switch)
    while delivering.deliver(endpoint.pk, receiver):
        pass

    assert receiver.heard == [("a", number) for number in range(30)]


def test_replays_and_deliveries_at_once_end_with_everything_sent(endpoint, receiver, at_once):
    began = timezone.now()
    happen(*[(f"room{number % 3}", number) for number in range(30)])
    replay = partial(replaying.replay_range, endpoint, since=began)
    work = partial(delivering.deliver, endpoint.pk, receiver)

    at_once(work, replay, work, replay, work)
    while delivering.deliver(endpoint.pk, receiver):
        pass

    assert states(endpoint) == {"delivered": 30}
    assert set(receiver.heard) == {(f"room{number % 3}", number) for number in range(30)}


def test_an_endpoint_may_be_deleted_while_events_come(endpoint, at_once):
    other = endpoints.create("Other", "https://other.example.com").endpoint

    def speak():
        for number in range(20):
            happen(("a", number))

    at_once(speak, partial(endpoints.delete, endpoint))

    assert states(other) == {"pending": 20}
    assert WebhookDelivery.objects.count() == 20
