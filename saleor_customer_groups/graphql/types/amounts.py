"""Amounts of loyalty: money for credit and cashback, whole numbers for points."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import graphene
from graphql.language import ast
from prices import Money as Row

from ...errors import InvalidInput
from ...host.graphql_types import Money
from ...loyalty import rules
from ...loyalty.rules import Amount
from ...models import LoyaltyUnit
from ...money import DIGITS
from ..enums import enum_of

Unit = enum_of(LoyaltyUnit, "LoyaltyUnit", "What a balance counts.")
# JSON has no whole numbers beyond these that every client reads exactly.
MOST: Final = 2**53 - 1


class LoyaltyPoints(graphene.Scalar):
    """A whole number of points. It may be larger than an Int: up to 9007199254740991."""

    @staticmethod
    def serialize(value: Any) -> int:
        return int(value)

    @staticmethod
    def parse_value(value: Any) -> int | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return value if is_whole and abs(value) <= MOST else None

    @staticmethod
    def parse_literal(node: Any) -> int | None:
        if not isinstance(node, ast.IntValue):
            return None
        return LoyaltyPoints.parse_value(int(node.value))


class LoyaltyAmount(graphene.ObjectType):
    money = graphene.Field(Money, description="Of credit and cashback.")
    points = LoyaltyPoints(description="Of points.")

    class Meta:
        description = "How much: money for credit and cashback, a whole number for points."


def amount_of(amount: Amount, currency: str) -> LoyaltyAmount:
    """The amount as the API shows it; points have no currency."""
    if currency:
        return LoyaltyAmount(money=Row(Decimal(amount), currency))
    return LoyaltyAmount(points=amount)


def units_of(units: int, currency: str) -> LoyaltyAmount:
    """The same of an amount in smallest units."""
    return amount_of(rules.from_units(units, currency), currency)


def given(amount: Decimal, unit: str, *, field: str = "amount") -> Amount:
    """The amount of an input as the core takes it. InvalidInput: points that are no whole number.

    A client may write 12.50 as 12.5, and 5 points as 5.0.
    """
    if unit != rules.POINTS:
        return amount
    # 1E+999999999 is whole, and to write it out would take all the memory there is.
    is_number = amount.is_finite() and amount.adjusted() <= DIGITS
    if not is_number or amount != amount.to_integral_value():
        raise InvalidInput(f"Points are whole numbers; {amount} is none.", field=field)
    return int(amount)
