"""What people and the clock do with a broadcast: schedule, start, pause, resume, cancel, hold.

Each is one conditional UPDATE with its event in one transaction: of two who act at once, one is
refused. A broadcast never begins, and never goes on, but through here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from .. import background, conf, events
from ..errors import InvalidInput, Refused
from ..groups import kinds, references
from ..models import Broadcast, BroadcastAudience
from ..models import BroadcastStatus as Status
from ..sentences import Sentence
from ..webhooks import outbox
from . import editing, queries

LATE: Final = timedelta(hours=1)  # after its time a broadcast does not begin by itself any more
AT_ONCE: Final = 100  # broadcasts that one sweep takes

# From which states an act leads to another.
BEGINNING: Final = (Status.DRAFT, Status.SCHEDULED, Status.HELD)
UNFINISHED: Final = (*BEGINNING, Status.SENDING, Status.PAUSED)


def schedule(
    broadcast_id: int, at: datetime, *, actor: str = "", now: datetime | None = None
) -> Broadcast:
    """Let it begin at a moment. A scheduled or held one that has not begun gets another time.

    InvalidInput: a moment without time zone or that is past, what cannot be sent
    (`editing.require_sendable`), a group that is gone. Refused: an expired group ("expired";
    for what was scheduled before it is no matter), another state ("wrong_status").
    """
    now = now or timezone.now()
    if timezone.is_naive(at):
        sentence = Sentence("The moment needs a time zone.")
        raise InvalidInput(sentence, field="scheduled_for", code="naive")
    if at <= now:
        sentence = Sentence(
            "{at:%Y-%m-%d %H:%M %Z} is past; choose a moment that is to come, or start it.", at=at
        )
        raise InvalidInput(sentence, field="scheduled_for", code="past")
    with transaction.atomic():
        broadcast = _ready(queries.find(broadcast_id), now)
        broadcast = _move(
            broadcast, Status.SCHEDULED, "scheduled", of=BEGINNING, unbegun=True, scheduled_for=at
        )
        payload = events.BroadcastScheduled(
            broadcast=events.broadcast_id(broadcast.pk),
            title=broadcast.title,
            channel=broadcast.channel,
            scheduled_for=at,
            actor=events.actor_id(actor),
        )
        outbox.record([payload])
    return broadcast


def unschedule(broadcast_id: int) -> Broadcast:
    """Make what has not begun a draft again. Refused: another state."""
    of = (Status.SCHEDULED, Status.HELD)
    broadcast = queries.find(broadcast_id)
    with transaction.atomic():
        return _move(
            broadcast, Status.DRAFT, "made a draft", of=of, unbegun=True, scheduled_for=None
        )


def start(broadcast_id: int, *, now: datetime | None = None) -> Broadcast:
    """Begin now, or go on with a held one that had begun; a task does the work after commit.

    InvalidInput and Refused as for `schedule`.
    """
    now = now or timezone.now()
    with transaction.atomic():
        broadcast = queries.find(broadcast_id)
        if broadcast.started_at is None:
            broadcast = _ready(broadcast, now)
        return _begin(broadcast, of=BEGINNING, now=now)


def pause(broadcast_id: int) -> Broadcast:
    """Request no further batches. What was requested cannot be called back. Refused: as above."""
    broadcast = queries.find(broadcast_id)
    with transaction.atomic():
        # Nobody has the lease: who resumes it begins at once.
        return _move(
            broadcast, Status.PAUSED, "paused", of=(Status.SENDING,), leased_until=timezone.now()
        )


def resume(broadcast_id: int) -> Broadcast:
    """Go on where it was paused. Refused: another state."""
    broadcast = queries.find(broadcast_id)
    with transaction.atomic():
        return _begin(broadcast, of=(Status.PAUSED,), now=timezone.now())


def cancel(broadcast_id: int, *, actor: str = "") -> Broadcast:
    """End it. What was requested cannot be called back; the other recipients stay pending.

    Refused: it has ended.
    """
    broadcast = queries.find(broadcast_id)
    with transaction.atomic():
        broadcast = _move(
            broadcast, Status.CANCELLED, "cancelled", of=UNFINISHED, finished_at=timezone.now()
        )
        payload = events.BroadcastCancelled(
            broadcast=events.broadcast_id(broadcast.pk),
            requested=queries.counts(broadcast.pk).requested,
            actor=events.actor_id(actor),
        )
        outbox.record([payload])
    return broadcast


def hold(broadcasts: QuerySet[Broadcast], broadcast_id: int, because: str) -> bool:
    """Let it wait for a person; whether it was among these."""
    with transaction.atomic():
        held = broadcasts.filter(pk=broadcast_id).update(
            status=Status.HELD,
            held_because=because[:500],
            leased_until=timezone.now(),
            updated_at=timezone.now(),
        )
        if held:
            payload = events.BroadcastHeld(
                broadcast=events.broadcast_id(broadcast_id), because=because[:500]
            )
            outbox.record([payload])
    return bool(held)


def sweep(now: datetime) -> int:
    """Begin what is due, hold what is overdue, take over what a killed task left; how many."""
    count = _take_over(now)  # first: what begins now has a task of its own
    due = Broadcast.objects.filter(status=Status.SCHEDULED, scheduled_for__lte=now)
    for broadcast in due.order_by("scheduled_for", "id")[:AT_ONCE]:
        act = _hold_late if _is_late(broadcast, now) else _begin_due
        count += act(broadcast, now)
    return count


def start_task(broadcast_id: int) -> None:
    """Start the task that sends it."""
    background.start(conf.BROADCAST_TASK, broadcast_id)


def _take_over(now: datetime) -> int:
    left = Broadcast.objects.filter(status=Status.SENDING, leased_until__lte=now)
    ids = list(left.order_by("leased_until").values_list("pk", flat=True)[:AT_ONCE])
    for broadcast_id in ids:
        start_task(broadcast_id)
    return len(ids)


def _is_late(broadcast: Broadcast, now: datetime) -> bool:
    return broadcast.scheduled_for is not None and broadcast.scheduled_for < now - LATE


def _hold_late(broadcast: Broadcast, now: datetime) -> bool:
    because = Sentence(
        "Its time, {at:%Y-%m-%d %H:%M %Z}, passed more than an hour ago and nothing began it. "
        "Start it, give it another time, or cancel it.",
        at=broadcast.scheduled_for,
    )
    late = Broadcast.objects.filter(status=Status.SCHEDULED, scheduled_for__lt=now - LATE)
    return hold(late, broadcast.pk, because)


def _begin_due(broadcast: Broadcast, now: datetime) -> bool:
    """Begin it, unless somebody has just done so, or has given it another time."""
    try:
        with transaction.atomic():
            _begin(broadcast, of=(Status.SCHEDULED,), now=now)
    except Refused:
        return False
    return True


def _begin(broadcast: Broadcast, *, of: Collection[str], now: datetime) -> Broadcast:
    """It is of the moment in which it first began. A task goes on with it after commit."""
    transaction.on_commit(partial(start_task, broadcast.pk))
    group = broadcast.group
    return _move(
        broadcast,
        Status.SENDING,
        "started",
        of=of,
        started_at=broadcast.started_at or now,
        group_name=group.name if group is not None else broadcast.group_name,
        leased_until=now,
        attempts=0,
    )


def _ready(broadcast: Broadcast, now: datetime) -> Broadcast:
    """Hold its groups and look at it once more: what was saved long ago may not work any more."""
    there = references.hold(broadcast.group_ids)
    if broadcast.audience == BroadcastAudience.GROUP:
        group = broadcast.group
        if group is None or group.pk not in there:
            sentence = Sentence("There is no group {group} any more.", group=broadcast.group_name)
            raise InvalidInput(sentence, field="group", code="not_found")
        if broadcast.status == Status.DRAFT:
            kinds.require_not_expired(group, now)
    editing.require_sendable(broadcast)
    return broadcast


def _move(
    broadcast: Broadcast,
    to: Status,
    what: str,
    *,
    of: Collection[str],
    unbegun: bool = False,
    **changes: Any,
) -> Broadcast:
    """Change the state of the broadcast as it was read; as it is now. Refused when it cannot be.

    `unbegun`: only where nobody has begun with it.
    """
    same = Broadcast.objects.filter(pk=broadcast.pk, status__in=of, updated_at=broadcast.updated_at)
    if unbegun:
        same = same.filter(started_at=None)
    if same.update(status=to, held_because="", updated_at=timezone.now(), **changes):
        return queries.find(broadcast.pk)
    current = queries.find(broadcast.pk)
    if current.status in of and not (unbegun and current.started_at):
        sentence = Sentence(
            "“{broadcast}” was changed meanwhile; look at it again.", broadcast=current.title
        )
        raise Refused(sentence, code="changed_meanwhile")
    state = current.get_status_display().lower()
    begun = " and has begun" if unbegun and current.status == Status.HELD else ""
    sentence = Sentence(
        "“{broadcast}” is {state}{begun}; it cannot be {what}.",
        broadcast=current.title,
        state=state,
        begun=begun,
        what=what,
    )
    raise Refused(sentence, code="wrong_status")
