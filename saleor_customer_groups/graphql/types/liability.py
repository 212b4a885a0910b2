"""What the shop owes, as the API shows it."""

from __future__ import annotations

from typing import Any

import graphene

from ...access import Act
from ...host.graphql_types import NonNullList
from ...loyalty.queries import Liability
from ..fields import Guarded
from ..loaders.groups import GroupById
from .amounts import LoyaltyAmount, Unit, amount_of
from .groups import CustomerGroup


class LoyaltyLiability(graphene.ObjectType):
    unit = Unit(required=True, description="What is owed.")
    currency = graphene.String(description="Of credit and cashback.")
    customers = graphene.Int(required=True, description="How many customers have something.")
    amount = graphene.Field(LoyaltyAmount, required=True, description="How much is owed in all.")
    nameless = graphene.Field(
        LoyaltyAmount, required=True, description="How much of that erased customers had."
    )

    class Meta:
        description = "What the shop owes in one unit."

    @staticmethod
    def resolve_currency(root: Liability, _info: Any) -> str | None:
        return root.currency or None

    @staticmethod
    def resolve_amount(root: Liability, _info: Any) -> LoyaltyAmount:
        return amount_of(root.amount, root.currency)

    @staticmethod
    def resolve_nameless(root: Liability, _info: Any) -> LoyaltyAmount:
        return amount_of(root.nameless, root.currency)


class LoyaltyGroupLiability(graphene.ObjectType):
    group = Guarded(CustomerGroup, act=Act.READ_GROUPS, description="The group.")
    liability = NonNullList(
        LoyaltyLiability, required=True, description="What its present members have, by unit."
    )

    class Meta:
        description = "What the shop owes the members of a group; who is in two counts in both."

    @staticmethod
    def resolve_group(root: tuple[int, Any], info: Any) -> Any:
        return GroupById.of(info).load(root[0])

    @staticmethod
    def resolve_liability(root: tuple[int, Any], _info: Any) -> Any:
        return root[1]
