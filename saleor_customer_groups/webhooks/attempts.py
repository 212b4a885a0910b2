"""Tries: the only writer of `DeliveryAttempt`, and of what a try does to its delivery and endpoint.

A row says "unknown" before each call, and what came of it after; the delivery is put off before
the call as if it had failed, so that a worker who is killed costs one try. Outcomes are written
call by call, though claims could be many at once: of what is not written down, a killed worker's
successor does not know whether it was sent. So a success shares the next claim's commit.

The endpoint's row is locked first, then the delivery's, as everywhere.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from ..errors import CustomerGroupsError
from ..models import (
    AttemptOutcome,
    DeliveryAttempt,
    DeliveryState,
    OutboxEvent,
    WebhookDelivery,
    WebhookEndpoint,
)
from . import answers, deliveries, endpoints, schedule, signing
from .answers import Answer, Verdict

logger = logging.getLogger(__name__)

# What LEASE and NEXT answer, in this order.
ENDPOINT: Final = ("id", "name", "url", "secret", "old_secret", "old_secret_until")
HEAD: Final = ("id", "due_at", "attempts", "first_attempt_at", "replays")
EVENT: Final = ("id", "uid", "body")
LEASE: Final = """
UPDATE saleor_customer_groups_webhookendpoint SET leased_until = %(until)s
 WHERE id = %(endpoint)s AND lease = %(lease)s AND off_since IS NULL
   AND (paused_until IS NULL OR paused_until <= %(now)s)
RETURNING id, name, url, secret, old_secret, old_secret_until
"""
# A statement of its own: it must see what a replay wrote that the lease had to wait for.
NEXT: Final = """
SELECT head.id, head.due_at, head.attempts, head.first_attempt_at, head.replays,
       event.id, event.uid, event.body
  FROM (SELECT * FROM saleor_customer_groups_webhookdelivery
         WHERE endpoint_id = %(endpoint)s AND subject = %(subject)s AND state = 'pending'
         ORDER BY event_id LIMIT 1) AS head
  JOIN saleor_customer_groups_outboxevent AS event ON event.id = head.event_id
"""
BEGIN: Final = """
WITH put_off AS (
    UPDATE saleor_customer_groups_webhookdelivery
       SET attempts = %(attempts)s, first_attempt_at = %(first)s, due_at = %(due)s
     WHERE id = %(delivery)s
 RETURNING id)
INSERT INTO saleor_customer_groups_deliveryattempt
       (delivery_id, at, url, sent_headers, outcome, error, answer_headers, answer)
SELECT id, %(now)s, %(url)s, %(headers)s, 'unknown', '', '{}', '' FROM put_off
RETURNING id
"""
# A delivery that was asked for again meanwhile is still to be sent.
ARRIVED: Final = """
WITH before AS (
    SELECT id, trouble FROM saleor_customer_groups_webhookendpoint
     WHERE id = %(endpoint)s FOR NO KEY UPDATE),
works AS (
    UPDATE saleor_customer_groups_webhookendpoint AS endpoint
       SET last_delivered_at = %(now)s, failing_since = NULL, alerted_at = NULL, trouble = 0,
           paused_until = NULL, last_error = ''
      FROM before WHERE endpoint.id = before.id
 RETURNING before.trouble),
logged AS (
    UPDATE saleor_customer_groups_deliveryattempt
       SET outcome = 'delivered', status = %(status)s, answer_headers = %(headers)s,
           answer = %(text)s, took_ms = %(took)s
      FROM works WHERE id = %(attempt)s),
ended AS (
    UPDATE saleor_customer_groups_webhookdelivery
       SET state = 'delivered', finished_at = %(now)s
      FROM works WHERE id = %(delivery)s AND state = 'pending' AND replays = %(replays)s)
SELECT trouble FROM works
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """An endpoint whose lease was made longer, and the head of the subject that was asked for."""

    endpoint: WebhookEndpoint
    head: WebhookDelivery | None


@dataclass(frozen=True, slots=True)
class Try:
    """A call that was begun, and its row."""

    attempt_id: int
    delivery: WebhookDelivery
    url: str
    body: str
    headers: dict[str, str] = field(repr=False)
    error: str = ""  # why there is nothing to send


@dataclass(frozen=True, slots=True)
class Arrived:
    """A call that was answered with success, and when."""

    begun: Try
    answer: Answer
    at: datetime


def take(
    endpoint_id: int, lease: UUID, subject: str, *, until: datetime, now: datetime
) -> Taken | None:
    """Keep the lease until then, and look at the subject's head. Within a transaction.

    None: the endpoint is off, paused or gone, or somebody else has it.
    """
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {
            "endpoint": endpoint_id,
            "lease": lease,
            "until": until,
            "now": now,
        }
        cursor.execute(LEASE, asked)
        row = cursor.fetchone()
        if row is None:
            return None
        endpoint = WebhookEndpoint(**dict(zip(ENDPOINT, row, strict=True)))
        cursor.execute(NEXT, {"endpoint": endpoint_id, "subject": subject})
        row = cursor.fetchone()
    if row is None:
        return Taken(endpoint, None)
    values = iter(row)
    head = {column: next(values) for column in HEAD}
    event = OutboxEvent(**{column: next(values) for column in EVENT})
    return Taken(endpoint, WebhookDelivery(**head, endpoint=endpoint, event=event, subject=subject))


def begin(taken: Taken, *, jitter: float, now: datetime) -> Try | None:
    """Write down that the head is tried now, in the transaction of `take`; None: it is not its
    time.
    """
    endpoint, delivery = taken.endpoint, taken.head
    if delivery is None or delivery.due_at > now:
        return None
    headers, error = _headers(endpoint, delivery.event, now)
    delivery.attempts += 1
    delivery.first_attempt_at = delivery.first_attempt_at or now
    with connection.cursor() as cursor:
        cursor.execute(
            BEGIN,
            {
                "delivery": delivery.pk,
                "attempts": delivery.attempts,
                "first": delivery.first_attempt_at,
                "due": now + schedule.delay_after(delivery.attempts, jitter),
                "now": now,
                "url": endpoint.url,
                "headers": json.dumps(headers),
            },
        )
        [attempt_id] = cursor.fetchone()
    return Try(attempt_id, delivery, endpoint.url, delivery.event.body, headers, error)


def _headers(
    endpoint: WebhookEndpoint, event: OutboxEvent, now: datetime
) -> tuple[dict[str, str], str]:
    """What goes with the body, or why it cannot be signed."""
    try:
        keys = endpoints.keys(endpoint, now=now)
    except CustomerGroupsError as refusal:
        return {}, str(refusal)
    signed = signing.headers(keys, id=signing.message_id(event.uid), at=now, body=event.body)
    return {"content-type": "application/json", **signed}, ""


def arrived(what: Arrived) -> None:
    """Write down a success. Also when the lease was lost meanwhile: what happened has happened.

    An endpoint that was deleted meanwhile took its log along.
    """
    delivery = what.begun.delivery
    headers, text = answers.kept(what.answer)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            ARRIVED,
            {
                "endpoint": delivery.endpoint_id,
                "delivery": delivery.pk,
                "replays": delivery.replays,
                "attempt": what.begun.attempt_id,
                "now": what.at,
                "status": what.answer.status,
                "headers": json.dumps(headers),
                "text": text,
                "took": what.answer.took_ms,
            },
        )
        row = cursor.fetchone()
        if row is not None and row[0] >= schedule.TROUBLE:
            deliveries.due_now(delivery.endpoint, now=what.at)


def failed(begun: Try, answer: Answer, *, now: datetime) -> bool:
    """Write down a failure and what follows of it; False: the endpoint was deleted meanwhile."""
    delivery = begun.delivery
    with transaction.atomic(durable=True):
        rows = WebhookEndpoint.objects.select_for_update(no_key=True)
        endpoint = rows.filter(pk=delivery.endpoint_id).first()
        if endpoint is None:
            return False
        headers, text = answers.kept(answer)
        DeliveryAttempt.objects.filter(pk=begun.attempt_id).update(
            outcome=AttemptOutcome.FAILED,
            status=answer.status,
            error=answers.sentence(answer)[:500],
            answer_headers=headers,
            answer=text,
            took_ms=answer.took_ms,
        )
        _put_off(endpoint, delivery, answer, now)
    return True


def _put_off(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, answer: Answer, now: datetime
) -> None:
    troubled = answers.verdict(answer) != Verdict.REJECTED
    trouble = endpoint.trouble + 1 if troubled else 0
    asked = answers.asked_wait(answer, now=now)
    pause = schedule.pause_after(trouble, asked)
    given_up = schedule.is_exhausted(delivery.attempts) and _others_got_through(endpoint, delivery)
    if given_up:
        _give_up(delivery, now)
        logger.error("Delivery %s to endpoint %s is given up.", delivery.pk, endpoint.pk)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        # given up: it holds up nothing any more; what else fails says so at its next try
        failing_since=None if given_up else endpoint.failing_since or now,
        trouble=trouble,
        paused_until=now + pause if pause is not None else None,
        last_error=answers.sentence(answer)[:500],
    )


def _others_got_through(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> bool:
    first, last = delivery.first_attempt_at, endpoint.last_delivered_at
    return first is not None and last is not None and last > first


def _give_up(delivery: WebhookDelivery, now: datetime) -> None:
    """Unless it was asked for again meanwhile: then it is still to be sent."""
    WebhookDelivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.PENDING, replays=delivery.replays
    ).update(state=DeliveryState.FAILED, finished_at=now)
