"""From the start to the last batch: killed anywhere, checked again, each recipient once."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from saleor_customer_groups import events
from saleor_customer_groups.broadcasts import control, queries, sending, statements
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import (
    Broadcast,
    BroadcastBatch,
    BroadcastRecipient,
    OutboxEvent,
)

from .conftest import YES, Killed, addresses, batches, gid, outcomes, send, told

pytestmark = pytest.mark.django_db
LATER = sending.LEASE + timedelta(seconds=1)


@pytest.fixture
def crowd(vip, customer):
    """Eleven VIPs, of whom two do not accept marketing."""
    metadata = [{} if number % 5 == 4 else YES for number in range(11)]
    people = [
        customer(f"person{number}", first_name=f"P{number}", metadata=one)
        for number, one in enumerate(metadata)
    ]
    membership.add(vip, [one.pk for one in people], source="manual")
    return people


def assert_whole(broadcast) -> None:
    """B2: finished means that everybody is in one batch or skipped; and events say the same."""
    counts = queries.counts(broadcast.pk)
    assert queries.find(broadcast.pk).status == "finished"
    assert counts.pending == 0
    assert counts.recipients == counts.requested + counts.skipped == 11
    assert (counts.requested, dict(counts.reasons)) == (9, {"no_consent": 2})
    assert len(addresses()) == len(set(addresses())) == 9
    numbers = [batch["batch"] for batch in batches()]
    assert numbers == list(range(1, len(numbers) + 1))
    rows = BroadcastBatch.objects.order_by("number")
    assert [(row.number, row.size) for row in rows] == [
        (batch["batch"], len(batch["recipients"])) for batch in batches()
    ]
    kept = OutboxEvent.objects.filter(name="broadcast.batch_requested").order_by("id")
    assert [row.uid for row in rows] == [row.uid for row in kept]
    assert len(told("broadcast.started")) == len(told("broadcast.finished")) == 1


@pytest.mark.parametrize("size", [1, 3, 100])
def test_b2_everybody_is_in_one_batch_or_skipped(crowd, draft, chunk_of, size):
    chunk_of(size)
    broadcast = draft(text="Dear {{ customer.first_name }}")

    send(broadcast)

    assert_whole(broadcast)
    [event] = told("broadcast.finished")
    assert event["data"]["skipped"] == {"no_consent": 2}
    assert (event["data"]["recipients"], event["data"]["requested"]) == (11, 9)


class KillsAt:
    """Kills the process before the statement of this number is done. The rollback is not killed:
    it is what the database does by itself.
    """

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == -1:
            raise Killed
        return execute(sql, params, many, context)


def run_killed_at(broadcast, number: int, now) -> bool:
    """Whether it was killed."""
    with connection.execute_wrapper(KillsAt(number)):
        try:
            sending.run(broadcast.pk, now=now)
        except Killed:
            return True
    return False


@pytest.mark.django_db(transaction=True)
def test_b1_killed_before_any_statement_it_goes_on_where_it_was(crowd, draft, chunk_of):
    """A kill at the first statement, then at the second one after that, and so on."""
    chunk_of(1)
    broadcast = draft()
    now = timezone.now()
    control.start(broadcast.pk, now=now)
    kills = 0
    while queries.find(broadcast.pk).status == "sending":
        now += LATER
        Broadcast.objects.update(attempts=0)  # or it would be held: see below
        kills += run_killed_at(broadcast, kills, now)

    assert kills >= 15
    assert_whole(broadcast)


@pytest.mark.parametrize("number", range(0, 45, 2))
def test_b1_killed_once_before_a_statement(crowd, draft, chunk_of, number):
    chunk_of(4)
    broadcast = draft()
    now = timezone.now()
    control.start(broadcast.pk, now=now)

    run_killed_at(broadcast, number, now)
    sending.run(broadcast.pk, now=now + LATER)

    assert_whole(broadcast)


def test_b1_paused_and_resumed_between_the_chunks(crowd, draft, chunk_of, monkeypatch):
    chunk_of(2)
    broadcast = draft()
    control.start(broadcast.pk)
    request_some = sending._request_some
    pauses = []

    def pausing(number):
        more = request_some(number)
        if len(pauses) < 4:
            control.pause(number)
            pauses.append(1)
        return more

    monkeypatch.setattr(sending, "_request_some", pausing)
    while sending.run(broadcast.pk).status == "paused":
        control.resume(broadcast.pk)

    assert len(pauses) == 4
    assert_whole(broadcast)


def test_a_task_that_comes_twice_finds_nothing_to_do(crowd, draft):
    broadcast = draft()
    control.start(broadcast.pk)
    Broadcast.objects.update(leased_until=timezone.now() + timedelta(minutes=1))

    assert sending.run(broadcast.pk).status == "sending"  # somebody has it
    assert not BroadcastRecipient.objects.exists()
    Broadcast.objects.update(leased_until=timezone.now())
    sending.run(broadcast.pk)
    sending.run(broadcast.pk)

    assert_whole(broadcast)
    assert sending.run(0) is None


def test_the_sweep_takes_over_what_a_killed_task_left(crowd, draft, started):
    broadcast = draft()
    now = timezone.now()
    control.start(broadcast.pk, now=now)
    run_killed_at(broadcast, 8, now)
    leased = queries.find(broadcast.pk).leased_until

    assert control.sweep(leased - timedelta(seconds=1)) == 0
    assert control.sweep(leased) == 1
    assert started == [broadcast.pk]


def test_five_times_without_getting_on_it_is_held_and_asks(crowd, draft, caplog):
    broadcast = draft()
    now = timezone.now()
    control.start(broadcast.pk, now=now)
    for _ in range(sending.ATTEMPTS):
        assert run_killed_at(broadcast, 1, now)
        now += LATER

    assert sending.run(broadcast.pk, now=now).status == "held"
    because = "It was begun 5 times without getting on; the log tells more."
    assert queries.find(broadcast.pk).held_because == because
    assert told("broadcast.held")[0]["data"]["because"] == because

    send(broadcast)
    assert_whole(broadcast)


def test_an_error_names_nobody_in_the_log_and_the_sweep_tries_again(
    crowd, draft, monkeypatch, caplog
):
    broadcast = draft()
    now = timezone.now()
    control.start(broadcast.pk, now=now)
    with monkeypatch.context() as patched:

        def fail(*arguments):
            raise ValueError("canary@example.com")

        patched.setattr(statements, "settling", fail)
        with caplog.at_level(logging.DEBUG):
            assert sending.run(broadcast.pk, now=now).status == "sending"

    assert "canary" not in caplog.text
    [record] = [one for one in caplog.records if one.name == sending.__name__]
    assert record.getMessage().startswith(f"Broadcast {broadcast.pk}: ValueError in ")
    assert sending.run(broadcast.pk, now=now + LATER).status == "finished"
    assert_whole(broadcast)


def test_what_cannot_go_on_is_held_with_its_reason(crowd, vip, draft):
    broadcast = draft()
    control.start(broadcast.pk)
    type(vip).objects.filter(pk=vip.pk).delete()  # past all guards

    assert sending.run(broadcast.pk).status == "held"
    assert queries.find(broadcast.pk).held_because == "The group VIP was deleted."


def frozen(broadcast) -> None:
    """Its audience is frozen and nothing requested yet."""
    control.start(broadcast.pk)
    sending._freeze(broadcast.pk)
    Broadcast.objects.update(leased_until=timezone.now())


class TestBetweenFreezingAndBatch:
    def change(self, customer, **fields) -> None:
        get_user_model().objects.filter(pk=customer.pk).update(**fields)

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"metadata": {}}, "no_consent"),
            ({"metadata": {"marketing": "false"}}, "no_consent"),
            ({"is_active": False}, "inactive"),
            ({"email": ""}, "no_address"),
            ({"email": "BOB@example.com"}, "duplicate"),
        ],
    )
    def test_b4_what_changed_is_seen_when_the_batch_is_made(self, members, draft, fields, reason):
        broadcast = draft()
        frozen(broadcast)
        alice = members[0]
        self.change(alice, **fields)

        sending.run(broadcast.pk)

        assert outcomes(broadcast)[alice.pk] == ("skipped", reason)
        assert addresses() == ["bob@example.com", "charlie@example.com"]
        assert queries.find(broadcast.pk).status == "finished"
        assert told("broadcast.started")[0]["data"]["reached"] == 3
        assert told("broadcast.finished")[0]["data"]["skipped"] == {reason: 1}

    def test_b4_a_customer_who_was_deleted_without_a_word(self, members, draft):
        broadcast = draft()
        frozen(broadcast)
        alice_id = members[0].pk
        members[0].delete()

        sending.run(broadcast.pk)

        assert outcomes(broadcast)[alice_id] == ("skipped", "deleted")
        assert addresses() == ["bob@example.com", "charlie@example.com"]

    @pytest.mark.parametrize("size", [1, 100])
    def test_a_new_address_is_the_one_that_is_written_to_and_once(
        self, customer, draft, chunk_of, size
    ):
        chunk_of(size)
        people = [
            customer(name, metadata={**YES, "line": name}) for name in ("Ua", "Ub", "Uc", "Ud")
        ]
        broadcast = draft(channel="line", customer_ids=[one.pk for one in people])
        frozen(broadcast)
        self.change(people[0], metadata={**YES, "line": "new"})
        self.change(people[2], metadata={**YES, "line": "new"})

        sending.run(broadcast.pk)

        assert addresses() == ["new", "Ub", "Ud"]
        assert outcomes(broadcast)[people[2].pk] == ("skipped", "duplicate")

    def test_b4_who_accepts_only_afterwards_is_not_added(self, members, customer, vip, draft):
        dora = customer("Dora")
        membership.add(vip, [dora.pk], source="manual")
        broadcast = draft()
        frozen(broadcast)
        self.change(dora, metadata=YES)

        sending.run(broadcast.pk)

        assert outcomes(broadcast)[dora.pk] == ("skipped", "no_consent")

    def test_who_leaves_the_group_is_written_to(self, members, vip, draft):
        broadcast = draft()
        frozen(broadcast)
        membership.remove(vip, [members[0].pk], source="manual")

        sending.run(broadcast.pk)

        assert len(addresses()) == 3

    def test_a_name_that_makes_it_too_long_is_skipped(self, members, draft):
        broadcast = draft(text="{{ customer.first_name }}" * 600)
        frozen(broadcast)
        self.change(members[1], first_name="B" * 200)

        sending.run(broadcast.pk)

        assert outcomes(broadcast)[members[1].pk] == ("skipped", "cannot_be_rendered")
        assert addresses() == ["alice@example.com", "charlie@example.com"]

    def test_an_address_that_makes_it_too_long_is_skipped(self, customer, draft):
        alice = customer("Alice", metadata={**YES, "push": "\x01ł\n" * 330})
        broadcast = draft(channel="push", customer_ids=[alice.pk], text="x" * 15_900)

        assert send(broadcast).status == "finished"
        assert addresses() == [] or len(events.written(batches()[0]).encode()) < 20_000


def test_a_batch_says_all_that_a_sender_needs(members, draft):
    broadcast = draft(title="{{ customer.first_name }}!", text="For {{ group.name }}")
    send(broadcast)

    [event] = told("broadcast.batch_requested")
    assert set(event) == {"type", "version", "timestamp", "data"}
    assert event["data"] == {
        "broadcast": events.broadcast_id(broadcast.pk),
        "batch": 1,
        "channel": "email",
        "format": "plain",
        "title": None,
        "text": "For VIP",
        "recipients": [
            {
                "customer": gid(one),
                "address": one.email,
                "title": f"{one.first_name}!",
                "text": None,
            }
            for one in members
        ],
    }
    assert (
        OutboxEvent.objects.get(name="broadcast.batch_requested").subject
        == (event["data"]["broadcast"])
    )


def test_no_body_is_larger_than_twenty_thousand_bytes(vip, customer, draft):
    people = [customer(f"person{n}", first_name="Ł" * 20, metadata=YES) for n in range(230)]
    membership.add(vip, [one.pk for one in people], source="manual")
    send(draft(text="Dear {{ customer.first_name }}, " + "ż" * 400))
    send(draft(text="Dear all"))

    assert len(addresses()) == 460
    sizes = [len(row.body.encode()) for row in OutboxEvent.objects.all()]
    assert max(sizes) <= 20_000
    assert [len(batch["recipients"]) for batch in batches()][-3:] == [100, 100, 30]
    assert {len(batch["recipients"]) for batch in batches()[:-4]} == {21}


def test_a_group_of_nobody_is_finished_at_once(vip, draft):
    broadcast = send(draft())

    assert broadcast.status == "finished"
    assert [one["type"] for one in told()] == ["broadcast.started", "broadcast.finished"]


@pytest.mark.parametrize("what", ["group", "rule"])
def test_a_chunk_takes_the_same_statements_for_one_and_for_hundreds(
    vip, customer, draft, chunk_of, counted, what
):
    rule = {"in_group": {"one_of": [vip.pk]}}
    numbers = []
    for size in (1, 300):
        people = [customer(f"person{size}-{number}", metadata=YES) for number in range(size)]
        membership.add(vip, [one.pk for one in people], source="manual")
        chunk_of(1_000)
        text = "{{ customer.first_name }}" + "x" * 1_000
        broadcast = draft(text=text, **({"rule": rule} if what == "rule" else {}))
        control.start(broadcast.pk)
        with counted() as freezing:
            sending._freeze(broadcast.pk)
        with counted() as requesting:
            assert sending._request_some(broadcast.pk)
        with counted() as finishing:
            assert not sending._request_some(broadcast.pk)
        numbers.append((len(freezing), len(requesting), len(finishing)))

    assert queries.find(broadcast.pk).batches > 10
    assert numbers[0] == numbers[1]
    assert numbers[0][1] == 7


def test_all_about_one_broadcast_says_nothing_of_another(crowd, draft):
    one, other = draft(), draft(title="Other")
    send(one)
    send(other)

    assert queries.counts(one.pk) == queries.counts(other.pk)
    assert queries.counts(one.pk).requested == 9
    assert [found.title for found in queries.overview()] == ["Other", "Sale"]
