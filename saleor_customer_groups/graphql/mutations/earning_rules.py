"""Making, changing and deleting the rules by which orders earn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import graphene

from ... import models
from ...access import Act
from ...host.graphql_types import DateTime, Decimal
from ...loyalty.earning import editing
from ...loyalty.earning.inputs import EarningRuleInput, MultiplierInput
from ...loyalty.earning.queries import said_by
from ...pricing.inputs import TargetInput
from ..ids import key_of, keys_of, optional_key_of
from ..mutation import BaseMutation
from ..rows import row_of
from ..types.amounts import Unit
from ..types.earning_rules import THINGS, LoyaltyEarningRule

# Where an input has a plural of a thing.
PLURALS = {
    "category": "categories",
    "collection": "collections",
    "product": "products",
    "variant": "variants",
}


class LoyaltyEarningMultiplierInput(graphene.InputObjectType):
    factor = Decimal(required=True, description="So many times the rate; 0: earns nothing.")
    everything = graphene.Boolean(description="For everything, or:")
    categories = graphene.List(graphene.NonNull(graphene.ID), description="for these,")
    collections = graphene.List(graphene.NonNull(graphene.ID), description="these,")
    products = graphene.List(graphene.NonNull(graphene.ID), description="these")
    variants = graphene.List(graphene.NonNull(graphene.ID), description="and these.")
    starts_at = DateTime(description="From when on; else always.")
    ends_at = DateTime(description="Until when; else for ever.")


class LoyaltyEarningRuleInput(graphene.InputObjectType):
    name = graphene.String(description="What it is called.")
    group = graphene.ID(description="Whose orders earn.")
    channel = graphene.ID(description="Orders of which channel; null: of all.")
    unit = Unit(description="What they earn.")
    rate = Decimal(description="How much for each 1.00 of the order's currency.")
    validity_days = graphene.Int(description="For how many days it is good; null: for ever.")
    pending_days = graphene.Int(description="After how many days it is given.")
    active = graphene.Boolean(description="Whether it is switched on.")
    starts_at = DateTime(description="For orders from when on; else from now.")
    ends_at = DateTime(description="Until when; null: for ever.")
    multipliers = graphene.List(
        graphene.NonNull(LoyaltyEarningMultiplierInput),
        description="More, or less, for some things; replaces all that the rule has.",
    )


class LoyaltyEarningRuleCreateInput(LoyaltyEarningRuleInput):
    name = graphene.String(required=True, description="What it is called.")
    group = graphene.ID(required=True, description="Whose orders earn.")
    unit = Unit(required=True, description="What they earn.")
    rate = Decimal(required=True, description="How much for each 1.00 of the order's currency.")


class LoyaltyEarningRuleCreate(BaseMutation):
    rule = graphene.Field(LoyaltyEarningRule, description="The new rule.")

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Makes a rule by which orders earn."

    class Arguments:
        input = LoyaltyEarningRuleCreateInput(required=True, description="What it shall say.")

    @classmethod
    def perform(cls, info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        return {"rule": editing.save_rule(EarningRuleInput(**_changes(input)))}


class LoyaltyEarningRuleUpdate(BaseMutation):
    rule = graphene.Field(LoyaltyEarningRule, description="The rule as it is now.")

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = (
            "Changes a rule by which orders earn; what is not given stays as it is. A rule that is "
            "not wanted for now is switched off: `active`. What orders have earned stays."
        )

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the rule.")
        input = LoyaltyEarningRuleInput(required=True, description="What changes.")

    @classmethod
    def perform(cls, info: Any, *, id: str, input: dict[str, Any]) -> dict[str, Any]:
        rule = _rule(id)
        given = replace(said_by(rule), **_changes(input))
        return {"rule": editing.save_rule(given, rule_id=rule.pk)}


class LoyaltyEarningRuleDelete(BaseMutation):
    rule = graphene.Field(LoyaltyEarningRule, description="The rule as it was.")

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = (
            "Deletes a rule by which orders earn. What orders have earned by it stays, and a "
            "refund takes it back as before."
        )

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the rule.")

    @classmethod
    def perform(cls, _info: Any, *, id: str) -> dict[str, Any]:
        rule = _rule(id)
        editing.delete_rule(rule.pk)
        return {"rule": rule}


class EarningRuleMutations:
    loyalty_earning_rule_create = LoyaltyEarningRuleCreate.Field()
    loyalty_earning_rule_update = LoyaltyEarningRuleUpdate.Field()
    loyalty_earning_rule_delete = LoyaltyEarningRuleDelete.Field()


def _rule(id: str) -> models.EarningRule:
    """InvalidInput where there is none."""
    rows = models.EarningRule.objects.all()
    return row_of(rows, id, "LoyaltyEarningRule", missing="There is no such rule.")


NULLABLE = frozenset({"channel", "validity_days", "ends_at"})


def _changes(input: dict[str, Any]) -> dict[str, Any]:
    """What is given, as the core takes it; null changes what may be nothing only."""
    changes = {
        name: value for name, value in input.items() if value is not None or name in NULLABLE
    }
    if "group" in changes:
        changes["group_id"] = key_of(changes.pop("group"), "CustomerGroup", field="group")
    if "channel" in changes:
        channel = changes.pop("channel")
        changes["channel_id"] = optional_key_of(channel, "Channel", field="channel")
    if "multipliers" in changes:
        changes["multipliers"] = [_multiplier(one) for one in changes["multipliers"]]
    return changes


def _multiplier(input: dict[str, Any]) -> MultiplierInput:
    targets = [
        TargetInput(kind, key)
        for kind, plural in PLURALS.items()
        for key in keys_of(input.get(plural) or (), THINGS[kind], field="multipliers")
    ]
    return MultiplierInput(
        factor=input["factor"],
        everything=bool(input.get("everything")),
        targets=targets,
        starts_at=input.get("starts_at"),
        ends_at=input.get("ends_at"),
    )
