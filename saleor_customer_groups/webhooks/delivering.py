"""Delivering: one worker at a time for each endpoint, who sends the heads of its subjects.

At least once, and in order for each subject and endpoint. What is written down of each call, and
when, is in attempts.py. The call itself is in no transaction.

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
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ..errors import CustomerGroupsError
from ..models import DeliveryState, OffReason, WebhookDelivery, WebhookEndpoint
from ..sentences import Sentence
from . import answers, attempts, deliveries, endpoints
from .answers import Answer, Sender, Verdict
from .attempts import Arrived, Try

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


@dataclass(slots=True)
class Run:
    """One worker's turn, and the success that is not written down yet."""

    endpoint_id: int
    lease: UUID
    send: Sender
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    arrived: Arrived | None = None


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
    run = Run(endpoint_id, lease, send, clock, jitter)
    try:
        _work(run)
    except Stopped:
        pass
    finally:
        _settle(run)
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
        _settle(run)


def _deliver_next(run: Run, subject: str) -> bool:
    """Send the subject's head; whether it arrived. Stopped: this worker's turn is over."""
    begun = _begin(run, subject)
    if begun is None:
        return False
    answer = _call(run, begun)
    verdict = answers.verdict(answer)
    if verdict == Verdict.DELIVERED:
        run.arrived = Arrived(begun, answer, run.clock())
        return True
    if not attempts.failed(begun, answer, now=run.clock()):
        raise Stopped("The endpoint was deleted.")
    if verdict == Verdict.GONE:
        endpoints.disable(begun.delivery.endpoint, reason=OffReason.GONE, now=run.clock())
    return False


def _begin(run: Run, subject: str) -> Try | None:
    """Write down that the one before arrived, and that the head is tried now: one commit for both.

    None: it is not its time.
    """
    now = run.clock()
    with transaction.atomic(durable=True):
        if run.arrived is not None:
            attempts.arrived(run.arrived)
        taken = attempts.take(run.endpoint_id, run.lease, subject, until=now + LEASE, now=now)
        begun = attempts.begin(taken, jitter=run.jitter(), now=now) if taken is not None else None
    run.arrived = None
    if taken is None:
        raise Stopped("The endpoint is off, paused or gone, or another worker has it.")
    return begun


def _settle(run: Run) -> None:
    """Write down the success that is not yet."""
    if run.arrived is not None:
        attempts.arrived(run.arrived)
        run.arrived = None


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
        return Answer(error=Sentence("{error}: the log tells more.", error=type(error).__name__))
