"""Price rules as the API shows them."""

from __future__ import annotations

from typing import Any

import graphene
from prices import Money as Amount

from ...access import Act
from ...host.graphql_types import (
    Category,
    Channel,
    Collection,
    Decimal,
    Money,
    NonNullList,
    Product,
    ProductVariant,
    wrapped,
)
from ...models import PriceRule as Row
from ...models import PriceRuleTarget, RuleKind
from ..enums import enum_of
from ..fields import Guarded
from ..loaders.catalogue import CategoryById, CollectionById, ProductById, VariantById
from ..loaders.prices import (
    MOST_TARGETS,
    AmountsOfRule,
    ChannelsOfRule,
    GroupsOfRule,
    TargetsCountOfRule,
    TargetsOfRule,
)
from .groups import CustomerGroup
from .price_schedule import PriceSchedule

Kind = enum_of(RuleKind, "GroupPriceRuleKind", "What a price rule does to a price.")
THINGS = {
    "category": CategoryById,
    "collection": CollectionById,
    "product": ProductById,
    "variant": VariantById,
}


class GroupPriceRuleTarget(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the target.")
    excluded = graphene.Boolean(required=True, description="Whether the rule never applies to it.")
    category = graphene.Field(Category, description="It and those below it.")
    collection = graphene.Field(Collection, description="Everything in it.")
    product = graphene.Field(Product, description="All its variants.")
    variant = graphene.Field(ProductVariant, description="This variant.")

    class Meta:
        description = "One thing that a price rule names: exactly one of the four."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_category(root: PriceRuleTarget, info: Any) -> Any:
        return _thing(root, info, "category")

    @staticmethod
    def resolve_collection(root: PriceRuleTarget, info: Any) -> Any:
        return _thing(root, info, "collection")

    @staticmethod
    def resolve_product(root: PriceRuleTarget, info: Any) -> Any:
        return _thing(root, info, "product")

    @staticmethod
    def resolve_variant(root: PriceRuleTarget, info: Any) -> Any:
        return _thing(root, info, "variant")


def _thing(root: PriceRuleTarget, info: Any, kind: str) -> Any:
    key = getattr(root, f"{kind}_id")
    return None if key is None else THINGS[kind].of(info).load(key).then(wrapped)


class GroupPriceRule(PriceSchedule, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the rule.")
    kind = Kind(required=True, description="What it does to the price.")
    percentage = Decimal(description="Of a rule by percentage.")
    amounts = NonNullList(
        Money, required=True, description="Of a rule by amount: one for each currency."
    )
    groups = Guarded(
        NonNullList(CustomerGroup), act=Act.READ_GROUPS, description="Whose prices it changes."
    )
    every_channel = graphene.Boolean(
        required=True, description="Whether it applies in every channel."
    )
    channels = NonNullList(
        Channel, required=True, description="Where it applies, if not in every channel."
    )
    everything = graphene.Boolean(
        required=True, description="Whether it is for all that is not excluded."
    )
    targets = NonNullList(
        GroupPriceRuleTarget,
        required=True,
        description=f"What it names, at most the first {MOST_TARGETS}.",
    )
    targets_count = graphene.Int(required=True, description="How many things it names in all.")
    min_quantity = graphene.Int(required=True, description="From how many on it applies.")

    class Meta:
        description = "What groups pay for what, where, when and from which quantity on."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_amounts(root: Row, info: Any) -> Any:
        return (
            AmountsOfRule.of(info)
            .load(root.pk)
            .then(lambda rows: [Amount(row.amount, row.currency) for row in rows])
        )

    @staticmethod
    def resolve_groups(root: Row, info: Any) -> Any:
        return GroupsOfRule.of(info).load(root.pk)

    @staticmethod
    def resolve_channels(root: Row, info: Any) -> Any:
        return ChannelsOfRule.of(info).load(root.pk)

    @staticmethod
    def resolve_targets(root: Row, info: Any) -> Any:
        return TargetsOfRule.of(info).load(root.pk)

    @staticmethod
    def resolve_targets_count(root: Row, info: Any) -> Any:
        return TargetsCountOfRule.of(info).load(root.pk)
