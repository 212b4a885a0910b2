"""Workers, clocks and people who do things at the same time, each on a connection of their own."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.db import transaction
from django.utils import timezone

from saleor_customer_groups.broadcasts import control, erasure, queries, reporting, sending
from saleor_customer_groups.broadcasts.reporting import Result
from saleor_customer_groups.errors import InUse, InvalidInput, Refused
from saleor_customer_groups.groups import deleting, membership
from saleor_customer_groups.models import (
    Broadcast,
    BroadcastRecipient,
    CustomerGroup,
    OutboxEvent,
)
from tests.groups.conftest import PATIENCE
from tests.groups.test_membership_at_once import wait_until_somebody_waits_for_a_lock

from .conftest import YES, addresses, batches, gid, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(vip, customer, chunk_of):
    """Thirty VIPs, of whom three are a chunk."""
    people = [customer(f"person{number}", metadata=YES) for number in range(30)]
    membership.add(vip, [one.pk for one in people], source="manual")
    chunk_of(3)
    return people


def assert_each_once(broadcast) -> None:
    counts = queries.counts(broadcast.pk)
    assert queries.find(broadcast.pk).status == "finished"
    assert (counts.recipients, counts.requested, counts.pending) == (30, 30, 0)
    assert len(addresses()) == len(set(addresses())) == 30
    assert [batch["batch"] for batch in batches()] == list(range(1, 11))
    assert len(told("broadcast.started")) == len(told("broadcast.finished")) == 1


def test_b1_eight_workers_send_it_once(crowd, draft, at_once):
    broadcast = draft()
    control.start(broadcast.pk)

    at_once(*[partial(sending.run, broadcast.pk)] * 8)

    assert_each_once(broadcast)


def test_b1_two_who_both_believe_that_they_have_it_send_it_once(crowd, draft, at_once):
    """A worker that was taken for dead goes on beside its successor."""
    broadcast = draft()
    control.start(broadcast.pk)

    def impatient() -> None:
        Broadcast.objects.update(leased_until=timezone.now(), attempts=0)
        sending.run(broadcast.pk)

    at_once(*[impatient] * 4)
    impatient()

    assert_each_once(broadcast)


def test_b1_two_clocks_begin_it_once(crowd, draft, at_once, started):
    broadcast = draft()
    soon = timezone.now() + timedelta(minutes=1)
    control.schedule(broadcast.pk, soon)

    assert sum(at_once(*[partial(control.sweep, soon)] * 4)) >= 1

    assert queries.find(broadcast.pk).status == "sending"
    Broadcast.objects.update(leased_until=timezone.now())
    at_once(*[partial(sending.run, broadcast.pk)] * 2)
    assert_each_once(broadcast)


def test_of_two_who_start_it_one_is_refused(draft, at_once, started):
    broadcast = draft()

    def start() -> str:
        try:
            return control.start(broadcast.pk).status
        except Refused as refusal:
            return refusal.code

    answers = at_once(start, start, start)

    assert sorted(answers) in (
        ["changed_meanwhile", "changed_meanwhile", "sending"],
        ["changed_meanwhile", "sending", "wrong_status"],
        ["sending", "wrong_status", "wrong_status"],
    )
    assert started == [broadcast.pk]


def test_cancelled_or_finished_and_nothing_between(crowd, draft, at_once):
    broadcast = draft()
    control.start(broadcast.pk)

    def cancel() -> str:
        try:
            return control.cancel(broadcast.pk).status
        except Refused:
            return "too late"

    _, answer = at_once(partial(sending.run, broadcast.pk), cancel)

    broadcast.refresh_from_db()
    assert (answer, broadcast.status) in {("cancelled", "cancelled"), ("too late", "finished")}
    counts = queries.counts(broadcast.pk)
    assert counts.requested == len(addresses())
    assert len(told("broadcast.finished", "broadcast.cancelled")) == 1
    if answer == "cancelled":
        assert told("broadcast.cancelled")[0]["data"]["requested"] == counts.requested


def test_paused_and_resumed_while_it_is_sent(crowd, draft, at_once):
    broadcast = draft()
    control.start(broadcast.pk)

    def nervous() -> None:
        for act in (control.pause, control.resume) * 5:
            try:
                act(broadcast.pk)
            except Refused:
                return  # it is finished

    at_once(partial(sending.run, broadcast.pk), nervous)
    while queries.find(broadcast.pk).status == "sending":
        Broadcast.objects.update(leased_until=timezone.now())
        sending.run(broadcast.pk)

    assert_each_once(broadcast)


def test_a_group_is_deleted_or_written_to(crowd, vip, draft, at_once):
    broadcast = draft()

    def delete() -> str:
        try:
            deleting.delete_group(vip)
        except InUse:
            return "in use"
        return "deleted"

    def schedule() -> str:
        try:
            return control.schedule(broadcast.pk, timezone.now() + timedelta(days=1)).status
        except (InvalidInput, Refused):
            return "refused"

    answers = at_once(delete, schedule)

    assert answers in (["in use", "scheduled"], ["deleted", "refused"])
    assert CustomerGroup.objects.filter(pk=vip.pk).exists() == (answers[0] == "in use")


def test_one_report_that_comes_ten_times_at_once_counts_once(crowd, draft, at_once):
    broadcast = draft()
    control.start(broadcast.pk)
    sending.run(broadcast.pk)
    results = [Result(gid(one), "sent") for one in crowd[:3]]

    answers = at_once(*[partial(reporting.report, broadcast.pk, 1, results)] * 10)

    assert sorted(answer.changed for answer in answers) == [0] * 9 + [3]
    assert queries.counts(broadcast.pk).sent == 3


def test_who_is_erased_while_the_batch_is_made_is_in_no_event(crowd, draft, at_once):
    """The erasure waits for the batch, and then takes the recipient out of its event."""
    broadcast = draft()
    control.start(broadcast.pk)
    sending._freeze(broadcast.pk)
    made = Event()

    def send() -> None:
        with transaction.atomic():
            ids = list(BroadcastRecipient.objects.order_by("id")[:3].select_for_update())
            sending._request(queries.find(broadcast.pk), {one.customer_id: one.pk for one in ids})
            made.set()
            wait_until_somebody_waits_for_a_lock()

    def erase() -> int:
        assert made.wait(PATIENCE)
        return erasure.forget([crowd[0].pk])

    assert at_once(send, erase)[1] == 1

    [batch] = batches()
    assert [one["customer"] for one in batch["recipients"]] == [gid(one) for one in crowd[1:3]]
    assert crowd[0].email not in OutboxEvent.objects.get(name="broadcast.batch_requested").body


def test_customers_are_erased_while_they_are_written_to(crowd, draft, at_once):
    broadcast = draft()
    control.start(broadcast.pk)
    gone = [one.pk for one in crowd[::3]]

    def erase(customer_ids) -> None:
        for number in customer_ids:
            type(crowd[0]).objects.filter(pk=number).delete()
            erasure.forget([number])

    at_once(partial(sending.run, broadcast.pk), partial(erase, gone[:5]), partial(erase, gone[5:]))
    erasure.forget_the_gone()

    assert queries.find(broadcast.pk).status == "finished"
    assert queries.counts(broadcast.pk).pending == 0
    assert not BroadcastRecipient.objects.filter(customer_id__in=gone).exists()
    assert set(addresses()).isdisjoint(f"person{number}@example.com" for number in range(0, 30, 3))
    assert len(addresses()) == len(set(addresses())) == 20
