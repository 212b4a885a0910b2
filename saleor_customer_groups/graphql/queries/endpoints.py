"""Questions about endpoints, what was sent to them, and the events that they can hear."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import graphene
from django.db.models import Count, Q
from django.utils import timezone

from ... import event_reference, events, models
from ...access import Act
from ...host.graphql_types import DateTime, NonNullList
from ...webhooks import watching
from ..connections import Slice
from ..entities import EntityField
from ..fields import ConnectionField, Guarded
from ..ids import key_of
from ..rows import row_of
from ..types.endpoints import (
    State,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEventKind,
    WebhookHealth,
)
from .narrowing import WithIDs, named, narrowed


class WebhookEndpointFilterInput(WithIDs, graphene.InputObjectType):
    search = graphene.String(description="Part of the name or address.")
    is_on = graphene.Boolean(description="On, or off.")
    is_failing = graphene.Boolean(description="Whether nothing reaches it just now.")


class WebhookDeliveryFilterInput(graphene.InputObjectType):
    states = graphene.List(graphene.NonNull(State), description="In one of these states.")
    events = graphene.List(graphene.NonNull(graphene.String), description="Of these events.")
    since = DateTime(description="Of what happened from then on.")
    until = DateTime(description="Of what happened before then.")


class EndpointQueries:
    webhook_endpoint = EntityField(WebhookEndpoint, description="One endpoint, and how it fares.")
    webhook_endpoints = ConnectionField(
        WebhookEndpoint,
        act=Act.READ_ENDPOINTS,
        description="The endpoints of other systems, in the order in which they were made.",
        filter=WebhookEndpointFilterInput(description="Which of them."),
    )
    webhook_deliveries = ConnectionField(
        WebhookDelivery,
        act=Act.READ_ENDPOINTS,
        description="What was or is to be sent to an endpoint, the latest first.",
        endpoint=graphene.ID(required=True, description="The ID of the endpoint."),
        filter=WebhookDeliveryFilterInput(description="Which of them."),
    )
    webhook_delivery = EntityField(WebhookDelivery, description="One delivery.")
    webhook_attempt = EntityField(WebhookAttempt, description="One try of a delivery.")
    webhook_attempts = ConnectionField(
        WebhookAttempt,
        act=Act.READ_ENDPOINTS,
        description="The tries of a delivery, the latest first: what was sent and answered.",
        delivery=graphene.ID(required=True, description="The ID of the delivery."),
    )
    webhook_health = Guarded(
        WebhookHealth,
        act=Act.READ_ENDPOINTS,
        required=True,
        description="How webhooks fare, for monitoring.",
    )
    customer_groups_events = Guarded(
        NonNullList(WebhookEventKind),
        act=Act.READ_ENDPOINTS,
        required=True,
        description="The catalogue of events that endpoints can hear.",
    )

    @staticmethod
    def resolve_webhook_endpoints(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        wanted = filter or {}
        rows = named(models.WebhookEndpoint.objects.all(), wanted, "WebhookEndpoint")
        if wanted.get("search"):
            text = wanted["search"]
            rows = rows.filter(Q(name__icontains=text) | Q(url__icontains=text))
        if wanted.get("is_on") is not None:
            rows = rows.filter(off_since__isnull=wanted["is_on"])
        if wanted.get("is_failing") is not None:
            rows = rows.filter(failing_since__isnull=not wanted["is_failing"])
        return Slice(rows)

    @staticmethod
    def resolve_webhook_deliveries(
        _root: Any,
        _info: Any,
        *,
        endpoint: str,
        filter: dict[str, Any] | None = None,
        **_page: Any,
    ) -> Slice:
        wanted = filter or {}
        key = key_of(endpoint, "WebhookEndpoint", field="endpoint")
        rows = models.WebhookDelivery.objects.filter(endpoint=key).select_related("event")
        rows = narrowed(rows, wanted, states="state__in", events="event__name__in")
        return Slice(_between(rows, wanted.get("since"), wanted.get("until")), descending=True)

    @staticmethod
    def resolve_webhook_attempts(_root: Any, _info: Any, *, delivery: str, **_page: Any) -> Slice:
        key = key_of(delivery, "WebhookDelivery", field="delivery")
        return Slice(models.DeliveryAttempt.objects.filter(delivery=key), descending=True)

    @staticmethod
    def resolve_webhook_health(_root: Any, _info: Any) -> WebhookHealth:
        deliveries = models.WebhookDelivery.objects.order_by().values_list("state")
        counts = dict(deliveries.exclude(state="delivered").annotate(Count("id")))
        is_off = Q(off_since__isnull=False)
        fails = Q(off_since__isnull=True, failing_since__isnull=False)
        found = models.WebhookEndpoint.objects.aggregate(
            endpoints=Count("id"), off=Count("id", is_off), failing=Count("id", fails)
        )
        return WebhookHealth(
            overdue=watching.overdue(timezone.now()),
            pending=counts.get("pending", 0),
            failed=counts.get("failed", 0),
            **found,
        )

    @staticmethod
    def resolve_customer_groups_events(_root: Any, _info: Any) -> list[WebhookEventKind]:
        return [
            WebhookEventKind(
                name=name,
                native_name=events.native_name(name),
                version=payload.version,
                permission=payload.needs,
                description=event_reference.when(payload),
                fields=list(event_reference.fields_of(payload)),
            )
            for name, payload in events.CATALOGUE.items()
        ]


def endpoint_of(id: str) -> models.WebhookEndpoint:
    """The endpoint of this global id. InvalidInput where there is none."""
    missing = "There is no such endpoint."
    return row_of(models.WebhookEndpoint.objects.all(), id, "WebhookEndpoint", missing=missing)


def _between(rows: Any, since: datetime | None, until: datetime | None) -> Any:
    if since is not None:
        rows = rows.filter(event__created_at__gte=since)
    return rows if until is None else rows.filter(event__created_at__lt=until)
