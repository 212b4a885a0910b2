"""Events of the outbox, handed to Saleor's own webhooks: the fan-out to Apps.

From here on it is as with Saleor's own events, its promise included: five retries, no order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from saleor.webhook.transport.asynchronous.transport import (
    WebhookPayloadData,
    trigger_webhooks_async_for_multiple_objects,
)
from saleor.webhook.utils import get_webhooks_for_event

from ..models import OutboxEvent
from ..webhooks.outbox import Handed
from . import webhook_events
from .db import on_writer


def send_native(handed: Handed) -> None:
    """After the commit, hand these events to the Apps that listen; a type that fails, alone."""
    for name, ids in handed.items():
        native = webhook_events.native_type(name)
        if native in webhook_events.TYPES:
            # Saleor wants it outside a transaction: its tasks look for what was committed.
            transaction.on_commit(partial(on_writer(_send), native, ids), robust=True)


def _send(native: str, ids: Sequence[int]) -> None:
    webhooks = list(get_webhooks_for_event(native))
    if webhooks:
        trigger_webhooks_async_for_multiple_objects(
            native,
            webhooks,
            [
                WebhookPayloadData(subscribable_object=_said(event), data=event.body)
                for event in OutboxEvent.objects.filter(pk__in=ids).order_by("pk")
            ],
        )


def _said(event: OutboxEvent) -> dict[str, Any]:
    """What a subscription query may ask for (webhook_types)."""
    return {**json.loads(event.body)["data"], "event_id": str(event.uid)}
