"""States: what may be done when, what the clock does, and the events of it (B3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from saleor_customer_groups import events, tasks
from saleor_customer_groups.broadcasts import control, queries, sending
from saleor_customer_groups.errors import InUse, InvalidInput, Reference, Refused
from saleor_customer_groups.groups import deleting, references, snapshots
from saleor_customer_groups.models import Broadcast, CustomerGroup

from .conftest import addresses, batches, send, told

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def state(broadcast) -> str:
    return queries.find(broadcast.pk).status


def bring(broadcast, status: str) -> None:
    """Into this state, by the acts that lead there."""
    tomorrow = timezone.now() + timedelta(days=1)
    acts = {
        "draft": [],
        "scheduled": [lambda: control.schedule(broadcast.pk, tomorrow)],
        "held": [
            lambda: control.schedule(broadcast.pk, tomorrow),
            lambda: control.sweep(tomorrow + 2 * HOUR),
        ],
        "sending": [lambda: control.start(broadcast.pk)],
        "paused": [lambda: control.start(broadcast.pk), lambda: control.pause(broadcast.pk)],
        "finished": [lambda: send(broadcast)],
        "cancelled": [lambda: control.cancel(broadcast.pk)],
    }
    for act in acts[status]:
        act()
    assert state(broadcast) == status


ALL = ["draft", "scheduled", "held", "sending", "paused", "finished", "cancelled"]
ACTS = {
    "schedule": (["draft", "scheduled", "held"], "scheduled"),
    "unschedule": (["scheduled", "held"], "draft"),
    "start": (["draft", "scheduled", "held"], "sending"),
    "pause": (["sending"], "paused"),
    "resume": (["paused"], "sending"),
    "cancel": (["draft", "scheduled", "held", "sending", "paused"], "cancelled"),
}


def do(act: str, broadcast) -> Broadcast:
    if act == "schedule":
        return control.schedule(broadcast.pk, timezone.now() + timedelta(days=3))
    return getattr(control, act)(broadcast.pk)


@pytest.mark.parametrize("status", ALL)
@pytest.mark.parametrize("act", ACTS)
def test_what_may_be_done_in_which_state(members, draft, act, status):
    allowed, after = ACTS[act]
    broadcast = draft()
    bring(broadcast, status)
    before = told()

    if status in allowed:
        assert do(act, broadcast).status == after == state(broadcast)
        assert queries.find(broadcast.pk).held_because == ""
    else:
        with pytest.raises(Refused, match=f"“Sale” is {status}") as refusal:
            do(act, broadcast)
        assert refusal.value.code == "wrong_status"
        assert state(broadcast) == status
        assert told() == before


def test_the_events_of_a_broadcast_in_their_order(members, draft, tomorrow):
    broadcast = draft()
    control.schedule(broadcast.pk, tomorrow, actor="User:1")
    send(broadcast)

    assert [one["type"] for one in told()] == [
        "broadcast.scheduled",
        "broadcast.started",
        "broadcast.batch_requested",
        "broadcast.finished",
    ]
    gid = events.broadcast_id(broadcast.pk)
    assert told()[0]["data"] == {
        "broadcast": gid,
        "title": "Sale",
        "channel": "email",
        "scheduled_for": tomorrow.isoformat(),
        "actor": events.global_id("User", 1),
    }
    assert told()[3]["data"] == {
        "broadcast": gid,
        "recipients": 3,
        "requested": 3,
        "sent": 0,
        "failed": 0,
        "skipped": {},
    }


def test_a_moment_is_to_come_and_has_a_time_zone(draft, now):
    broadcast = draft()
    for moment, code in ((now, "past"), (datetime(2050, 1, 1), "naive")):  # noqa: DTZ001
        with pytest.raises(InvalidInput) as refusal:
            control.schedule(broadcast.pk, moment, now=now)
        assert (refusal.value.field, refusal.value.code) == ("scheduled_for", code)
    assert state(broadcast) == "draft"


def test_b3_its_time_has_come(
    members, draft, tomorrow, started, django_capture_on_commit_callbacks
):
    broadcast = draft()
    control.schedule(broadcast.pk, tomorrow)

    assert control.sweep(tomorrow - timedelta(seconds=1)) == 0
    assert (state(broadcast), started) == ("scheduled", [])
    with django_capture_on_commit_callbacks(execute=True):
        assert control.sweep(tomorrow) == 1

    assert (state(broadcast), started) == ("sending", [broadcast.pk])
    assert sending.run(broadcast.pk, now=tomorrow).status == "finished"
    assert queries.find(broadcast.pk).started_at == tomorrow


@pytest.mark.parametrize(
    ("late", "status"), [(HOUR, "sending"), (HOUR + timedelta(seconds=1), "held")]
)
def test_b3_an_hour_after_its_time_it_is_held_and_asks(members, draft, tomorrow, late, status):
    broadcast = draft()
    control.schedule(broadcast.pk, tomorrow)

    assert control.sweep(tomorrow + late) == 1
    assert control.sweep(tomorrow + late) == (status == "sending")  # which waits for its task

    assert state(broadcast) == status
    held = told("broadcast.held")
    assert len(held) == (status == "held")
    if held:
        because = queries.find(broadcast.pk).held_because
        assert held[0]["data"]["because"] == because
        assert f"{tomorrow:%Y-%m-%d %H:%M}" in because
        assert "passed more than an hour ago" in because


def test_b3_a_held_one_is_sent_once_when_somebody_says_so(members, draft, tomorrow):
    broadcast = draft()
    bring(broadcast, "held")

    send(broadcast)

    assert state(broadcast) == "finished"
    assert sorted(addresses()) == ["alice@example.com", "bob@example.com", "charlie@example.com"]


def test_b3_two_sweeps_begin_it_once(members, draft, tomorrow, started, monkeypatch):
    """The second has read that it is due, and comes too late."""
    broadcast = draft()
    control.schedule(broadcast.pk, tomorrow)
    stale = queries.find(broadcast.pk)

    control.sweep(tomorrow)

    assert control._begin_due(stale, tomorrow) is False
    assert control._hold_late(stale, tomorrow + 2 * HOUR) is False
    assert state(broadcast) == "sending"


def test_who_gives_another_time_just_then_is_not_overrun(draft, tomorrow):
    broadcast = draft()
    control.schedule(broadcast.pk, tomorrow)
    stale = queries.find(broadcast.pk)
    control.schedule(broadcast.pk, tomorrow + timedelta(days=1))

    assert control._begin_due(stale, tomorrow) is False
    assert control._hold_late(stale, tomorrow + 2 * HOUR) is False
    assert state(broadcast) == "scheduled"


def test_the_sweep_is_a_concern_of_the_sweep(members, draft, monkeypatch):
    broadcast = draft()
    control.schedule(broadcast.pk, timezone.now() + timedelta(days=1))
    due = timezone.now() - timedelta(seconds=1)
    Broadcast.objects.filter(pk=broadcast.pk).update(scheduled_for=due)

    tasks.sweep()

    assert state(broadcast) == "sending"


def test_the_task_sends(members, draft):
    broadcast = draft()
    control.start(broadcast.pk)

    tasks.send_broadcast(broadcast.pk)

    assert state(broadcast) == "finished"


def test_starting_starts_the_task_after_commit(draft, started, django_capture_on_commit_callbacks):
    broadcast = draft()
    with django_capture_on_commit_callbacks(execute=True):
        control.start(broadcast.pk)
        assert started == []
    assert started == [broadcast.pk]


class TestGroups:
    @pytest.mark.parametrize("status", ["scheduled", "held", "sending", "paused"])
    def test_a_group_that_is_written_to_is_not_deleted(self, vip, members, draft, status):
        broadcast = draft()
        by_rule = draft(title="Rule", rule={"in_group": {"one_of": [vip.pk]}})
        bring(broadcast, status)
        bring(by_rule, status)

        with pytest.raises(InUse, match="“Sale”, the broadcast “Rule”") as refusal:
            deleting.delete_group(vip)

        assert refusal.value.references == (
            Reference("broadcast", broadcast.pk, "Sale"),
            Reference("broadcast", by_rule.pk, "Rule"),
        )

    @pytest.mark.parametrize("status", ["draft", "finished", "cancelled"])
    def test_what_only_once_was_for_a_group_does_not_keep_it(self, vip, members, draft, status):
        broadcast = draft()
        bring(broadcast, status)
        assert references.references(vip) == ()

        deleting.delete_group(vip)

        broadcast.refresh_from_db()
        assert (broadcast.group, broadcast.group_name) == (None, "VIP")

    @pytest.mark.parametrize("act", ["schedule", "start"])
    def test_a_draft_whose_group_is_gone_does_not_begin(self, vip, draft, act):
        broadcast = draft()
        deleting.delete_group(vip)

        with pytest.raises(InvalidInput, match="no group VIP any more"):
            do(act, broadcast)
        assert state(broadcast) == "draft"

    @pytest.fixture
    def frozen(self, vip, members) -> CustomerGroup:
        return snapshots.freeze("Spring", vip, days=1)

    @pytest.mark.parametrize("act", ["schedule", "start"])
    def test_an_expired_snapshot_starts_nothing_new(self, frozen, draft, act):
        broadcast = draft(group=frozen)
        CustomerGroup.objects.filter(pk=frozen.pk).update(expires_at=timezone.now() - HOUR)

        with pytest.raises(Refused, match="Spring is a snapshot that expired") as refusal:
            do(act, broadcast)

        assert (refusal.value.code, state(broadcast)) == ("expired", "draft")

    def test_what_was_scheduled_before_it_expired_is_sent(self, frozen, draft, tomorrow):
        broadcast = draft(group=frozen)
        control.schedule(broadcast.pk, tomorrow + 2 * HOUR)
        late = tomorrow + 2 * HOUR  # the snapshot has expired tomorrow
        control.sweep(late)

        assert sending.run(broadcast.pk, now=late).status == "finished"
        assert queries.counts(broadcast.pk).requested == 3

    def test_what_was_held_meanwhile_is_sent_too(self, frozen, draft):
        broadcast = draft(group=frozen)
        bring(broadcast, "held")
        CustomerGroup.objects.filter(pk=frozen.pk).update(expires_at=timezone.now() - HOUR)

        assert send(broadcast).status == "finished"


def test_what_was_saved_and_does_not_work_any_more_does_not_begin(settings, draft):
    broadcast = draft(channel="line")
    settings.SALEOR_CUSTOMER_GROUPS = {}

    with pytest.raises(InvalidInput, match="LINE_ID_KEY"):
        control.start(broadcast.pk)
    assert state(broadcast) == "draft"


def test_a_draft_that_was_changed_after_it_was_looked_at_does_not_begin(draft, monkeypatch):
    """Between looking and beginning another changes the text."""
    broadcast = draft()
    stale = queries.find(broadcast.pk)
    control.editing.update_broadcast(broadcast.pk, text="Other")
    monkeypatch.setattr(control.queries, "find", lambda number: stale)

    with pytest.raises(Refused, match="changed meanwhile") as refusal:
        control.start(broadcast.pk)
    assert refusal.value.code == "changed_meanwhile"


def test_paused_nothing_is_requested_and_resumed_the_rest_is(members, draft, chunk_of, monkeypatch):
    chunk_of(1)
    broadcast = draft()
    control.start(broadcast.pk)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_request_some", pause_after(broadcast, sending._request_some))
        assert sending.run(broadcast.pk).status == "paused"
    assert len(addresses()) == 1
    assert sending.run(broadcast.pk).status == "paused"
    assert len(addresses()) == 1

    control.resume(broadcast.pk)
    assert sending.run(broadcast.pk).status == "finished"
    assert sorted(addresses()) == ["alice@example.com", "bob@example.com", "charlie@example.com"]
    assert [batch["batch"] for batch in batches()] == [1, 2, 3]


def pause_after(broadcast, request_some):
    """Somebody pauses it as soon as a chunk is written."""

    def pausing(broadcast_id):
        more = request_some(broadcast_id)
        control.pause(broadcast.pk)
        return more

    return pausing


def test_cancelled_nothing_more_is_requested(members, draft, chunk_of, monkeypatch):
    chunk_of(1)
    broadcast = draft()
    control.start(broadcast.pk)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_request_some", pause_after(broadcast, sending._request_some))
        sending.run(broadcast.pk)

    control.cancel(broadcast.pk, actor="User:1")

    assert sending.run(broadcast.pk).status == "cancelled"
    counts = queries.counts(broadcast.pk)
    assert (counts.requested, counts.pending, counts.recipients) == (1, 2, 3)
    [event] = told("broadcast.cancelled")
    assert (event["data"]["requested"], event["data"]["actor"]) == (1, events.global_id("User", 1))
    assert told("broadcast.finished") == []
