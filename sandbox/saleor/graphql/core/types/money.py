"""Money: an amount and its currency."""

from __future__ import annotations

from typing import Any

import graphene

from ....core.prices import quantize_price


class Money(graphene.ObjectType):
    currency = graphene.String(description="Currency code.", required=True)
    amount = graphene.Float(description="Amount of money.", required=True)

    class Meta:
        description = "Represents amount of money in specific currency."

    @staticmethod
    def resolve_amount(root: Any, _info: Any) -> Any:
        return quantize_price(root.amount, root.currency)
