"""What happened, for other systems: the only writer of `OutboxEvent`.

`record` belongs in the transaction of the change: committed means it will be told, rolled back
means it never was. After the commit a task dispatches; the sweep catches what a killed one left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from .. import background, conf, events
from ..models import OutboxEvent

TOGETHER: Final = 500  # events that one transaction dispatches
COLUMNS: Final = ("uid", "name", "version", "subject", "body", "created_at")
COPY: Final = f"COPY {OutboxEvent._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"

# One dispatcher after the other keeps the order. It waits rather than gives up: the one before may
# have looked already. (The numbers only keep our locks apart from others.)
ONE_DISPATCHER: Final = "SELECT pg_advisory_xact_lock(1129076048, -1)"

FanOut = Callable[[Sequence[OutboxEvent]], None]


def record(payloads: Iterable[events.Payload], *, at: datetime | None = None) -> None:
    """Write events in the caller's transaction; soon after it commits they are dispatched."""
    moment = at or timezone.now()
    rows = (
        OutboxEvent(
            name=payload.name,
            version=payload.version,
            subject=payload.subject,
            body=events.body(payload, at=moment),
            created_at=moment,
        )
        for payload in payloads
    )
    written = False
    while chunk := list(islice(rows, background.CHUNK)):
        _write(chunk)
        written = True
    if written:
        transaction.on_commit(start)


def _write(rows: Sequence[OutboxEvent]) -> None:
    """By COPY: by INSERT, the events of a million customers cost a tenth of their import."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row([getattr(row, column) for column in COLUMNS])


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
        with connection.cursor() as cursor:
            cursor.execute(ONE_DISPATCHER)
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
