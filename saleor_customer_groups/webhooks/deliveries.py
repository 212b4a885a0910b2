"""Events on their way to endpoints: with replaying.py the only writer of `WebhookDelivery`.

Of one subject the pending delivery of the earliest event is the head: it goes first, whatever was
written when. There is no other state that says whose turn it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from .. import background, conf, events
from ..models import DeliveryState, OutboxEvent, WebhookDelivery, WebhookEndpoint
from .outbox import Handed

# Endpoints that are deleted meanwhile are passed over, as are events that the purge takes.
WRITE: Final = """
WITH written AS (
INSERT INTO saleor_customer_groups_webhookdelivery AS delivery
       (endpoint_id, event_id, subject, state, due_at, attempts, replays, created_at)
SELECT endpoint.id, event.id, event.subject, 'pending', %(now)s, 0, 0, %(now)s
  FROM saleor_customer_groups_webhookendpoint AS endpoint
  JOIN saleor_customer_groups_outboxevent AS event
    ON endpoint.everything OR event.name = ANY (endpoint.names)
 WHERE {which}
 ORDER BY event.id, endpoint.id
   FOR KEY SHARE
    ON CONFLICT (endpoint_id, event_id) {otherwise}
RETURNING endpoint_id)
SELECT endpoint_id, count(*) FROM written GROUP BY endpoint_id
"""
NEW: Final = WRITE.format(
    which="event.id = ANY (%(events)s) AND endpoint.off_since IS NULL", otherwise="DO NOTHING"
)
# A ping is for one endpoint, so it is among what no other missed.
PAST: Final = """
       endpoint.id = %(endpoint)s AND event.name <> %(ping)s
   AND {moment} >= %(since)s AND ({moment} < %(until)s OR %(until)s::timestamptz IS NULL)
   AND event.dispatched_at IS NOT NULL
"""
MISSED: Final = WRITE.format(
    which=PAST.format(moment="event.dispatched_at"), otherwise="DO NOTHING"
)
AGAIN: Final = WRITE.format(
    which=PAST.format(moment="event.created_at"),
    otherwise="""DO UPDATE SET
       state = 'pending', due_at = excluded.due_at, attempts = 0, first_attempt_at = NULL,
       finished_at = NULL, replays = delivery.replays + 1""",
)
# No join with itself: right after a burst the planner knows nothing of the table's size, and would
# compare each row with each.
HEADS: Final = """
SELECT subject
  FROM (SELECT DISTINCT ON (subject) subject, event_id, due_at
          FROM saleor_customer_groups_webhookdelivery
         WHERE endpoint_id = %(endpoint)s AND state = 'pending'
         ORDER BY subject, event_id) AS head
 WHERE due_at <= %(now)s
 ORDER BY event_id
 LIMIT %(limit)s
"""
OVERDUE: Final = """
SELECT count(*)
  FROM (SELECT DISTINCT ON (endpoint_id, subject) endpoint_id, due_at
          FROM saleor_customer_groups_webhookdelivery
         WHERE state = 'pending'
         ORDER BY endpoint_id, subject, event_id) AS head
  JOIN saleor_customer_groups_webhookendpoint AS endpoint ON endpoint.id = head.endpoint_id
 WHERE head.due_at <= %(late)s AND endpoint.off_since IS NULL
   AND (endpoint.leased_until IS NULL OR endpoint.leased_until <= %(late)s)
   AND (endpoint.paused_until IS NULL OR endpoint.paused_until <= %(late)s)
"""
# Events that were dispatched while an endpoint was being switched off, on pods whose clocks differ.
CLOCKS_DIFFER: Final = timedelta(minutes=10)


def fan_out(handed: Handed) -> None:
    """Write a delivery of each event for each endpoint that asked for it; a fan-out of the outbox.

    After the commit the endpoints' tasks are started.
    """
    ids = [id for same in handed.values() for id in same]
    written = _write(NEW, events=ids, now=timezone.now())
    for endpoint_id in sorted(written):
        start_after_commit(endpoint_id)


def write_missed(endpoint: WebhookEndpoint, *, since: datetime, now: datetime) -> int:
    """Write deliveries of what was dispatched while the endpoint was off; how many."""
    return _write_past(MISSED, endpoint, since - CLOCKS_DIFFER, None, now)


def write_again(
    endpoint: WebhookEndpoint, *, since: datetime, until: datetime | None, now: datetime
) -> int:
    """Make all events of a span of time pending, whether the endpoint had them or not."""
    return _write_past(AGAIN, endpoint, since, until, now)


def write_one(endpoint: WebhookEndpoint, event: OutboxEvent, *, now: datetime) -> WebhookDelivery:
    """Write the delivery of an event that is for this endpoint alone."""
    return WebhookDelivery.objects.create(
        endpoint=endpoint, event=event, subject=event.subject, due_at=now, created_at=now
    )


def due_subjects(endpoint_id: int, *, now: datetime, limit: int) -> list[str]:
    """The subjects whose head's time has come, those of the oldest events first."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS, {"endpoint": endpoint_id, "now": now, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def count_overdue(late: datetime) -> int:
    """How many heads should have been tried by then, of endpoints that nobody works on."""
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, {"late": late})
        return int(cursor.fetchone()[0])


def due_now(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Let nothing that is pending wait any longer: the endpoint works again."""
    waiting = WebhookDelivery.objects.filter(
        endpoint=endpoint, state=DeliveryState.PENDING, due_at__gt=now
    )
    waiting.update(due_at=now)


def begin_anew(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Begin the schedule of everything pending anew."""
    pending = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.PENDING)
    pending.update(due_at=now, attempts=0, first_attempt_at=None)


def start(endpoint_id: int) -> None:
    """Start the task that delivers to the endpoint."""
    background.start(conf.DELIVER_TASK, endpoint_id)


def start_after_commit(endpoint_id: int) -> None:
    """The same, once what the caller wrote is there to be seen."""
    transaction.on_commit(partial(start, endpoint_id))


def _write_past(
    statement: str,
    endpoint: WebhookEndpoint,
    since: datetime,
    until: datetime | None,
    now: datetime,
) -> int:
    written = _write(
        statement,
        endpoint=endpoint.pk,
        ping=events.PingSent.name,
        since=since,
        until=until,
        now=now,
    )
    return sum(written.values())


def _write(statement: str, **parameters: Any) -> dict[int, int]:
    """How many deliveries were written for each endpoint."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return dict(cursor.fetchall())
