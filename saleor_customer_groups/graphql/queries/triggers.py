"""Questions about triggers and their calls."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ..connections import Slice
from ..fields import ConnectionField, Guarded
from ..ids import key_of
from ..types.triggers import Outcome, Purpose, WebhookTrigger, WebhookTriggerCall


class WebhookTriggerFilterInput(graphene.InputObjectType):
    purposes = graphene.List(graphene.NonNull(Purpose), description="For one of these.")
    enabled = graphene.Boolean(description="Switched on, or off.")


class TriggerQueries:
    webhook_trigger = Guarded(
        WebhookTrigger,
        act=Act.READ_ENDPOINTS,
        description="One trigger.",
        id=graphene.ID(required=True, description="Its ID."),
    )
    webhook_triggers = ConnectionField(
        WebhookTrigger,
        act=Act.READ_ENDPOINTS,
        description="The addresses that other systems call.",
        filter=WebhookTriggerFilterInput(description="Which of them."),
    )
    webhook_trigger_calls = ConnectionField(
        WebhookTriggerCall,
        act=Act.READ_ENDPOINTS,
        description="The calls of a trigger, the latest first.",
        trigger=graphene.ID(required=True, description="The ID of the trigger."),
        outcomes=graphene.List(
            graphene.NonNull(Outcome), description="Only those of which this came."
        ),
    )

    @staticmethod
    def resolve_webhook_trigger(_root: Any, _info: Any, *, id: str) -> models.Trigger | None:
        return models.Trigger.objects.filter(pk=key_of(id, "WebhookTrigger")).first()

    @staticmethod
    def resolve_webhook_triggers(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        wanted = filter or {}
        rows = models.Trigger.objects.all()
        if wanted.get("purposes"):
            rows = rows.filter(purpose__in=wanted["purposes"])
        if wanted.get("enabled") is not None:
            rows = rows.filter(enabled=wanted["enabled"])
        return Slice(rows)

    @staticmethod
    def resolve_webhook_trigger_calls(
        _root: Any, _info: Any, *, trigger: str, outcomes: Any = None, **_page: Any
    ) -> Slice:
        key = key_of(trigger, "WebhookTrigger", field="trigger")
        rows = models.TriggerCall.objects.filter(trigger=key)
        if outcomes:
            rows = rows.filter(outcome__in=outcomes)
        return Slice(rows, order=("at", "pk"), descending=True)
