"""Questions about vouchers that were made of points. Their codes are worth money."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ..connections import Slice
from ..fields import ConnectionField, caller_of
from ..ids import key_of
from ..types.vouchers import LoyaltyVoucher


class VoucherQueries:
    my_loyalty_vouchers = ConnectionField(
        LoyaltyVoucher,
        act=Act.BE_CUSTOMER,
        description="The vouchers that the customer who asks got for points, the latest first.",
    )
    loyalty_vouchers = ConnectionField(
        LoyaltyVoucher,
        act=Act.MANAGE_LOYALTY,
        description="The vouchers that a customer got for points, the latest first.",
        customer=graphene.ID(required=True, description="The ID of the customer."),
    )

    @staticmethod
    def resolve_my_loyalty_vouchers(_root: Any, info: Any, **_page: Any) -> Slice:
        return _of(caller_of(info).user_id)

    @staticmethod
    def resolve_loyalty_vouchers(_root: Any, _info: Any, *, customer: str, **_page: Any) -> Slice:
        return _of(key_of(customer, "User", field="customer"))


def _of(customer_id: int | None) -> Slice:
    """Not those whose points were given back."""
    rows = models.PointVoucher.objects.filter(customer=customer_id, ended_at=None)
    return Slice(rows, order=("entry_id",), descending=True)
