"""Endpoints of other systems as the API shows them: their secrets never."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...host.graphql_types import JSON, DateTime, NonNullList
from ...models import DeliveryState
from ..enums import enum_of
from ..loaders.endpoints import EndpointById, LastTryOfDelivery, WaitingOfEndpoint

OffReason = enum_of(models.OffReason, "WebhookEndpointOffReason", "Why an endpoint is off.")
State = enum_of(DeliveryState, "WebhookDeliveryState", "Whether an event has reached an endpoint.")
Outcome = enum_of(models.AttemptOutcome, "WebhookAttemptOutcome", "What came of a try.")


class WebhookEndpoint(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the endpoint.")
    name = graphene.String(required=True, description="What it is called.")
    url = graphene.String(required=True, description="Where events are sent to.")
    everything = graphene.Boolean(required=True, description="Whether it hears all events.")
    events = NonNullList(
        graphene.String, required=True, description="The names of those it hears, if not all."
    )
    is_on = graphene.Boolean(required=True, description="Whether events are sent to it.")
    off_since = DateTime(description="Since when it is off.")
    off_reason = OffReason(description="Why it is off.")
    failing_since = DateTime(description="Since when nothing reaches it.")
    last_error = graphene.String(required=True, description="What went wrong last.")
    last_delivered_at = DateTime(description="When something last reached it.")
    paused_until = DateTime(description="After many failures: when it is tried next.")
    old_secret_until = DateTime(
        description="After a rotation: until when the old secret signs too."
    )
    pending = graphene.Int(required=True, description="How many events are on their way to it.")
    failed = graphene.Int(required=True, description="How many were given up.")
    created_at = DateTime(required=True, description="When it was made.")
    updated_at = DateTime(required=True, description="When it was last changed.")

    class Meta:
        description = "Where another system hears of events."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_events(root: models.WebhookEndpoint, _info: Any) -> list[str]:
        return root.names

    @staticmethod
    def resolve_off_reason(root: models.WebhookEndpoint, _info: Any) -> str | None:
        return root.off_reason or None

    @staticmethod
    def resolve_pending(root: models.WebhookEndpoint, info: Any) -> Any:
        return _waiting(root, info, DeliveryState.PENDING)

    @staticmethod
    def resolve_failed(root: models.WebhookEndpoint, info: Any) -> Any:
        return _waiting(root, info, DeliveryState.FAILED)


class WebhookAttempt(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the try.")
    at = DateTime(required=True, description="When it was made.")
    url = graphene.String(required=True, description="Where to.")
    sent_headers = JSON(required=True, description="The headers that were sent.")
    outcome = Outcome(required=True, description="What came of it.")
    status = graphene.Int(description="The HTTP status of the answer.")
    error = graphene.String(required=True, description="What went wrong.")
    answer_headers = JSON(required=True, description="The headers of the answer.")
    answer = graphene.String(required=True, description="The beginning of the answer.")
    took_ms = graphene.Int(description="How many milliseconds it took.")

    class Meta:
        description = "One try to deliver an event. The body that was sent is the delivery's."
        interfaces = [graphene.relay.Node]


class WebhookDelivery(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the delivery.")
    endpoint = graphene.Field(WebhookEndpoint, required=True, description="Where to.")
    event = graphene.String(required=True, description="The name of the event.")
    message_id = graphene.String(required=True, description="Its webhook-id, the same for ever.")
    body = graphene.String(required=True, description="The very text that is sent and signed.")
    happened_at = DateTime(required=True, description="When the event happened.")
    state = State(required=True, description="Whether it has reached the endpoint.")
    attempts = graphene.Int(
        required=True, description="How many tries since it was written or asked for again."
    )
    replays = graphene.Int(required=True, description="How often it was asked for again.")
    due_at = DateTime(required=True, description="While it is pending: when it is tried next.")
    finished_at = DateTime(description="When it was delivered or given up.")
    last_attempt = graphene.Field(WebhookAttempt, description="The last try.")

    class Meta:
        description = "One event on its way to one endpoint."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_endpoint(root: models.WebhookDelivery, info: Any) -> Any:
        return EndpointById.of(info).load(root.endpoint_id)

    @staticmethod
    def resolve_event(root: models.WebhookDelivery, _info: Any) -> str:
        return root.event.name

    @staticmethod
    def resolve_message_id(root: models.WebhookDelivery, _info: Any) -> str:
        return f"msg_{root.event.uid.hex}"

    @staticmethod
    def resolve_body(root: models.WebhookDelivery, _info: Any) -> str:
        return root.event.body

    @staticmethod
    def resolve_happened_at(root: models.WebhookDelivery, _info: Any) -> Any:
        return root.event.created_at

    @staticmethod
    def resolve_last_attempt(root: models.WebhookDelivery, info: Any) -> Any:
        return LastTryOfDelivery.of(info).load(root.pk)


class WebhookHealth(graphene.ObjectType):
    overdue = graphene.Int(
        required=True,
        description="How many deliveries' time has passed while nobody sends: 0 while a Celery "
        "worker and beat run.",
    )
    endpoints = graphene.Int(required=True, description="How many endpoints there are.")
    off = graphene.Int(required=True, description="How many of them are off.")
    failing = graphene.Int(required=True, description="How many that are on fail just now.")
    pending = graphene.Int(required=True, description="How many deliveries are on their way.")
    failed = graphene.Int(required=True, description="How many were given up.")

    class Meta:
        description = "How webhooks fare, for monitoring."


class WebhookEventField(graphene.ObjectType):
    path = graphene.String(
        required=True, description="Its name in `data`; of objects in a list `list[].name`."
    )
    type = graphene.String(required=True, description="What it is, in words.")
    meaning = graphene.String(required=True, description="What it says.")

    class Meta:
        name = "CustomerGroupsEventField"
        description = "A field of an event."


class WebhookEventKind(graphene.ObjectType):
    name = graphene.String(required=True, description="Its name at endpoints.")
    native_name = graphene.String(
        required=True, description="Its name among Saleor's own webhook events."
    )
    version = graphene.Int(required=True, description="Of its payload.")
    permission = graphene.String(
        required=True, description="What an app needs to hear of it by Saleor's own webhooks."
    )
    description = graphene.String(required=True, description="When it happens.")
    fields = NonNullList(WebhookEventField, required=True, description="What it says.")

    class Meta:
        name = "CustomerGroupsEventKind"
        description = "An event that other systems can hear."


def _waiting(root: models.WebhookEndpoint, info: Any, state: str) -> Any:
    return WaitingOfEndpoint.of(info).load(root.pk).then(lambda counts: counts.get(state, 0))
