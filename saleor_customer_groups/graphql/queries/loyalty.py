"""Questions about balances, and what the shop owes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import graphene
from django.contrib.auth import get_user_model
from django.utils import timezone

from ... import models
from ...access import Act
from ...errors import InvalidInput
from ...host.graphql_types import DateTime, NonNullList
from ...loyalty import queries
from ..connections import MOST, Slice
from ..entities import EntityField
from ..fields import ConnectionField, Guarded
from ..ids import key_of, keys_of
from ..naming import oneself
from ..types import conversion, credit_requests
from ..types.amounts import Unit
from ..types.liability import LoyaltyGroupLiability, LoyaltyLiability
from ..types.loyalty import (
    CustomerGroupsLoyalty,
    LoyaltyEarning,
    LoyaltyEntry,
    LoyaltyHold,
    LoyaltyLot,
    OfCustomer,
    State,
)
from .narrowing import belonging_to, narrowed


class LoyaltyHoldFilterInput(graphene.InputObjectType):
    customer = graphene.ID(description="Of this customer.")
    states = graphene.List(graphene.NonNull(State), description="In one of these states.")
    reference = graphene.String(description="For this checkout, order or whatever it says.")


class LoyaltyCreditRequestFilterInput(graphene.InputObjectType):
    customer = graphene.ID(description="About this customer.")
    states = graphene.List(
        graphene.NonNull(credit_requests.State), description="In one of these states."
    )


class LoyaltyQueries:
    my_loyalty = Guarded(
        CustomerGroupsLoyalty,
        act=Act.BE_CUSTOMER,
        required=True,
        description="What the customer who asks has.",
    )
    customer_loyalty = Guarded(
        CustomerGroupsLoyalty,
        act=Act.READ_LOYALTY,
        description="What a customer has; null: there is no such customer.",
        customer=graphene.ID(required=True, description="The ID of the customer."),
    )
    loyalty_entry = EntityField(LoyaltyEntry, description="One line of the ledger.")
    loyalty_lot = EntityField(LoyaltyLot, description="Something that was given, used up or not.")
    loyalty_earning = EntityField(
        LoyaltyEarning, description="What an order has earned by one rule."
    )
    loyalty_hold = EntityField(LoyaltyHold, description="One hold, and what became of it.")
    loyalty_holds = ConnectionField(
        LoyaltyHold,
        act=Act.READ_LOYALTY,
        description="What checkouts reserve or reserved, the latest first.",
        filter=LoyaltyHoldFilterInput(description="Which of them."),
    )
    loyalty_lots_expiring = ConnectionField(
        LoyaltyLot,
        act=Act.READ_LOYALTY,
        description="What customers lose unless they use it before, the soonest first.",
        expires_before=DateTime(required=True, description="What expires before then."),
        unit=Unit(description="Of this unit only."),
        currency=graphene.String(description="Of this currency only."),
    )
    loyalty_liability = Guarded(
        NonNullList(LoyaltyLiability),
        act=Act.READ_LOYALTY,
        required=True,
        description="What the shop owes its customers, by unit.",
    )
    loyalty_liability_of_groups = Guarded(
        NonNullList(LoyaltyGroupLiability),
        act=Act.READ_LOYALTY,
        required=True,
        description="What the shop owes the present members of groups, by group and unit.",
        groups=NonNullList(
            graphene.ID, required=True, description=f"The IDs of the groups, at most {MOST}."
        ),
    )
    loyalty_point_rates = Guarded(
        NonNullList(conversion.LoyaltyPointRate),
        act=Act.ANYBODY,
        required=True,
        description="At which rates points become credit; none: they do not.",
    )
    loyalty_credit_request = EntityField(
        credit_requests.LoyaltyCreditRequest, description="One request to the other system."
    )
    loyalty_credit_requests = ConnectionField(
        credit_requests.LoyaltyCreditRequest,
        act=Act.READ_LOYALTY,
        description="What another system was asked to give or take, the latest first.",
        filter=LoyaltyCreditRequestFilterInput(description="Which of them."),
    )

    @staticmethod
    def resolve_my_loyalty(_root: Any, info: Any) -> OfCustomer:
        return OfCustomer(oneself(info))

    @staticmethod
    def resolve_customer_loyalty(_root: Any, _info: Any, *, customer: str) -> OfCustomer | None:
        key = key_of(customer, "User", field="customer")
        there = get_user_model()._default_manager.filter(pk=key).exists()
        return OfCustomer(key) if there else None

    @staticmethod
    def resolve_loyalty_holds(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        wanted = filter or {}
        rows = models.LoyaltyHold.objects.select_related("account")
        rows = belonging_to(rows, wanted, "customer", "User", lookup="account__customer")
        rows = narrowed(rows, wanted, states="state__in")
        if wanted.get("reference") is not None:
            rows = rows.filter(reference=wanted["reference"])
        return Slice(rows, descending=True)

    @staticmethod
    def resolve_loyalty_lots_expiring(
        _root: Any, _info: Any, *, expires_before: datetime, **wanted: Any
    ) -> Slice:
        rows = queries.lots_left(now=timezone.now()).filter(expires_at__lt=expires_before)
        rows = narrowed(rows, wanted, unit="account__unit", currency="account__currency")
        return Slice(rows, order=("expires_at", "pk"))

    @staticmethod
    def resolve_loyalty_liability(_root: Any, _info: Any) -> Any:
        return queries.liability()

    @staticmethod
    def resolve_loyalty_liability_of_groups(
        _root: Any, _info: Any, *, groups: list[str]
    ) -> list[tuple[int, Any]]:
        if len(groups) > MOST:
            sentence = f"At most {MOST} groups can be asked for at once, not {len(groups)}."
            raise InvalidInput(sentence, field="groups", code="too_many")
        keys = keys_of(groups, "CustomerGroup", field="groups")
        return list(queries.liability_of_groups(keys).items())

    @staticmethod
    def resolve_loyalty_point_rates(_root: Any, _info: Any) -> Any:
        return conversion.rates()

    @staticmethod
    def resolve_loyalty_credit_requests(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        rows = narrowed(models.CreditRequest.objects.all(), filter, states="state__in")
        return Slice(belonging_to(rows, filter, "customer", "User"), descending=True)
