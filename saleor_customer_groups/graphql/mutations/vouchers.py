"""Points into vouchers, and back while nobody used them: for a customer, or oneself."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ...host import point_vouchers
from ..fields import caller_of
from ..rows import row_of
from ..types.loyalty import OfCustomer
from ..types.vouchers import LoyaltyVoucher
from .conversion import OfACustomer, OfOneself, PointsMutation
from .loyalty import KEY


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


class VoucherMutation(PointsMutation):
    """Points become a voucher, or it becomes points again."""

    voucher = graphene.Field(LoyaltyVoucher, description="The voucher as it is now.")
    turn = staticmethod(_make)

    class Meta:
        abstract = True


class LoyaltyVoucherCreate(OfACustomer, VoucherMutation):
    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Turns points of a customer into a voucher that is good once."


class MyLoyaltyVoucherCreate(OfOneself, VoucherMutation):
    class Meta:
        act = Act.BE_CUSTOMER
        description = "Turns points of the customer who asks into a voucher that is good once."


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
    rows = models.PointVoucher.objects.filter(**whose)
    return row_of(rows, id, "LoyaltyVoucher", missing="There is no such voucher.")
