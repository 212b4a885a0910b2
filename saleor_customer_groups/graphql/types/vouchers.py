"""Vouchers that customers got for their points, as the API shows them."""

from __future__ import annotations

from typing import Any

import graphene
from prices import Money as Row

from ... import models, money
from ...host.graphql_types import DateTime, Money
from ..loaders.vouchers import CodeOfVoucher


class LoyaltyVoucher(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the voucher.")
    code = graphene.String(
        description="What to type in at the checkout; null: staff deleted the voucher."
    )
    amount = graphene.Field(Money, required=True, description="What it is worth.")
    expires_at = DateTime(description="When it expires; null: never.")
    is_used = graphene.Boolean(
        required=True, description="Whether it was used, or is of no use any more."
    )
    created_at = DateTime(required=True, description="When it was made.")

    class Meta:
        description = "A voucher for points: good once, for one customer, in one currency."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_id(root: models.PointVoucher, _info: Any) -> int:
        return root.entry_id

    @staticmethod
    def resolve_code(root: models.PointVoucher, info: Any) -> Any:
        return CodeOfVoucher.of(info).load(root.code_id).then(lambda found: found and found[0])

    @staticmethod
    def resolve_amount(root: models.PointVoucher, _info: Any) -> Row:
        return Row(money.from_minor(root.amount, root.currency), root.currency)

    @staticmethod
    def resolve_is_used(root: models.PointVoucher, info: Any) -> Any:
        def used(found: tuple[str, bool] | None) -> bool:
            return root.ended_at is not None or found is None or found[1]

        return CodeOfVoucher.of(info).load(root.code_id).then(used)
