"""Addresses that other systems call, as the API shows them: their secrets never."""

from __future__ import annotations

from enum import Enum
from typing import Any

import graphene

from ... import conf, models
from ...host.graphql_types import JSON, DateTime
from ...triggers.purposes import PURPOSES
from ..enums import enum_of

Purpose = graphene.Enum.from_enum(
    Enum("CustomerGroupsTriggerPurpose", [(code.upper(), code) for code in PURPOSES]),
    description=lambda one: "What a call does." if one is None else PURPOSES[one.value].label,
)
Outcome = enum_of(models.CallOutcome, "CustomerGroupsTriggerCallOutcome", "What came of a call.")


class CustomerGroupsTrigger(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the trigger.")
    name = graphene.String(required=True, description="What it is called.")
    purpose = Purpose(required=True, description="What a call does.")
    config = JSON(required=True, description="What it needs to know (docs/endpoints.md).")
    path = graphene.String(required=True, description="The path that is called.")
    enabled = graphene.Boolean(required=True, description="Whether calls are taken.")
    calls_a_minute = graphene.Int(required=True, description="How many calls a minute are taken.")
    old_secret_until = DateTime(
        description="After a rotation: until when the old secret is taken too."
    )
    created_at = DateTime(required=True, description="When it was made.")
    updated_at = DateTime(required=True, description="When it was last changed.")

    class Meta:
        description = "A signed address that another system calls."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_path(root: models.Trigger, _info: Any) -> str:
        return f"/plugins/{conf.PLUGIN_ID}/trigger/{root.uid}"


class CustomerGroupsTriggerCall(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the call.")
    at = DateTime(required=True, description="When it came.")
    message_id = graphene.String(required=True, description="Its webhook-id, when it was signed.")
    outcome = Outcome(required=True, description="What came of it.")
    status = graphene.Int(required=True, description="The HTTP status of our answer.")
    code = graphene.String(required=True, description="Of the error.")
    answer = JSON(description="What was answered to what was done.")
    count = graphene.Int(required=True, description="How many that were refused alike.")

    class Meta:
        description = "A call of a trigger."
        interfaces = [graphene.relay.Node]
