"""What another system, which keeps the ledger, is asked, as the API shows it."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ...host.graphql_types import DateTime, User
from ..enums import enum_of
from ..fields import Guarded
from ..ids import optional_global_id
from .amounts import LoyaltyAmount, Unit, units_of
from .relations import WithCustomer

State = enum_of(
    models.CreditRequestState, "LoyaltyCreditRequestState", "What the other system said."
)


class LoyaltyCreditRequest(WithCustomer, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the request.")
    key = graphene.String(required=True, description="What to confirm it by.")
    customer_id = graphene.ID(description="The ID of whom it is about; null: erased.")
    customer = Guarded(User, act=Act.READ_CUSTOMERS, description="Whom it is about; null: erased.")
    unit = Unit(required=True, description="What is asked for.")
    amount = graphene.Field(
        LoyaltyAmount, required=True, description="How much to give; with a minus: to take."
    )
    reason = graphene.String(required=True, description="Why.")
    order = graphene.ID(description="The ID of the order that it is about.")
    expires_at = DateTime(description="When what is given expires; null: never.")
    state = State(required=True, description="What the other system said.")
    reference = graphene.String(required=True, description="The other system's own.")
    requested_at = DateTime(required=True, description="When it was asked.")
    answered_at = DateTime(description="When it answered.")

    class Meta:
        description = "What another system, which keeps the ledger, is asked to give or take."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_customer_id(root: models.CreditRequest, _info: Any) -> str | None:
        return optional_global_id("User", root.customer_id)

    @staticmethod
    def resolve_amount(root: models.CreditRequest, _info: Any) -> LoyaltyAmount:
        return units_of(root.amount, root.currency)

    @staticmethod
    def resolve_order(root: models.CreditRequest, _info: Any) -> str | None:
        return optional_global_id("Order", root.order_id)
