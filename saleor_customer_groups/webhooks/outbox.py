"""What happened, for other systems: the only writer of `OutboxEvent`.

`record` belongs in the transaction of the change: committed means it will be told, rolled back
means it never was. After the commit a task dispatches; the sweep catches what a killed one left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from .. import background, conf, events
from ..models import OutboxEvent

TOGETHER: Final = 500  # events that one transaction dispatches

# One dispatcher after the other keeps the order. It waits rather than gives up: the one before may
# have looked already. (The numbers only keep our locks apart from others.)
ONE_DISPATCHER: Final = "SELECT pg_advisory_xact_lock(1129076048, -1)"

FanOut = Callable[[Sequence[OutboxEvent]], None]


def record(payloads: Iterable[events.Payload], *, at: datetime | None = None) -> None:
    """Write events in the caller's transaction; soon after it commits they are dispatched."""
    moment = at or timezone.now()
    background.enqueue((_row(payload, moment) for payload in payloads), start)


def record_for_one(payload: events.Payload, *, at: datetime) -> OutboxEvent:
    """Write an event that the caller hands to whom it is for; nobody else hears it."""
    event = _row(payload, at)
    event.dispatched_at = at
    event.save()
    return event


def _row(payload: events.Payload, moment: datetime) -> OutboxEvent:
    return OutboxEvent(
        name=payload.name,
        version=payload.version,
        subject=payload.subject,
        body=events.body(payload, at=moment),
        created_at=moment,
    )


def hold_dispatch() -> None:
    """Let nobody dispatch until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_DISPATCHER)


def dispatch(fan_outs: Sequence[FanOut]) -> int:
    """Hand the waiting events to each of these, oldest first; how many there were.

    Each gets them in the transaction that marks them as dispatched.
    """
    done = 0
    while handed := _dispatch_some(fan_outs):
        done += handed
    return done


def _dispatch_some(fan_outs: Sequence[FanOut]) -> int:
    with transaction.atomic():
        hold_dispatch()
        waiting = list(
            OutboxEvent.objects.filter(dispatched_at__isnull=True).order_by("id")[:TOGETHER]
        )
        if not waiting:
            return 0
        for fan_out in fan_outs:
            fan_out(waiting)
        ids = [event.pk for event in waiting]
        OutboxEvent.objects.filter(pk__in=ids).update(dispatched_at=timezone.now())
        return len(waiting)


def start() -> None:
    """Start the task that dispatches."""
    background.start(conf.DISPATCH_TASK)
