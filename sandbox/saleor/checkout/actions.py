"""Telling the plugins about a checkout."""

from __future__ import annotations

from typing import Any

from ..core.utils.events import call_event
from ..webhook.event_types import WebhookEventAsyncType

_METHODS = {
    WebhookEventAsyncType.CHECKOUT_CREATED: "checkout_created",
    WebhookEventAsyncType.CHECKOUT_UPDATED: "checkout_updated",
}


def call_checkout_event(manager: Any, event_name: str, checkout: Any) -> None:
    call_event(getattr(manager, _METHODS[event_name]), checkout, webhooks=set())


def call_checkout_info_event(
    manager: Any, event_name: str, checkout_info: Any, lines: list[Any]
) -> None:
    call_checkout_event(manager, event_name, checkout_info.checkout)
