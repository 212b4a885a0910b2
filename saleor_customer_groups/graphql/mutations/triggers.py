"""Triggers: making, changing, switching and deleting."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ...host.graphql_types import JSON
from ...triggers import purposes
from ...webhooks import triggers
from ..fields import caller_of
from ..mutation import BaseMutation
from ..rows import row_of
from ..types.triggers import CustomerGroupsTrigger, Purpose

ID = "The ID of the trigger."
SECRET = "Signs the calls. Shown this once, and never again."  # noqa: S105 - says what it is
TOO = "Who does it must be allowed to do what a call does, too."


class CustomerGroupsTriggerInput(graphene.InputObjectType):
    name = graphene.String(description="What it is called.")
    config = JSON(description="What its purpose needs to know (docs/endpoints.md).")
    calls_a_minute = graphene.Int(description="How many calls a minute are taken; else 60.")
    enabled = graphene.Boolean(description="Whether calls are taken.")


class CustomerGroupsTriggerCreateInput(graphene.InputObjectType):
    name = graphene.String(required=True, description="What it is called.")
    purpose = Purpose(required=True, description="What a call does.")
    config = JSON(description="What its purpose needs to know (docs/endpoints.md).")
    calls_a_minute = graphene.Int(description="How many calls a minute are taken; else 60.")


class TriggerMutation(BaseMutation):
    """What each of them answers."""

    trigger = graphene.Field(CustomerGroupsTrigger, description="The trigger as it is now.")

    class Meta:
        abstract = True


class CustomerGroupsTriggerCreate(TriggerMutation):
    secret = graphene.String(description=SECRET)

    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = f"Makes an address that another system may call. {TOO}"

    class Arguments:
        input = CustomerGroupsTriggerCreateInput(required=True, description="What it is for.")

    @classmethod
    def perform(cls, info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        caller_of(info).require(purposes.act_of(input["purpose"]))
        issued = purposes.create(**{key: one for key, one in input.items() if one is not None})
        return {"trigger": issued.trigger, "secret": issued.secret}


class CustomerGroupsTriggerUpdate(TriggerMutation):
    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = (
            "Changes a trigger; what is not given stays as it is. Who changes the config must be "
            "allowed to do what a call does, too."
        )

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        input = CustomerGroupsTriggerInput(required=True, description="What changes.")

    @classmethod
    def perform(cls, info: Any, *, id: str, input: dict[str, Any]) -> dict[str, Any]:
        changes = {key: one for key, one in input.items() if one is not None}
        trigger = _trigger(id)
        if "config" in changes:
            caller_of(info).require(purposes.act_of(trigger.purpose))
        return {"trigger": purposes.update(trigger, **changes)}


class CustomerGroupsTriggerDelete(TriggerMutation):
    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = "Deletes a trigger and the log of its calls."

    class Arguments:
        id = graphene.ID(required=True, description=ID)

    @classmethod
    def perform(cls, info: Any, *, id: str) -> dict[str, Any]:
        trigger = _trigger(id)
        triggers.delete(trigger)
        return {"trigger": trigger}


class CustomerGroupsTriggerRotateSecret(TriggerMutation):
    secret = graphene.String(description=SECRET)

    class Meta:
        act = Act.MANAGE_ENDPOINTS
        description = f"Gives a trigger a new secret; for 24 hours the old one is taken too. {TOO}"

    class Arguments:
        id = graphene.ID(required=True, description=ID)

    @classmethod
    def perform(cls, info: Any, *, id: str) -> dict[str, Any]:
        trigger = _trigger(id)
        caller_of(info).require(purposes.act_of(trigger.purpose))
        issued = triggers.rotate(trigger)
        return {"trigger": issued.trigger, "secret": issued.secret}


class TriggerMutations:
    customer_groups_trigger_create = CustomerGroupsTriggerCreate.Field()
    customer_groups_trigger_update = CustomerGroupsTriggerUpdate.Field()
    customer_groups_trigger_delete = CustomerGroupsTriggerDelete.Field()
    customer_groups_trigger_rotate_secret = CustomerGroupsTriggerRotateSecret.Field()


def _trigger(id: str) -> models.Trigger:
    """InvalidInput where there is none."""
    missing = "There is no such trigger."
    return row_of(models.Trigger.objects.all(), id, "CustomerGroupsTrigger", missing=missing)
