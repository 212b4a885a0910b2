"""Questions about triggers and their calls."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ..connections import Slice
from ..entities import EntityField
from ..fields import ConnectionField
from ..ids import key_of
from ..types.triggers import CustomerGroupsTrigger, CustomerGroupsTriggerCall, Outcome, Purpose
from .narrowing import WithIDs, named, narrowed


class CustomerGroupsTriggerFilterInput(WithIDs, graphene.InputObjectType):
    search = graphene.String(description="Part of the name.")
    purposes = graphene.List(graphene.NonNull(Purpose), description="For one of these.")
    enabled = graphene.Boolean(description="Switched on, or off.")


class TriggerQueries:
    customer_groups_trigger = EntityField(CustomerGroupsTrigger, description="One trigger.")
    customer_groups_triggers = ConnectionField(
        CustomerGroupsTrigger,
        act=Act.READ_ENDPOINTS,
        description="The addresses that other systems call.",
        filter=CustomerGroupsTriggerFilterInput(description="Which of them."),
    )
    customer_groups_trigger_call = EntityField(
        CustomerGroupsTriggerCall, description="One call of a trigger."
    )
    customer_groups_trigger_calls = ConnectionField(
        CustomerGroupsTriggerCall,
        act=Act.READ_ENDPOINTS,
        description="The calls of a trigger, the latest first.",
        trigger=graphene.ID(required=True, description="The ID of the trigger."),
        outcomes=graphene.List(
            graphene.NonNull(Outcome), description="Only those of which this came."
        ),
    )

    @staticmethod
    def resolve_customer_groups_triggers(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        wanted = filter or {}
        rows = named(models.Trigger.objects.all(), wanted, "CustomerGroupsTrigger")
        rows = narrowed(rows, wanted, search="name__icontains", purposes="purpose__in")
        if wanted.get("enabled") is not None:
            rows = rows.filter(enabled=wanted["enabled"])
        return Slice(rows)

    @staticmethod
    def resolve_customer_groups_trigger_calls(
        _root: Any, _info: Any, *, trigger: str, outcomes: Any = None, **_page: Any
    ) -> Slice:
        key = key_of(trigger, "CustomerGroupsTrigger", field="trigger")
        rows = models.TriggerCall.objects.filter(trigger=key)
        if outcomes:
            rows = rows.filter(outcome__in=outcomes)
        return Slice(rows, order=("at", "pk"), descending=True)
