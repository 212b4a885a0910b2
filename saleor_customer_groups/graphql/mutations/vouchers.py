"""Points into vouchers, and back while nobody used them: for a customer, or oneself."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ...errors import InvalidInput
from ...host import point_vouchers
from ..fields import caller_of
from ..ids import key_of
from ..mutation import BaseMutation
from ..types.loyalty import CustomerGroupsLoyalty, OfCustomer
from ..types.vouchers import LoyaltyVoucher
from .conversion import LoyaltyPointsConvertInput
from .loyalty import KEY


class VoucherMutation(BaseMutation):
    """What each of them answers."""

    voucher = graphene.Field(LoyaltyVoucher, description="The voucher as it is now.")
    repeated = graphene.Boolean(description="Whether it was done before under this key.")
    loyalty = graphene.Field(CustomerGroupsLoyalty, description="What the customer has now.")

    class Meta:
        abstract = True


class LoyaltyVoucherCreate(VoucherMutation):
    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Turns points of a customer into a voucher that is good once."

    class Arguments:
        customer = graphene.ID(required=True, description="The ID of the customer.")
        input = LoyaltyPointsConvertInput(required=True, description="How many, into what.")

    @classmethod
    def perform(cls, info: Any, *, customer: str, input: dict[str, Any]) -> dict[str, Any]:
        customer_id = key_of(customer, "User", field="customer")
        return _make(customer_id, input, key="api", actor=caller_of(info).actor)


class MyLoyaltyVoucherCreate(VoucherMutation):
    class Meta:
        act = Act.BE_CUSTOMER
        description = "Turns points of the customer who asks into a voucher that is good once."

    class Arguments:
        input = LoyaltyPointsConvertInput(required=True, description="How many, into what.")

    @classmethod
    def perform(cls, info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(info)
        assert caller.user_id is not None  # noqa: S101 - the act asked
        return _make(caller.user_id, input, key=f"my:{caller.user_id}", actor=caller.actor)


class LoyaltyVoucherGiveBack(VoucherMutation):
    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Makes points again of a voucher that nobody used; it is switched off."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the voucher.")
        key = graphene.String(required=True, description=KEY)
        reason = graphene.String(description="Why, for the customer too.")

    @classmethod
    def perform(cls, info: Any, *, id: str, key: str, reason: str = "") -> dict[str, Any]:
        voucher = _voucher(id)
        return _give_back(voucher, key=f"api:{key}", actor=caller_of(info).actor, reason=reason)


class MyLoyaltyVoucherGiveBack(VoucherMutation):
    class Meta:
        act = Act.BE_CUSTOMER
        description = "Makes points again of an own voucher that was not used."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the voucher.")
        key = graphene.String(required=True, description=KEY)

    @classmethod
    def perform(cls, info: Any, *, id: str, key: str) -> dict[str, Any]:
        caller = caller_of(info)
        voucher = _voucher(id, customer=caller.user_id)
        return _give_back(voucher, key=f"my:{caller.user_id}:{key}", actor=caller.actor)


class VoucherMutations:
    loyalty_voucher_create = LoyaltyVoucherCreate.Field()
    my_loyalty_voucher_create = MyLoyaltyVoucherCreate.Field()
    loyalty_voucher_give_back = LoyaltyVoucherGiveBack.Field()
    my_loyalty_voucher_give_back = MyLoyaltyVoucherGiveBack.Field()


def _make(customer_id: int, input: dict[str, Any], *, key: str, actor: str) -> dict[str, Any]:
    done = point_vouchers.points_to_voucher(
        customer_id,
        input["points"],
        currency=input["currency"],
        key=f"{key}:{input['key']}",
        actor=actor,
    )
    return {
        "voucher": models.PointVoucher.objects.get(pk=done.taken.entry_id),
        "repeated": done.taken.repeated,
        "loyalty": OfCustomer(customer_id),
    }


def _give_back(
    voucher: models.PointVoucher, *, key: str, actor: str, reason: str = ""
) -> dict[str, Any]:
    posted = point_vouchers.give_back(voucher.code_id, key=key, actor=actor, reason=reason)
    voucher.refresh_from_db()
    whose = voucher.customer_id
    return {
        "voucher": voucher,
        "repeated": posted.repeated,
        "loyalty": None if whose is None else OfCustomer(whose),
    }


def _voucher(id: str, **whose: Any) -> models.PointVoucher:
    """The voucher, where it is this customer's. InvalidInput where there is none."""
    found = models.PointVoucher.objects.filter(pk=key_of(id, "LoyaltyVoucher"), **whose).first()
    if found is None:
        raise InvalidInput("There is no such voucher.", field="id", code="not_found")
    return found
