"""The rules by which orders earn, as the API shows them."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ...events import global_id
from ...host.graphql_types import Channel, DateTime, Decimal, NonNullList
from ..fields import Guarded
from ..loaders.loyalty import MultipliersOfRule
from .amounts import Unit
from .groups import CustomerGroup
from .relations import WithChannel, WithGroup

# What a multiplier may be for, and the name of its type in global ids.
THINGS = {
    "category": "Category",
    "collection": "Collection",
    "product": "Product",
    "variant": "ProductVariant",
}


class LoyaltyEarningMultiplier(graphene.ObjectType):
    factor = Decimal(required=True, description="So many times the rate of the rule.")
    everything = graphene.Boolean(required=True, description="Whether it is for everything.")
    categories = NonNullList(
        graphene.ID, required=True, description="IDs of the categories it is for, with all below."
    )
    collections = NonNullList(
        graphene.ID, required=True, description="IDs of the collections it is for."
    )
    products = NonNullList(graphene.ID, required=True, description="IDs of the products.")
    variants = NonNullList(graphene.ID, required=True, description="IDs of the variants.")
    starts_at = DateTime(description="From when on; null: always.")
    ends_at = DateTime(description="Until when; null: for ever.")

    class Meta:
        description = "More, or less, for some things."

    @staticmethod
    def resolve_categories(root: models.EarningMultiplier, _info: Any) -> list[str]:
        return _ids(root, "category")

    @staticmethod
    def resolve_collections(root: models.EarningMultiplier, _info: Any) -> list[str]:
        return _ids(root, "collection")

    @staticmethod
    def resolve_products(root: models.EarningMultiplier, _info: Any) -> list[str]:
        return _ids(root, "product")

    @staticmethod
    def resolve_variants(root: models.EarningMultiplier, _info: Any) -> list[str]:
        return _ids(root, "variant")


class LoyaltyEarningRule(WithGroup, WithChannel, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the rule.")
    name = graphene.String(required=True, description="What it is called.")
    group = Guarded(CustomerGroup, act=Act.READ_GROUPS, description="Whose orders earn.")
    channel = graphene.Field(Channel, description="Orders of which channel; null: of all.")
    unit = Unit(required=True, description="What they earn.")
    rate = Decimal(required=True, description="How much for each 1.00 of the order's currency.")
    validity_days = graphene.Int(description="For how many days it is good; null: for ever.")
    pending_days = graphene.Int(required=True, description="After how many days it is given.")
    active = graphene.Boolean(required=True, description="Whether it is switched on.")
    starts_at = DateTime(required=True, description="For orders from when on.")
    ends_at = DateTime(description="Until when; null: for ever.")
    multipliers = NonNullList(
        LoyaltyEarningMultiplier, required=True, description="More, or less, for some things."
    )
    created_at = DateTime(required=True, description="When it was made.")
    updated_at = DateTime(required=True, description="When it was last changed.")

    class Meta:
        description = "What orders of a group's members earn."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_multipliers(root: models.EarningRule, info: Any) -> Any:
        return MultipliersOfRule.of(info).load(root.pk)


def _ids(multiplier: models.EarningMultiplier, kind: str) -> list[str]:
    keys = (getattr(target, f"{kind}_id") for target in multiplier.targets.all())
    return [global_id(THINGS[kind], key) for key in keys if key is not None]
