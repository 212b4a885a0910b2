"""Reading endpoints for people: how each fares."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Q

from ..errors import InvalidInput
from ..models import DeliveryState, WebhookEndpoint
from ..sentences import Sentence

COUNTED: Final = 10_000  # deliveries of an endpoint that a list counts; beyond it is "more than"

WAITING_UP_TO: Final = """
SELECT wanted.id, (
    SELECT count(*) FROM (
        SELECT 1 FROM saleor_customer_groups_webhookdelivery
        WHERE endpoint_id = wanted.id AND state = 'pending' LIMIT %(most)s
    ) AS counted
), (
    SELECT count(*) FROM (
        SELECT 1 FROM saleor_customer_groups_webhookdelivery
        WHERE endpoint_id = wanted.id AND state = 'failed' LIMIT %(most)s
    ) AS counted
) FROM unnest(%(ids)s::bigint[]) AS wanted (id)
"""


class Health(StrEnum):
    """How an endpoint fares."""

    ON = "on"
    PAUSED = "paused"  # it failed often in a row, and is only probed
    FAILING = "failing"  # nothing has got through since the last success
    OFF = "off"


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


def health(endpoint: WebhookEndpoint, now: datetime) -> Health:
    """How it fares at `now`."""
    if not endpoint.is_on:
        return Health.OFF
    if endpoint.paused_until is not None and endpoint.paused_until > now:
        return Health.PAUSED
    return Health.FAILING if endpoint.failing_since is not None else Health.ON


def standings_of(endpoints: Collection[WebhookEndpoint], *, most: int = COUNTED) -> list[Standing]:
    """These endpoints; `most` + 1 deliveries say more than that. One statement."""
    parameters: dict[str, Any] = {"ids": [one.pk for one in endpoints], "most": most + 1}
    with connection.cursor() as cursor:
        cursor.execute(WAITING_UP_TO, parameters)
        counts = {key: (pending, failed) for key, pending, failed in cursor.fetchall()}
    return [Standing(one, *counts[one.pk]) for one in endpoints]


def endpoint_by_id(key: int) -> WebhookEndpoint:
    """The endpoint. InvalidInput: there is none."""
    endpoint = WebhookEndpoint.objects.filter(pk=key).first()
    if endpoint is None:
        sentence = Sentence("There is no endpoint {endpoint}.", endpoint=key)
        raise InvalidInput(sentence, field="endpoint", code="not_found")
    return endpoint


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
