"""Endpoints of other systems: making, switching, testing, and sending again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import graphene
from django.db import transaction

from ... import models
from ...access import Act
from ...errors import InvalidInput
from ...host.graphql_types import DateTime
from ...webhooks import endpoints, replaying
from ..fields import caller_of
from ..mutation import BaseMutation
from ..queries.endpoints import endpoint_of
from ..rows import row_of
from ..types.endpoints import WebhookDelivery, WebhookEndpoint
from .by_id import ByID

ID = "The ID of the endpoint."
SECRET = "Signs what is sent. Shown this once, and never again."  # noqa: S105 - says what it is


class WebhookEndpointInput(graphene.InputObjectType):
    name = graphene.String(description="What it is called.")
    url = graphene.String(description="Where events are sent to.")
    events = graphene.List(
        graphene.NonNull(graphene.String),
        description="The names of the events that it hears; null: all.",
    )


class WebhookEndpointCreateInput(WebhookEndpointInput):
    name = graphene.String(required=True, description="What it is called.")
    url = graphene.String(required=True, description="Where events are sent to.")


class EndpointMutation(BaseMutation):
    """What each of them answers."""

    endpoint = graphene.Field(WebhookEndpoint, description="The endpoint as it is now.")

    class Meta:
        abstract = True


class EndpointAct(ByID, EndpointMutation):
    """One that is done to an endpoint."""

    answers = "endpoint"
    subject = staticmethod(endpoint_of)

    class Meta:
        abstract = True

    class Arguments:
        id = graphene.ID(required=True, description=ID)


class WebhookEndpointCreate(EndpointMutation):
    secret = graphene.String(description=SECRET)

    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = "Makes an endpoint; without `events` it hears all."

    class Arguments:
        input = WebhookEndpointCreateInput(required=True, description="What it shall be.")

    @classmethod
    def perform(cls, info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        issued = endpoints.create(input["name"], input["url"], names=input.get("events"))
        return {"endpoint": issued.endpoint, "secret": issued.secret}


class WebhookEndpointUpdate(EndpointMutation):
    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = "Changes an endpoint; what is not given stays as it is."

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        input = WebhookEndpointInput(required=True, description="What changes.")

    @classmethod
    def perform(cls, info: Any, *, id: str, input: dict[str, Any]) -> dict[str, Any]:
        endpoint = endpoint_of(id)
        with transaction.atomic():
            name, url = input.get("name"), input.get("url")
            endpoint = endpoints.update(endpoint, name=name, url=url)
            if "events" in input:
                endpoint = endpoints.subscribe(endpoint, input["events"])
        return {"endpoint": endpoint}


class WebhookEndpointDelete(EndpointAct):
    does = staticmethod(endpoints.delete)

    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = "Deletes an endpoint, what is on its way to it, and its log."


class WebhookEndpointRotateSecret(EndpointMutation):
    secret = graphene.String(description=SECRET)

    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = "Gives an endpoint a new secret; for 24 hours the old one signs too."

    class Arguments:
        id = graphene.ID(required=True, description=ID)

    @classmethod
    def perform(cls, info: Any, *, id: str) -> dict[str, Any]:
        issued = endpoints.rotate(endpoint_of(id))
        return {"endpoint": issued.endpoint, "secret": issued.secret}


class WebhookEndpointEnable(EndpointMutation):
    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = "Switches an endpoint on."

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        missed = graphene.Boolean(
            description="Whether it gets what happened while it was off; else it does."
        )

    @classmethod
    def perform(cls, info: Any, *, id: str, missed: bool = True) -> dict[str, Any]:
        return {"endpoint": endpoints.enable(endpoint_of(id), missed=missed)}


class WebhookEndpointDisable(EndpointAct):
    does = staticmethod(endpoints.disable)

    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = "Switches an endpoint off; what is pending stays."


class WebhookEndpointPing(EndpointMutation):
    delivery = graphene.Field(WebhookDelivery, description="The ping on its way.")

    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = "Sends an endpoint an event of its own, to see whether it hears."

    class Arguments:
        id = graphene.ID(required=True, description=ID)

    @classmethod
    def perform(cls, info: Any, *, id: str) -> dict[str, Any]:
        endpoint = endpoint_of(id)
        delivery = endpoints.ping(endpoint, actor=caller_of(info).actor)
        return {"endpoint": endpoint, "delivery": delivery}


class WebhookEndpointReplay(EndpointMutation):
    count = graphene.Int(description="How many events are sent again.")

    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = (
            "Sends all events that happened from `since` and before `until` again, also those that "
            "were never sent; or with `failedSince` all that was given up since then."
        )

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        since = DateTime(description="What happened from then on.")
        until = DateTime(description="What happened before then; else up to now.")
        failed_since = DateTime(description="What was given up from then on.")

    @classmethod
    def perform(
        cls,
        info: Any,
        *,
        id: str,
        since: datetime | None = None,
        until: datetime | None = None,
        failed_since: datetime | None = None,
    ) -> dict[str, Any]:
        endpoint = endpoint_of(id)
        if (since is None) == (failed_since is None):
            sentence = "Say since when: `since` for all events, or `failedSince`, and not both."
            raise InvalidInput(sentence, field="since", code="required")
        if failed_since is not None:
            count = replaying.replay_failed(endpoint, since=failed_since)
        elif since is not None:
            count = replaying.replay_range(endpoint, since=since, until=until)
        return {"endpoint": endpoint, "count": count}


class WebhookDeliveryReplay(BaseMutation):
    delivery = graphene.Field(WebhookDelivery, description="The delivery, on its way again.")

    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = "Sends one event to its endpoint again, at once."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the delivery.")

    @classmethod
    def perform(cls, info: Any, *, id: str) -> dict[str, Any]:
        rows = models.WebhookDelivery.objects.select_related("event", "endpoint")
        delivery = row_of(rows, id, "WebhookDelivery", missing="There is no such delivery.")
        replaying.replay(delivery)
        return {"delivery": rows.get(pk=delivery.pk)}


class EndpointMutations:
    webhook_endpoint_create = WebhookEndpointCreate.Field()
    webhook_endpoint_update = WebhookEndpointUpdate.Field()
    webhook_endpoint_delete = WebhookEndpointDelete.Field()
    webhook_endpoint_rotate_secret = WebhookEndpointRotateSecret.Field()
    webhook_endpoint_enable = WebhookEndpointEnable.Field()
    webhook_endpoint_disable = WebhookEndpointDisable.Field()
    webhook_endpoint_ping = WebhookEndpointPing.Field()
    webhook_endpoint_replay = WebhookEndpointReplay.Field()
    webhook_delivery_replay = WebhookDeliveryReplay.Field()
