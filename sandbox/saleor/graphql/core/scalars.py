"""Scalars of the API."""

from __future__ import annotations

import decimal
from typing import Any

import graphene
from graphene.types.generic import GenericScalar
from graphql.language import ast


class Decimal(graphene.Float):
    """A Decimal, which JSON shows as a number."""

    @staticmethod
    def parse_literal(node: Any) -> decimal.Decimal | None:
        if isinstance(node, ast.FloatValue | ast.IntValue):
            return Decimal.parse_value(node.value)
        return None

    @staticmethod
    def parse_value(value: Any) -> decimal.Decimal | None:
        try:
            parsed = decimal.Decimal(str(value))
        except decimal.DecimalException:
            return None
        return parsed if parsed.is_finite() else None


class PositiveDecimal(graphene.Float):
    """A Decimal of at least 0."""

    @staticmethod
    def parse_value(value: Any) -> decimal.Decimal | None:
        parsed = Decimal.parse_value(value)
        return parsed if parsed is not None and parsed >= 0 else None

    @staticmethod
    def parse_literal(node: Any) -> decimal.Decimal | None:
        parsed = Decimal.parse_literal(node)
        return parsed if parsed is not None and parsed >= 0 else None


class JSON(GenericScalar):
    @staticmethod
    def parse_literal(node: Any) -> Any:
        if isinstance(node, ast.ObjectValue):
            return {f.name.value: GenericScalar.parse_literal(f.value) for f in node.fields}
        if isinstance(node, ast.ListValue):
            return [GenericScalar.parse_literal(value) for value in node.values]
        return None

    @staticmethod
    def parse_value(value: Any) -> Any:
        return value if isinstance(value, dict | list) else None


class UUID(graphene.UUID):
    @staticmethod
    def serialize(uuid: Any) -> str:
        return str(uuid)


class DateTime(graphene.DateTime):
    """A moment, in ISO 8601."""


class Date(graphene.Date):
    """A day, in ISO 8601."""

    @staticmethod
    def parse_value(value: Any) -> Any:
        return graphene.Date.parse_value(value) if value else None
