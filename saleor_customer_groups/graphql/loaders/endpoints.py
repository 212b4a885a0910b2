"""What belongs to endpoints and deliveries, loaded together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count

from ...models import DeliveryAttempt, DeliveryState, WebhookDelivery, WebhookEndpoint
from .base import Loader, in_order


class EndpointById(Loader):
    """An endpoint by its key; None where there is none."""

    def rows_of(self, keys: Sequence[int]) -> list[Any]:
        return in_order(keys, WebhookEndpoint.objects.in_bulk(keys))


class WaitingOfEndpoint(Loader):
    """How many deliveries to an endpoint are on their way, and how many were given up."""

    def rows_of(self, keys: Sequence[int]) -> list[dict[str, int]]:
        states = (DeliveryState.PENDING, DeliveryState.FAILED)
        rows = WebhookDelivery.objects.filter(endpoint_id__in=keys, state__in=states).order_by()
        found: dict[int, dict[str, int]] = defaultdict(dict)
        for key, state, count in rows.values_list("endpoint_id", "state").annotate(Count("id")):
            found[key][state] = count
        return [found[key] for key in keys]


class LastTryOfDelivery(Loader):
    """The last try of a delivery; None where there was none."""

    def rows_of(self, keys: Sequence[int]) -> list[Any]:
        tries = DeliveryAttempt.objects.filter(delivery_id__in=keys)
        last = tries.order_by("delivery_id", "-id").distinct("delivery_id")
        return in_order(keys, {row.delivery_id: row for row in last})
