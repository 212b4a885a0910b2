"""What happened, for other systems: the only writer of `OutboxEvent`.

`record` belongs in the transaction of the change: committed means it will be told, rolled back
means it never was. After the commit a task dispatches; the sweep catches what a killed one left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from .. import background, conf, events
from ..models import OutboxEvent

TOGETHER: Final = 500  # events that one transaction dispatches
COLUMNS: Final = ("uid", "name", "version", "subject", "body", "created_at")
COPY: Final = f"COPY {OutboxEvent._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"
# The same as a part of the statement that makes the change: of very many customers.
RECORD: Final = """
    INSERT INTO {outbox} (uid, name, version, subject, body, created_at)
    SELECT gen_random_uuid(), %(event_name)s, %(event_version)s, {subject}, body, %(event_at)s
      FROM ({bodies}) AS told
"""

# One dispatcher after the other keeps the order. It waits rather than gives up: the one before may
# have looked already. (The numbers only keep our locks apart from others.)
ONE_DISPATCHER: Final = "SELECT pg_advisory_xact_lock(1129076048, -1)"

# Claimed and marked in one statement that reads no body. Whoever else holds one of the rows is
# waited for: passing it over would break the order.
CLAIM: Final = """
WITH claimed AS (
    UPDATE saleor_customer_groups_outboxevent SET dispatched_at = %(now)s
     WHERE id = ANY (ARRAY(
           SELECT id FROM saleor_customer_groups_outboxevent
            WHERE dispatched_at IS NULL ORDER BY id LIMIT %(limit)s))
 RETURNING id, name)
SELECT name, array_agg(id ORDER BY id) FROM claimed GROUP BY name ORDER BY min(id)
"""

Handed = Mapping[str, Sequence[int]]  # of each name of an event the ids of rows, oldest first
FanOut = Callable[[Handed], None]


def record(
    payloads: Iterable[events.Payload],
    *,
    at: datetime | None = None,
    uids: Iterable[UUID] | None = None,
) -> None:
    """Write events in the caller's transaction; soon after it commits they are dispatched.

    `uids`: the events' ids, one for each, where the caller keeps them.
    """
    moment = at or timezone.now()
    ids = uids if uids is not None else iter(uuid4, None)
    rows = (_row(payload, moment, uid) for payload, uid in zip(payloads, ids, strict=False))
    written = False
    while chunk := list(islice(rows, background.CHUNK)):
        _write(chunk)
        written = True
    if written:
        recorded()


def _write(rows: Sequence[OutboxEvent]) -> None:
    """By COPY: by INSERT, the events of a million customers cost a tenth of their import."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row([getattr(row, column) for column in COLUMNS])


def recording(bodies: str, *, subject: str = "%(event_subject)s") -> str:
    """The INSERT of the events with these bodies, for a CTE of a statement that is run with the
    parameters of `pattern`; who ran it calls `recorded`.

    `bodies` is a SELECT of ours of `body` (and perhaps of what is named as `subject`), in the order
    of the events; what they share is in the parameter `event_body`.
    """
    return RECORD.format(outbox=OutboxEvent._meta.db_table, bodies=bodies, subject=subject)


def pattern(payload: events.Payload, *, at: datetime | None = None) -> dict[str, Any]:
    """The parameters of `recording`: events like this one, of that moment or now."""
    moment = at or timezone.now()
    return {
        "event_name": payload.name,
        "event_version": payload.version,
        "event_subject": payload.subject,
        "event_at": moment,
        "event_body": events.body(payload, at=moment),
    }


def recorded() -> None:
    """Events were written by `recording`: dispatch them soon after the transaction commits."""
    transaction.on_commit(start)


def record_for_one(payload: events.Payload, *, at: datetime) -> OutboxEvent:
    """Write an event that the caller hands to whom it is for; nobody else hears it."""
    event = _row(payload, at, uuid4())
    event.dispatched_at = at
    event.save()
    return event


def _row(payload: events.Payload, moment: datetime, uid: UUID) -> OutboxEvent:
    return OutboxEvent(
        uid=uid,
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


def rewrite(uids: Collection[UUID], change: Callable[[str], str]) -> int:
    """Change the bodies of these events; how many there were. Only to take erased customers out."""
    with transaction.atomic():
        rows = list(OutboxEvent.objects.select_for_update().filter(uid__in=uids).order_by("id"))
        for row in rows:
            row.body = change(row.body)
        OutboxEvent.objects.bulk_update(rows, ["body"], batch_size=500)
    return len(rows)


def dispatch(fan_outs: Sequence[FanOut]) -> int:
    """Hand the waiting events to each of these, so many at a time; how many there were.

    Each gets them in the transaction that marks them as dispatched.
    """
    done = 0
    while handed := _dispatch_some(fan_outs):
        done += handed
    return done


def _dispatch_some(fan_outs: Sequence[FanOut]) -> int:
    with transaction.atomic():
        hold_dispatch()
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, {"now": timezone.now(), "limit": TOGETHER})
            handed: Handed = dict(cursor.fetchall())
        if handed:
            for fan_out in fan_outs:
                fan_out(handed)
        return sum(len(ids) for ids in handed.values())


def start() -> None:
    """Start the task that dispatches."""
    background.start(conf.DISPATCH_TASK)
