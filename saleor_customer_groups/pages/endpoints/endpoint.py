"""What every page of one endpoint shows: its name, how it fares and its tabs."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone

from ...models import WebhookEndpoint
from ...webhooks import queries


def endpoint_or_404(endpoint_id: int) -> WebhookEndpoint:
    """The endpoint, or the panel that says it is gone."""
    return get_object_or_404(WebhookEndpoint, pk=endpoint_id)


def context_of(endpoint: WebhookEndpoint, tab: str) -> dict[str, Any]:
    """For endpoints/endpoint.html and the pages that extend it."""
    now = timezone.now()
    (standing,) = queries.standings_of([endpoint])
    return {
        "area": "endpoints",
        "tab": tab,
        "endpoint": endpoint,
        "standing": standing,
        "counted": queries.COUNTED,
        "health": queries.health(endpoint, now),
        "two_secrets": endpoint.old_secret_until is not None and endpoint.old_secret_until > now,
    }
