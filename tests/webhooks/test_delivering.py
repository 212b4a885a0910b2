"""Delivering: order, retries, outages, and what is written down of it."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups import events
from saleor_customer_groups.models import (
    DeliveryAttempt,
    OutboxEvent,
    WebhookDelivery,
    WebhookEndpoint,
)
from saleor_customer_groups.webhooks import (
    deliveries,
    delivering,
    endpoints,
    outbox,
    schedule,
    watching,
)
from saleor_customer_groups.webhooks.answers import Answer

from .conftest import (
    BUSY,
    DAY,
    DOWN,
    HOUR,
    OK,
    REJECTED,
    SECOND,
    Receiver,
    Said,
    fresh,
    happen,
    message_ids,
    send,
    states,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def live(endpoint, receiver, clock, span, step=MINUTE):
    """Let the sweep run for this long: it watches, and delivers to who is due."""
    end = clock.now + span
    while clock.now < end:
        clock.turn(step)
        watching.watch(clock.now)
        outbox.dispatch([deliveries.fan_out])
        send(endpoint, receiver, clock)


def test_it_delivers_what_happened_in_order(endpoint, receiver, clock):
    happen(("a", 1), ("b", 1), ("a", 2))

    send(endpoint, receiver, clock)

    assert receiver.heard == [("a", 1), ("a", 2), ("b", 1)]
    assert states(endpoint) == {"delivered": 3}
    assert fresh(endpoint).last_delivered_at == clock.now
    assert fresh(endpoint).lease is None


def test_only_those_who_asked_for_it_hear_it(receiver, clock, db, started):
    every = endpoints.create("All", "https://a.example.com").endpoint
    some = endpoints.create("Some", "https://b.example.com", names=["group.created"]).endpoint
    other = endpoints.create("Other", "https://c.example.com", names=["ping.sent"]).endpoint
    off = endpoints.disable(endpoints.create("Off", "https://d.example.com").endpoint)

    happen(("a", 1))

    written = list(WebhookDelivery.objects.values_list("endpoint", flat=True))
    assert sorted(written) == [every.pk, some.pk]
    assert states(other) == states(off) == {}


@pytest.mark.django_db(transaction=True)
def test_the_endpoints_are_started_after_the_commit(endpoint, started):
    happen(("a", 1), ("a", 2))

    assert started == [endpoint.pk]


def test_an_event_that_is_dispatched_again_is_written_once(endpoint):
    happen(("a", 1))
    deliveries.fan_out({"group.created": [OutboxEvent.objects.get().pk]})

    assert states(endpoint) == {"pending": 1}


def test_a_failed_event_holds_up_its_own_subject_only(endpoint, receiver, clock):
    happen(("a", 1), ("b", 1), ("a", 2), ("b", 2))
    receiver.answer = lambda room, number: REJECTED if room == "a" else OK

    send(endpoint, receiver, clock)
    assert receiver.heard == [("b", 1), ("b", 2)]
    assert len(receiver.calls) == 3

    receiver.answer = OK
    clock.turn(5 * SECOND)
    send(endpoint, receiver, clock)
    assert receiver.heard[2:] == [("a", 1), ("a", 2)]


def test_the_schedule_is_kept_and_has_more_than_75_hours(endpoint, receiver, clock):
    happen(("a", 1))
    receiver.answer = REJECTED
    began, tries = clock.now, []
    for _ in range(10):
        send(endpoint, receiver, clock)
        tries.append(clock.now - began)
        clock.turn(WebhookDelivery.objects.get().due_at - clock.now - SECOND)
        send(endpoint, receiver, clock)
        assert len(receiver.calls) == len(tries)
        clock.turn(SECOND)

    total = timedelta()
    for delay, at in zip(schedule.DELAYS, tries[1:], strict=True):
        total += delay
        assert at == total
    assert total == timedelta(hours=75, minutes=35, seconds=5)
    assert set(receiver.ids) == set(message_ids())


def test_what_only_one_subject_fails_at_is_given_up_at_the_end(endpoint, receiver, clock):
    receiver.answer = lambda room, number: REJECTED if (room, number) == ("a", 1) else OK
    happen(("a", 1), ("a", 2))
    send(endpoint, receiver, clock)
    happen(("b", 1))
    for _ in range(10):
        clock.turn(DAY)
        send(endpoint, receiver, clock)

    assert receiver.heard == [("b", 1), ("a", 2)]
    assert states(endpoint) == {"delivered": 2, "failed": 1}
    assert WebhookDelivery.objects.get(state="failed").attempts == 10
    assert fresh(endpoint).failing_since is None


def test_nothing_is_given_up_while_nothing_gets_through(endpoint, receiver, clock):
    receiver.answer = REJECTED
    happen(("a", 1))
    for _ in range(20):
        send(endpoint, receiver, clock)
        clock.turn(DAY)

    assert states(endpoint) == {"pending": 1}
    assert WebhookDelivery.objects.get().attempts == 20


def test_a_dead_endpoint_is_probed_by_one_call_at_a_time(endpoint, receiver, clock):
    happen(*[(f"room{number}", 1) for number in range(50)])
    receiver.answer = DOWN

    send(endpoint, receiver, clock)
    assert len(receiver.calls) == schedule.TROUBLE
    assert fresh(endpoint).paused_until == clock.now + timedelta(seconds=30)

    gaps = []
    for _ in range(9):
        before = clock.now
        clock.turn(fresh(endpoint).paused_until - clock.now - SECOND)
        send(endpoint, receiver, clock)
        assert len(receiver.calls) == schedule.TROUBLE + len(gaps)
        clock.turn(SECOND)
        send(endpoint, receiver, clock)
        gaps.append(clock.now - before)
        assert len(receiver.calls) == schedule.TROUBLE + len(gaps)
    assert gaps == [*schedule.PAUSES, schedule.PAUSES[-1], schedule.PAUSES[-1]]


def test_the_first_success_lets_everything_go(endpoint, receiver, clock):
    happen(*[(f"room{number}", 1) for number in range(20)])
    receiver.answer = DOWN
    send(endpoint, receiver, clock)
    live(endpoint, receiver, clock, 3 * HOUR)
    receiver.answer = OK

    clock.turn(schedule.PAUSES[-1])
    send(endpoint, receiver, clock)

    assert len(receiver.heard) == 20
    assert (fresh(endpoint).trouble, fresh(endpoint).paused_until) == (0, None)


def test_failures_of_single_events_pause_nothing(endpoint, receiver, clock):
    happen(*[(f"room{number}", 1) for number in range(20)])
    receiver.answer = REJECTED

    send(endpoint, receiver, clock)

    assert len(receiver.calls) == 20
    assert fresh(endpoint).paused_until is None


@pytest.mark.parametrize(
    ("given", "waits"),
    [("120", 120), ("86400", 3600), ("Sun, 01 Mar 2026 12:10:00 GMT", 600), ("soon", None)],
)
def test_w8_retry_after_is_kept_within_an_hour(given, waits, endpoint, receiver, clock):
    happen(("a", 1), ("b", 1))
    receiver.answer = Answer(status=429, headers={"retry-after": given})

    send(endpoint, receiver, clock)

    paused = fresh(endpoint).paused_until
    if waits is None:
        assert paused is None
        assert len(receiver.calls) == 2
    else:
        assert paused == clock.now + waits * SECOND
        assert len(receiver.calls) == 1
        clock.turn((waits - 1) * SECOND)
        send(endpoint, receiver, clock)
        assert len(receiver.calls) == 1


def test_w8_410_switches_off_and_keeps_what_is_pending(endpoint, receiver, clock):
    happen(("a", 1), ("b", 1))
    receiver.answer = Answer(status=410)

    send(endpoint, receiver, clock)

    off = fresh(endpoint)
    assert (off.off_since, off.off_reason) == (clock.now, "gone")
    assert len(receiver.calls) == 1
    assert states(endpoint) == {"pending": 2}
    told = OutboxEvent.objects.get(name="endpoint.disabled")
    assert '"reason":"gone"' in told.body


@pytest.mark.any_host
def test_w1_a_day_of_refusal_loses_nothing_and_keeps_the_order(endpoint, receiver, clock):
    rooms = [f"room{number}" for number in range(7)]
    numbers = dict.fromkeys(rooms, 0)
    said = []
    receiver.answer = BUSY
    dice = random.Random(1)

    def speak(count):
        for room in dice.choices(rooms, k=count):
            numbers[room] += 1
            said.append((room, numbers[room]))
        happen(*said[-count:])

    for _ in range(25):
        speak(10)
        live(endpoint, receiver, clock, HOUR, step=5 * MINUTE)
    assert receiver.heard == []
    assert fresh(endpoint).alerted_at is not None

    receiver.answer = OK
    speak(3)
    live(endpoint, receiver, clock, HOUR, step=5 * MINUTE)

    assert len(receiver.heard) == len(said) + 1  # and the alert itself
    for room in rooms:
        assert [n for r, n in receiver.heard if r == room] == list(range(1, numbers[room] + 1))


@pytest.mark.any_host
def test_w2_random_failures_leave_no_gap_and_no_disorder(clock, db):
    dice = random.Random(2)
    receivers = {}
    for number in range(4):
        created = endpoints.create(f"E{number}", f"https://e{number}.example.com").endpoint
        flaky = Receiver(lambda room, n: dice.choice([OK, OK, OK, OK, BUSY]))
        receivers[created] = flaky
    for number in range(1, 51):
        happen(("a", number), ("b", number))

    for _ in range(300):
        for endpoint, flaky in receivers.items():
            send(endpoint, flaky, clock)
        clock.turn(HOUR)

    for flaky in receivers.values():
        assert len(flaky.calls) > 100
        for room in ("a", "b"):
            assert [n for r, n in flaky.heard if r == room] == list(range(1, 51))


@pytest.mark.any_host
def test_w10_five_days_of_failing(endpoint, receiver, clock, caplog):
    receiver.answer = DOWN
    began = clock.now
    happen(("a", 1), ("a", 2))
    live(endpoint, receiver, clock, DAY, step=10 * MINUTE)
    live(endpoint, receiver, clock, 4 * DAY, step=HOUR)
    warned = [record for record in caplog.records if "has failed since" in record.message]
    assert len(warned) == 4
    assert fresh(endpoint).is_on

    live(endpoint, receiver, clock, 2 * HOUR, step=HOUR)

    off = fresh(endpoint)
    assert off.off_reason == "failing"
    assert off.off_since - began < 5 * DAY + 2 * HOUR
    assert OutboxEvent.objects.filter(name="endpoint.failing").count() == 4
    calls = len(receiver.calls)
    happen(("a", 3), ("a", 4))
    live(endpoint, receiver, clock, DAY, step=HOUR)
    assert len(receiver.calls) == calls
    assert watching.overdue(clock.now) == 0

    receiver.answer = OK
    endpoints.enable(endpoint)
    happen(("a", 5))
    send(endpoint, receiver, clock)

    assert [n for room, n in receiver.heard if room == "a"] == [1, 2, 3, 4, 5]
    assert fresh(endpoint).failing_since is None


def test_an_alert_comes_after_a_day_and_not_before(endpoint, receiver, clock):
    receiver.answer = DOWN
    happen(("a", 1))
    send(endpoint, receiver, clock)

    assert watching.watch(clock.turn(DAY - SECOND)) == 0
    assert watching.watch(clock.turn(SECOND)) == 1
    assert watching.watch(clock.turn(DAY - SECOND)) == 0
    told = OutboxEvent.objects.get(name="endpoint.failing")
    assert "2026-03-06T12:00:00" in told.body
    assert events.endpoint_id(endpoint.pk) == told.subject


def test_what_works_again_in_between_is_not_switched_off(endpoint, receiver, clock):
    for _ in range(10):
        receiver.answer = DOWN
        happen(("a", 1))
        send(endpoint, receiver, clock)
        clock.turn(DAY - HOUR)
        receiver.answer = OK
        send(endpoint, receiver, clock)
        assert watching.watch(clock.turn(HOUR)) == 0

    assert fresh(endpoint).is_on


def test_w3_who_waits_is_parked_in_sight_and_never_overdue(endpoint, receiver, clock):
    happen(*[(f"room{number}", n) for n in (1, 2) for number in range(20)])
    receiver.answer = DOWN
    for _ in range(200):
        send(endpoint, receiver, clock)
        clock.turn(timedelta(minutes=9))
        assert watching.overdue(clock.now) == 0
    assert fresh(endpoint).last_error == "No connection, or it broke."

    clock.turn(DAY)
    assert watching.overdue(clock.now) == 20


def test_a_body_is_written_down_before_and_its_outcome_after(endpoint, clock):
    happen(("a", 1))
    seen = []

    def look(url, body, headers):
        seen.append(DeliveryAttempt.objects.values_list("outcome", "took_ms").get())
        return Answer(status=201, headers={"x-who": "till\0"}, text="hello\0" * 2000, took_ms=7)

    delivering.deliver(endpoint.pk, look, clock=clock)

    assert seen == [("unknown", None)]
    row = DeliveryAttempt.objects.get()
    assert (row.outcome, row.status, row.took_ms, row.error) == ("delivered", 201, 7, "")
    assert row.answer_headers == {"x-who": "till\ufffd"}
    assert (len(row.answer), row.answer[:7]) == (4096, "hello\ufffdh")
    assert row.sent_headers["webhook-id"] == message_ids()[0]
    assert row.url == endpoint.url


def test_a_sender_that_breaks_is_a_failed_try(endpoint, clock, caplog):
    happen(("a", 1))

    def breaks(url, body, headers):
        raise KeyError("something")

    delivering.deliver(endpoint.pk, breaks, clock=clock)

    row = DeliveryAttempt.objects.get()
    assert (row.outcome, row.error) == ("failed", "KeyError: the log tells more.")
    assert fresh(endpoint).lease is None


def test_a_secret_that_cannot_be_read_is_a_failed_try_without_a_call(
    endpoint, receiver, clock, settings
):
    happen(("a", 1))
    settings.SECRET_KEY = "another"

    send(endpoint, receiver, clock)

    assert receiver.calls == []
    assert "SECRET_KEY has changed" in DeliveryAttempt.objects.get().error
    assert "SECRET_KEY has changed" in fresh(endpoint).last_error


def test_who_has_the_lease_works_and_the_others_return(endpoint, receiver, clock):
    happen(("a", 1), ("a", 2))

    def meanwhile(url, body, headers):
        assert delivering.deliver(endpoint.pk, receiver, clock=clock) is False
        return OK

    delivering.deliver(endpoint.pk, meanwhile, clock=clock)

    assert receiver.calls == []
    assert states(endpoint) == {"delivered": 2}


def test_a_lease_that_ran_out_is_taken_and_its_holder_stops(endpoint, receiver, clock):
    happen(("a", 1), ("b", 1))

    def sleeps(url, body, headers):
        clock.turn(delivering.LEASE)
        send(endpoint, receiver, clock)
        return OK

    delivering.deliver(endpoint.pk, sleeps, clock=clock)

    assert receiver.heard == [("a", 1), ("b", 1)]
    assert states(endpoint) == {"delivered": 2}
    assert DeliveryAttempt.objects.filter(outcome="delivered").count() == 3


@pytest.mark.parametrize("act", ["disable", "delete", "update"])
def test_what_the_merchant_does_meanwhile_counts_from_the_next_call(act, endpoint, receiver, clock):
    happen(("a", 1), ("a", 2))
    acts = {
        "disable": lambda: endpoints.disable(endpoint),
        "delete": lambda: endpoints.delete(endpoint),
        "update": lambda: endpoints.update(endpoint, url="https://new.example.com/"),
    }

    def meanwhile(url, body, headers):
        if not receiver.calls:
            acts[act]()
        return receiver(url, body, headers)

    delivering.deliver(endpoint.pk, meanwhile, clock=clock)

    urls = [url for url, _, _ in receiver.calls]
    expected = [endpoint.url, "https://new.example.com/"] if act == "update" else [endpoint.url]
    assert urls == expected
    assert WebhookEndpoint.objects.count() == (act != "delete")


def test_a_turn_is_bounded_and_says_that_there_is_more(endpoint, receiver, clock, monkeypatch):
    monkeypatch.setattr(delivering, "RUN_CALLS", 3)
    happen(*[("a", number) for number in range(1, 8)])

    more = [delivering.deliver(endpoint.pk, receiver, clock=clock) for _ in range(4)]

    assert more == [True, True, False, False]
    assert [number for _, number in receiver.heard] == [1, 2, 3, 4, 5, 6, 7]


def test_a_slow_endpoint_gives_its_worker_back(endpoint, clock):
    happen(*[("a", number) for number in range(1, 8)])

    def slow(url, body, headers):
        clock.turn(12 * SECOND)
        return OK

    assert delivering.deliver(endpoint.pk, slow, clock=clock) is True
    assert states(endpoint) == {"delivered": 3, "pending": 4}


def test_a_busy_subject_lets_the_others_have_their_turn(endpoint, receiver, clock, monkeypatch):
    monkeypatch.setattr(delivering, "IN_A_ROW", 2)
    happen(("a", 1), ("a", 2), ("a", 3), ("b", 1))

    send(endpoint, receiver, clock)

    assert receiver.heard == [("a", 1), ("a", 2), ("b", 1), ("a", 3)]


def test_what_comes_while_the_worker_gives_up_its_lease_is_not_forgotten(
    endpoint, receiver, clock, monkeypatch
):
    """It is written after the worker's last look, and its own task is turned away by the lease."""
    work = delivering._work

    def and_then(run):
        work(run)
        happen(("a", 2))
        assert delivering.deliver(endpoint.pk, receiver, clock=clock) is False

    happen(("a", 1))
    monkeypatch.setattr(delivering, "_work", and_then)

    assert delivering.deliver(endpoint.pk, receiver, clock=clock) is True


def test_the_sweep_starts_who_has_something_due_and_nobody_else(clock, db, started):
    made = {
        name: endpoints.create(name, f"https://{name}.example.com").endpoint
        for name in ("due", "idle", "later", "paused", "off", "leased", "abandoned")
    }
    happen(("a", 1))
    WebhookDelivery.objects.filter(endpoint=made["idle"]).delete()
    WebhookDelivery.objects.filter(endpoint=made["later"]).update(due_at=clock.now + SECOND)
    rows = WebhookEndpoint.objects
    rows.filter(pk=made["paused"].pk).update(paused_until=clock.now + SECOND)
    endpoints.disable(made["off"])
    lease = made["off"].deliveries.get().event.uid
    rows.filter(pk=made["leased"].pk).update(lease=lease, leased_until=clock.now + SECOND)
    rows.filter(pk=made["abandoned"].pk).update(lease=lease, leased_until=clock.now)
    started.clear()

    assert delivering.start_due(clock.now) == 2

    assert sorted(started) == sorted([made["due"].pk, made["abandoned"].pk])
    assert delivering.start_due(clock.turn(SECOND)) == 5


def test_a_large_body_is_said_aloud_and_sent(endpoint, receiver, clock, caplog):
    happen(("a" * 100, 1))
    OutboxEvent.objects.update(body='{"data":{"room":"' + "a" * 20_000 + '"}}')

    send(endpoint, receiver, clock)

    assert len(receiver.heard) == 1
    assert "has a body of 20020 bytes" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_one_more_send_is_four_statements_and_one_commit(endpoint, receiver, clock):
    def statements(count):
        happen(*[("a", number) for number in range(count)])
        with CaptureQueriesContext(connection) as captured:
            send(endpoint, receiver, clock)
        return len(captured)

    five, six = statements(5), statements(6)

    assert len(receiver.heard) == 11
    assert six - five == 4 + len(["BEGIN", "COMMIT"])


@pytest.mark.parametrize("count", [1, 10, 100])
def test_dispatching_takes_the_same_statements_for_any_number(
    count, endpoint, django_assert_num_queries
):
    outbox.record(Said("a", number) for number in range(count))
    savepoints = 2  # the test's own transaction is around it, for the last, empty look too

    with django_assert_num_queries(2 * (2 + savepoints) + 1):
        outbox.dispatch([deliveries.fan_out])

    assert states(endpoint) == {"pending": count}
