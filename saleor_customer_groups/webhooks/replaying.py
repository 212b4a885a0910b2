"""Sending events again: the same id and body, another timestamp and signature, in order.

What is replayed becomes pending, and pending deliveries of a subject go in the order of their
events; so replays come before what waited behind them. An endpoint that is off gets them when it
is on again.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ..errors import InvalidInput
from ..models import DeliveryState, OutboxEvent, WebhookDelivery, WebhookEndpoint
from ..sentences import Sentence
from . import deliveries, endpoints


def replay(delivery: WebhookDelivery, *, now: datetime | None = None) -> None:
    """Send one delivery again, at once; also one that waits for its next try."""
    again = WebhookDelivery.objects.filter(pk=delivery.pk)
    if not _again(delivery.endpoint, again, now):
        sentence = Sentence("There is no delivery {delivery} any more.", delivery=delivery.pk)
        raise InvalidInput(sentence, field="delivery", code="not_found")


def replay_failed(
    endpoint: WebhookEndpoint, *, since: datetime, now: datetime | None = None
) -> int:
    """Send all that was given up since then again; how many."""
    failed = WebhookDelivery.objects.filter(
        endpoint=endpoint, state=DeliveryState.FAILED, finished_at__gte=since
    )
    return _again(endpoint, failed, now)


def replay_range(
    endpoint: WebhookEndpoint,
    *,
    since: datetime,
    until: datetime | None = None,
    now: datetime | None = None,
) -> int:
    """Send all events that happened from `since` and before `until`, if it hears them; how many.

    Also those that were never sent to it. What was purged (WEBHOOK_DAYS) cannot be sent.
    """
    with transaction.atomic():
        current = endpoints.locked(endpoint)
        count = deliveries.write_again(current, since=since, until=until, now=now or timezone.now())
        deliveries.start_after_commit(current.pk)
    return count


def delivery_of(endpoint: WebhookEndpoint, message_id: str) -> WebhookDelivery:
    """The delivery of the event that the endpoint knows by this webhook-id. InvalidInput: none."""
    try:
        event = OutboxEvent.objects.get(uid=message_id.removeprefix("msg_"))
        return WebhookDelivery.objects.get(endpoint=endpoint, event=event)
    except (ValueError, ValidationError, OutboxEvent.DoesNotExist, WebhookDelivery.DoesNotExist):
        sentence = Sentence(
            "{endpoint} was never sent a message {message_id}, or it is purged.",
            endpoint=endpoint.name,
            message_id=message_id,
        )
        raise InvalidInput(sentence, field="delivery", code="not_found") from None


def _again(
    endpoint: WebhookEndpoint, chosen: QuerySet[WebhookDelivery], now: datetime | None
) -> int:
    with transaction.atomic():
        current = endpoints.locked(endpoint)
        count = chosen.update(
            state=DeliveryState.PENDING,
            due_at=now or timezone.now(),
            attempts=0,
            first_attempt_at=None,
            finished_at=None,
            replays=F("replays") + 1,
        )
        deliveries.start_after_commit(current.pk)
    return count
