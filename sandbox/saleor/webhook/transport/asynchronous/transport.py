"""Sending later, in a task; the miniature has nobody to send to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class WebhookPayloadData:
    """What a subscription query asks, and what is sent to who has none."""

    subscribable_object: Any
    legacy_data_generator: Callable[[], str] | None = None
    data: str | None = None


def trigger_webhooks_async_for_multiple_objects(
    event_type: str,
    webhooks: list[Any],
    webhook_payloads_data: list[WebhookPayloadData],
    requestor: Any = None,
    allow_replica: bool = False,
    pre_save_payloads: Any = None,
    request_time: Any = None,
    queue: str | None = None,
) -> None:
    """Saleor writes deliveries and starts their tasks here."""
