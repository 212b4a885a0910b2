"""Delivering: one worker at a time for each endpoint, who sends the heads of its subjects.

At least once, and in order for each subject and endpoint. A row says "unknown" before each call,
and what came of it after; the delivery is put off before the call as if it had failed, so that a
worker who is killed costs one try. The call itself is in no transaction.

A failed head holds up its own subject. When calls fail one after another, the endpoint is paused
as a whole and then probed by one call at a time; the first success lets everything go. A delivery
is given up when its schedule has ended and others got through meanwhile: when nothing gets
through, it is the endpoint that fails, which is told and in the end switched off (watching.py)
with all that is pending kept.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ..errors import CustomerGroupsError
from ..models import (
    AttemptOutcome,
    DeliveryAttempt,
    DeliveryState,
    OffReason,
    WebhookDelivery,
    WebhookEndpoint,
)
from . import answers, deliveries, endpoints, schedule, signing
from .answers import Answer, Sender, Verdict

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=2)  # longer than a call
# A worker stops after so long or so many calls, for others to have their turn; then it comes again.
RUN_TIME: Final = timedelta(seconds=30)
RUN_CALLS: Final = 500
PAGE: Final = 100  # subjects that are looked up at once
IN_A_ROW: Final = 50  # events of one subject before the next subject
LARGE_BODY: Final = 20_000  # bytes; Standard Webhooks asks for less
AT_ONCE: Final = 1_000  # endpoints that one sweep starts


class Stopped(CustomerGroupsError):
    """The endpoint is off, paused or gone, or another worker has it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One worker's turn."""

    endpoint_id: int
    lease: UUID
    send: Sender
    clock: Callable[[], datetime]
    jitter: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Try:
    """A call that was begun, and its row."""

    attempt_id: int
    delivery: WebhookDelivery
    url: str
    body: str
    headers: dict[str, str] = field(repr=False)
    error: str = ""  # why there is nothing to send


def deliver(
    endpoint_id: int,
    send: Sender,
    *,
    clock: Callable[[], datetime] = timezone.now,
    jitter: Callable[[], float] = random.random,
) -> bool:
    """Send what is due, for a bounded time; whether more is due, and this should be called again.

    May be called at any time, by many at once: one works, the others return.
    Not within a transaction.
    """
    lease = _claim(endpoint_id, clock())
    if lease is None:
        return False
    try:
        _work(Run(endpoint_id, lease, send, clock, jitter))
    except Stopped:
        pass
    finally:
        WebhookEndpoint.objects.filter(lease=lease).update(lease=None, leased_until=None)
    # Asked after the lease is given back: who wrote before that was turned away by our lease.
    free = _free(clock()).filter(pk=endpoint_id)
    return free.exists() and bool(deliveries.due_subjects(endpoint_id, now=clock(), limit=1))


def start_due(now: datetime) -> int:
    """Start the endpoints that have something due and nobody who works on it. For the sweep."""
    due = WebhookDelivery.objects.filter(
        endpoint=OuterRef("pk"), state=DeliveryState.PENDING, due_at__lte=now
    )
    found = list(_free(now).filter(Exists(due)).values_list("pk", flat=True)[:AT_ONCE])
    for endpoint_id in found:
        deliveries.start(endpoint_id)
    return len(found)


def _free(now: datetime) -> QuerySet[WebhookEndpoint]:
    """Endpoints that may be called, and that nobody works on."""
    return WebhookEndpoint.objects.filter(
        Q(leased_until=None) | Q(leased_until__lte=now), _callable(now)
    )


def _callable(now: datetime) -> Q:
    return Q(Q(paused_until=None) | Q(paused_until__lte=now), off_since=None)


def _claim(endpoint_id: int, now: datetime) -> UUID | None:
    lease = uuid4()
    free = _free(now).filter(pk=endpoint_id)
    return lease if free.update(lease=lease, leased_until=now + LEASE) else None


def _work(run: Run) -> None:
    ends_at, calls = run.clock() + RUN_TIME, 0
    while subjects := deliveries.due_subjects(run.endpoint_id, now=run.clock(), limit=PAGE):
        for subject in subjects:
            for _ in range(IN_A_ROW):
                if calls == RUN_CALLS or run.clock() >= ends_at:
                    return
                calls += 1
                if not _deliver_next(run, subject):
                    break


def _deliver_next(run: Run, subject: str) -> bool:
    """Send the subject's head; whether it arrived. Stopped: this worker's turn is over."""
    begun = _begin(run, subject)
    if begun is None:
        return False
    answer = _call(run, begun)
    return _finish(run, begun, answer)


def _begin(run: Run, subject: str) -> Try | None:
    """Write down that the head is tried now; None: it is not its time."""
    now = run.clock()
    with transaction.atomic(durable=True):
        mine = WebhookEndpoint.objects.filter(_callable(now), pk=run.endpoint_id, lease=run.lease)
        if not mine.update(leased_until=now + LEASE):
            raise Stopped("The endpoint is off, paused or gone, or another worker has it.")
        delivery = deliveries.head(run.endpoint_id, subject)
        if delivery is None or delivery.due_at > now:
            return None
        endpoint = WebhookEndpoint.objects.get(pk=run.endpoint_id)
        headers, error = _headers(endpoint, delivery, now)
        delivery.attempts += 1
        delivery.first_attempt_at = delivery.first_attempt_at or now
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            attempts=delivery.attempts,
            first_attempt_at=delivery.first_attempt_at,
            due_at=now + schedule.delay_after(delivery.attempts, run.jitter()),
        )
        attempt = DeliveryAttempt.objects.create(
            delivery=delivery, at=now, url=endpoint.url, sent_headers=headers
        )
    return Try(attempt.pk, delivery, endpoint.url, delivery.event.body, headers, error)


def _headers(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, now: datetime
) -> tuple[dict[str, str], str]:
    """What goes with the body, or why it cannot be signed."""
    try:
        keys = endpoints.keys(endpoint, now=now)
    except CustomerGroupsError as refusal:
        return {}, str(refusal)
    event = delivery.event
    signed = signing.headers(keys, id=signing.message_id(event.uid), at=now, body=event.body)
    return {"content-type": "application/json", **signed}, ""


def _call(run: Run, begun: Try) -> Answer:
    if begun.error:
        return Answer(error=begun.error)
    body = begun.body.encode()
    if len(body) > LARGE_BODY:
        logger.warning("Event %s has a body of %s bytes.", begun.delivery.event_id, len(body))
    try:
        return run.send(begun.url, body, begun.headers)
    except Exception as error:
        logger.exception("A call of endpoint %s failed in an unforeseen way.", run.endpoint_id)
        return Answer(error=f"{type(error).__name__}: the log tells more.")


def _finish(run: Run, begun: Try, answer: Answer) -> bool:
    """Write down what came of it; whether it arrived.

    Also when the lease was lost meanwhile: what happened has happened.
    """
    now = run.clock()
    verdict = answers.verdict(answer)
    arrived = verdict == Verdict.DELIVERED
    with transaction.atomic(durable=True):
        rows = WebhookEndpoint.objects.select_for_update(no_key=True)
        endpoint = rows.filter(pk=run.endpoint_id).first()
        if endpoint is None:
            raise Stopped("The endpoint was deleted.")
        _log(begun, answer, arrived=arrived)
        if arrived:
            _arrived(endpoint, begun.delivery, now)
        else:
            _failed(endpoint, begun.delivery, answer, now)
    if verdict == Verdict.GONE:
        endpoints.disable(endpoint, reason=OffReason.GONE, now=now)
    return arrived


def _log(begun: Try, answer: Answer, *, arrived: bool) -> None:
    headers, text = answers.kept(answer)
    DeliveryAttempt.objects.filter(pk=begun.attempt_id).update(
        outcome=AttemptOutcome.DELIVERED if arrived else AttemptOutcome.FAILED,
        status=answer.status,
        error="" if arrived else answers.sentence(answer)[:500],
        answer_headers=headers,
        answer=text,
        took_ms=answer.took_ms,
    )


def _arrived(endpoint: WebhookEndpoint, delivery: WebhookDelivery, now: datetime) -> None:
    _end(delivery, DeliveryState.DELIVERED, now)
    if endpoint.trouble >= schedule.TROUBLE:
        deliveries.due_now(endpoint, now=now)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        last_delivered_at=now,
        failing_since=None,
        alerted_at=None,
        trouble=0,
        paused_until=None,
        last_error="",
    )


def _failed(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, answer: Answer, now: datetime
) -> None:
    troubled = answers.verdict(answer) != Verdict.REJECTED
    trouble = endpoint.trouble + 1 if troubled else 0
    asked = answers.asked_wait(answer, now=now)
    pause = schedule.pause_after(trouble, asked)
    given_up = schedule.is_exhausted(delivery.attempts) and _others_got_through(endpoint, delivery)
    if given_up:
        _end(delivery, DeliveryState.FAILED, now)
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


def _end(delivery: WebhookDelivery, state: DeliveryState, now: datetime) -> None:
    """Unless it was asked for again meanwhile: then it is still to be sent."""
    WebhookDelivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.PENDING, replays=delivery.replays
    ).update(state=state, finished_at=now)
