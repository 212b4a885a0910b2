"""Events of the outbox, handed to Saleor's own webhooks: the fan-out to Apps.

From here on it is as with Saleor's own events, its promise included: five retries, no order.
"""

from __future__ import annotations

import json
from collections import defaultdict
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
from . import webhook_events
from .db import on_writer


def send_native(told: Sequence[OutboxEvent]) -> None:
    """After the commit, hand these events to the Apps that listen; a type that fails, alone."""
    by_type: defaultdict[str, list[OutboxEvent]] = defaultdict(list)
    for event in told:
        by_type[webhook_events.native_type(event.name)].append(event)
    for native, same in by_type.items():
        if native in webhook_events.TYPES:
            # Saleor wants it outside a transaction: its tasks look for what was committed.
            transaction.on_commit(partial(on_writer(_send), native, same), robust=True)


def _send(native: str, told: Sequence[OutboxEvent]) -> None:
    webhooks = list(get_webhooks_for_event(native))
    if webhooks:
        trigger_webhooks_async_for_multiple_objects(
            native,
            webhooks,
            [
                WebhookPayloadData(subscribable_object=_said(event), data=event.body)
                for event in told
            ],
        )


def _said(event: OutboxEvent) -> dict[str, Any]:
    """What a subscription query may ask for (webhook_types)."""
    return {**json.loads(event.body)["data"], "event_id": str(event.uid)}
