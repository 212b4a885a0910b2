"""Making, changing, switching and deleting price rules."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import graphene

from ...access import Act
from ...errors import InvalidInput
from ...host.graphql_types import Decimal
from ...models import PriceRule as Row
from ...pricing import current, editing
from ...pricing.inputs import RuleInput, TargetInput
from ..ids import key_of, keys_of
from ..inputs import changed, said
from ..mutation import BaseMutation
from ..types.price_rules import GroupPriceRule, Kind
from ..types.price_schedule import PriceScheduleInput
from .by_id import ByID

THINGS = {
    "categories": ("category", "Category"),
    "collections": ("collection", "Collection"),
    "products": ("product", "Product"),
    "variants": ("variant", "ProductVariant"),
}


class GroupPriceAmountInput(graphene.InputObjectType):
    currency = graphene.String(required=True, description="The currency's code.")
    amount = Decimal(required=True, description="How much, in that currency.")


class GroupPriceTargetsInput(graphene.InputObjectType):
    categories = graphene.List(graphene.NonNull(graphene.ID), description="With those below.")
    collections = graphene.List(graphene.NonNull(graphene.ID), description="All in them.")
    products = graphene.List(graphene.NonNull(graphene.ID), description="All their variants.")
    variants = graphene.List(graphene.NonNull(graphene.ID), description="Single variants.")


# What null takes away.
EMPTIED: Final = frozenset(
    {"amounts", "channels", "ends_at", "excluded", "percentage", "starts_at", "targets"}
)


class GroupPriceRuleInput(PriceScheduleInput, graphene.InputObjectType):
    kind = Kind(description="What it does to the price.")
    percentage = Decimal(description="Of a rule by percentage.")
    amounts = graphene.List(
        graphene.NonNull(GroupPriceAmountInput),
        description="Of a rule by amount: one for each currency it applies in.",
    )
    groups = graphene.List(graphene.NonNull(graphene.ID), description="Whose prices it changes.")
    channels = graphene.List(
        graphene.NonNull(graphene.ID), description="Where it applies; none: everywhere."
    )
    everything = graphene.Boolean(description="Whether it is for all that is not excluded.")
    targets = GroupPriceTargetsInput(description="What it applies to.")
    excluded = GroupPriceTargetsInput(description="What it never applies to.")
    min_quantity = graphene.Int(description="From how many on it applies.")


class GroupPriceRuleCreateInput(GroupPriceRuleInput):
    name = graphene.String(required=True, description="What shoppers see as the reason.")
    kind = Kind(required=True, description="What it does to the price.")
    groups = graphene.List(
        graphene.NonNull(graphene.ID), required=True, description="Whose prices it changes."
    )


class GroupPriceRuleCreate(BaseMutation):
    group_price_rule = graphene.Field(GroupPriceRule, description="The new rule.")

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Makes a price rule."

    class Arguments:
        input = GroupPriceRuleCreateInput(required=True, description="What it shall be.")

    @classmethod
    def perform(cls, _info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        return {"group_price_rule": editing.save_rule(RuleInput(**said(changes_of(input, ()))))}


class GroupPriceRuleUpdate(BaseMutation):
    group_price_rule = graphene.Field(GroupPriceRule, description="The rule as it is now.")

    class Meta:
        act = Act.MANAGE_PRICES
        description = (
            "Changes a price rule; what is not given stays as it is. A rule that turns from a "
            "percentage to amounts, or back, needs the other as null or as no amounts."
        )

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the rule.")
        input = GroupPriceRuleInput(required=True, description="What changes.")

    @classmethod
    def perform(cls, _info: Any, *, id: str, input: dict[str, Any]) -> dict[str, Any]:
        key = key_of(id, "GroupPriceRule")
        targets: tuple[TargetInput, ...] = ()
        given = changed(input, emptied=EMPTIED)
        if ("targets" in given) != ("excluded" in given):
            targets = tuple(current.targets_of(key))
        return {"group_price_rule": current.change_rule(key, **changes_of(given, targets))}


def _deleted(key: int) -> Row | None:
    """Delete it; it as it was."""
    rule = Row.objects.filter(pk=key).first()
    editing.delete_rule(key)
    return rule


class RuleAct(ByID):
    """One that is done to a price rule by its key."""

    group_price_rule = graphene.Field(GroupPriceRule, description="The rule as it is now.")
    answers = "group_price_rule"
    subject = staticmethod(partial(key_of, kind="GroupPriceRule"))

    class Meta:
        abstract = True

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the rule.")


class GroupPriceRuleDelete(RuleAct):
    group_price_rule = graphene.Field(GroupPriceRule, description="The rule as it was.")
    does = staticmethod(_deleted)

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Deletes a price rule."


class GroupPriceRuleActivate(RuleAct):
    does = staticmethod(partial(current.change_rule, active=True))

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Switches a price rule on."


class GroupPriceRuleDeactivate(RuleAct):
    does = staticmethod(partial(current.change_rule, active=False))

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Switches a price rule off."


def changes_of(input: dict[str, Any], targets: tuple[TargetInput, ...]) -> dict[str, Any]:
    """What the input says, by the names of RuleInput; `targets` are those that the rule has."""
    given = dict(input)
    changed: dict[str, Any] = {}
    if "groups" in given:
        changed["group_ids"] = keys_of(given.pop("groups") or (), "CustomerGroup", field="groups")
    if "channels" in given:
        changed["channel_ids"] = keys_of(given.pop("channels") or (), "Channel", field="channels")
    if "amounts" in given:
        changed["amounts"] = _amounts(given.pop("amounts") or ())
    if "targets" in given or "excluded" in given:
        changed["targets"] = [
            target
            for name, excluded in (("targets", False), ("excluded", True))
            for target in (
                _targets(given.pop(name) or {}, excluded=excluded)
                if name in given
                else [one for one in targets if one.excluded == excluded]
            )
        ]
    return {**given, **changed}


def _amounts(given: Any) -> dict[str, Any]:
    amounts = {one["currency"]: one["amount"] for one in given}
    if len(amounts) != len(given):
        raise InvalidInput("A currency has two amounts.", field="amounts", code="duplicate")
    return amounts


def _targets(given: dict[str, Any], *, excluded: bool) -> list[TargetInput]:
    field = "excluded" if excluded else "targets"
    return [
        TargetInput(kind, key, excluded)
        for name, (kind, type_name) in THINGS.items()
        for key in keys_of(given.get(name) or (), type_name, field=field)
    ]


class PriceRuleMutations(graphene.ObjectType):
    group_price_rule_create = GroupPriceRuleCreate.Field()
    group_price_rule_update = GroupPriceRuleUpdate.Field()
    group_price_rule_delete = GroupPriceRuleDelete.Field()
    group_price_rule_activate = GroupPriceRuleActivate.Field()
    group_price_rule_deactivate = GroupPriceRuleDeactivate.Field()

    class Meta:
        abstract = True
