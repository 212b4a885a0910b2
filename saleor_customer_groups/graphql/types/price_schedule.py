"""What price rules and price lists have in common: name, window, rank, and whether they are on."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils import timezone

from ...host.graphql_types import DateTime
from ...pricing.states import State, state_of
from ..enums import enum_of

PriceState = enum_of(State, "GroupPriceState", "Whether a rule or price list is in force.")


class PriceSchedule:
    """The fields of both types."""

    name = graphene.String(required=True, description="What shoppers see as the reason.")
    starts_at = DateTime(description="From when on; null: always.")
    ends_at = DateTime(description="Until when; null: for ever.")
    active = graphene.Boolean(required=True, description="Whether it is switched on.")
    state = PriceState(required=True, description="Whether it is in force now.")
    priority = graphene.Int(required=True, description="A higher number goes first.")
    stand_alone = graphene.Boolean(
        required=True, description="Whether the shop's promotions do not compete with it."
    )
    created_at = DateTime(required=True, description="When it was made.")
    updated_at = DateTime(required=True, description="When it was last changed.")

    @staticmethod
    def resolve_state(root: Any, _info: Any) -> str:
        return state_of(root, timezone.now()).value


class PriceScheduleInput:
    """The fields of both inputs."""

    name = graphene.String(description="What shoppers see as the reason.")
    starts_at = DateTime(description="From when on; null: always.")
    ends_at = DateTime(description="Until when; null: for ever.")
    priority = graphene.Int(description="A higher number goes first.")
    stand_alone = graphene.Boolean(
        description="Whether the shop's promotions do not compete with it."
    )
    active = graphene.Boolean(description="Whether it is switched on.")
