"""Reading endpoints for people: how each fares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from ..errors import InvalidInput
from ..models import DeliveryState, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class Standing:
    """An endpoint and what is on its way to it."""

    endpoint: WebhookEndpoint
    pending: int
    failed: int

    def sentence(self, now: datetime) -> str:
        """How it fares, in a line."""
        endpoint = self.endpoint
        if endpoint.off_since is not None:
            state = f"off since {_moment(endpoint.off_since)} ({endpoint.off_reason})"
        elif endpoint.failing_since is not None:
            state = f"failing since {_moment(endpoint.failing_since)}: {endpoint.last_error}"
        else:
            state = "on"
        if endpoint.is_on and endpoint.paused_until is not None and endpoint.paused_until > now:
            state += f" Next call at {_moment(endpoint.paused_until)}."
        return f"{state}; {self.pending:,} pending, {self.failed:,} failed"


def standings() -> Iterator[Standing]:
    """All endpoints, in the order in which they were made."""
    counted = WebhookEndpoint.objects.annotate(
        pending=Count("deliveries", filter=Q(deliveries__state=DeliveryState.PENDING)),
        failed=Count("deliveries", filter=Q(deliveries__state=DeliveryState.FAILED)),
    )
    for endpoint in counted.order_by("pk"):
        yield Standing(endpoint, endpoint.pending, endpoint.failed)


def endpoint_by_id(key: int) -> WebhookEndpoint:
    """The endpoint. InvalidInput: there is none."""
    endpoint = WebhookEndpoint.objects.filter(pk=key).first()
    if endpoint is None:
        sentence = f"There is no endpoint {key}."
        raise InvalidInput(sentence, field="endpoint", code="not_found")
    return endpoint


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
