"""Points into credit: the rates, and doing it; and what another system answers that keeps both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import graphene
from prices import Money as Row

from ...access import Act
from ...host.graphql_types import Money
from ...loyalty import converting, requests
from ..fields import caller_of
from ..ids import key_of
from ..inputs import said
from ..mutation import BaseMutation
from ..naming import oneself
from ..types.amounts import LoyaltyPoints
from ..types.conversion import LoyaltyPointRate
from ..types.credit_requests import LoyaltyCreditRequest
from ..types.loyalty import CustomerGroupsLoyalty, OfCustomer
from .loyalty import KEY


class LoyaltyPointRateInput(graphene.InputObjectType):
    points = LoyaltyPoints(required=True, description="So many points make 1.00.")
    minimum = LoyaltyPoints(description="At least so many points at once; else 1.")
    step = LoyaltyPoints(description="Only multiples of so many points; else 1.")
    valid_days = graphene.Int(description="For how many days the credit is good; else for ever.")


class LoyaltyPointsConvertInput(graphene.InputObjectType):
    points = LoyaltyPoints(required=True, description="How many points.")
    currency = graphene.String(required=True, description="Of the credit, such as USD.")
    key = graphene.String(required=True, description=KEY)


class LoyaltyPointRateSet(BaseMutation):
    rate = graphene.Field(LoyaltyPointRate, description="The rate as it is now.")

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Says at which rate points become credit in a currency."

    class Arguments:
        currency = graphene.String(required=True, description="Of the credit, such as USD.")
        input = LoyaltyPointRateInput(required=True, description="The rate.")

    @classmethod
    def perform(cls, info: Any, *, currency: str, input: dict[str, Any]) -> dict[str, Any]:
        return {"rate": converting.set_rate(currency, **said(input))}


class LoyaltyPointRateDelete(BaseMutation):
    deleted = graphene.Boolean(description="Whether there was one.")

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "From now on points do not become credit in a currency."

    class Arguments:
        currency = graphene.String(required=True, description="Of the credit, such as USD.")

    @classmethod
    def perform(cls, info: Any, *, currency: str) -> dict[str, Any]:
        return {"deleted": converting.drop_rate(currency)}


def _convert(customer_id: int, input: dict[str, Any], *, key: str, actor: str) -> dict[str, Any]:
    done = converting.points_to_credit(
        customer_id,
        input["points"],
        currency=input["currency"],
        key=f"{key}:{input['key']}",
        actor=actor,
    )
    return {
        "credit": Row(done.credit, input["currency"]),
        "repeated": done.taken.repeated,
        "loyalty": OfCustomer(customer_id),
    }


class PointsMutation(BaseMutation):
    """Turns points into something else by `turn`, under a key."""

    repeated = graphene.Boolean(description="Whether it was done before under this key.")
    loyalty = graphene.Field(CustomerGroupsLoyalty, description="What the customer has now.")
    turn: Callable[..., dict[str, Any]]

    class Meta:
        abstract = True


class OfACustomer(PointsMutation):
    """The points of a customer who is named."""

    class Meta:
        abstract = True

    class Arguments:
        customer = graphene.ID(required=True, description="The ID of the customer.")
        input = LoyaltyPointsConvertInput(required=True, description="How many, into what.")

    @classmethod
    def perform(cls, info: Any, *, customer: str, input: dict[str, Any]) -> dict[str, Any]:
        customer_id = key_of(customer, "User", field="customer")
        return cls.turn(customer_id, input, key="api", actor=caller_of(info).actor)


class OfOneself(PointsMutation):
    """The points of the customer who asks."""

    class Meta:
        abstract = True

    class Arguments:
        input = LoyaltyPointsConvertInput(required=True, description="How many, into what.")

    @classmethod
    def perform(cls, info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        customer_id = oneself(info)
        # A shopper's keys meet nobody else's.
        key = f"my:{customer_id}"
        return cls.turn(customer_id, input, key=key, actor=caller_of(info).actor)


class Conversion(PointsMutation):
    """Points become credit."""

    credit = graphene.Field(Money, description="What they became.")
    turn = staticmethod(_convert)

    class Meta:
        abstract = True


class LoyaltyPointsConvert(OfACustomer, Conversion):
    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Turns points of a customer into credit."


class MyLoyaltyPointsConvert(OfOneself, Conversion):
    class Meta:
        act = Act.BE_CUSTOMER
        description = "Turns points of the customer who asks into credit."


class LoyaltyCreditRequestConfirm(BaseMutation):
    request = graphene.Field(LoyaltyCreditRequest, description="The request as it is now.")

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Takes the answer of the system that keeps the ledger."

    class Arguments:
        key = graphene.String(required=True, description="The key of the request.")
        accepted = graphene.Boolean(required=True, description="Whether it was done there.")
        reference = graphene.String(description="The other system's own.")

    @classmethod
    def perform(cls, info: Any, *, key: str, accepted: bool, reference: str = "") -> dict[str, Any]:
        return {"request": requests.confirm(key, accepted, reference)}


class ConversionMutations:
    loyalty_point_rate_set = LoyaltyPointRateSet.Field()
    loyalty_point_rate_delete = LoyaltyPointRateDelete.Field()
    loyalty_points_convert = LoyaltyPointsConvert.Field()
    my_loyalty_points_convert = MyLoyaltyPointsConvert.Field()
    loyalty_credit_request_confirm = LoyaltyCreditRequestConfirm.Field()
