"""The smallest request of any field of the schema, made of the schema itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import graphene
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
)

from saleor_customer_groups.graphql.schema import schema

VALUES = {
    "String": '"x"',
    "ID": f'"{graphene.Node.to_global_id("Nothing", 1)}"',
    "Int": "1",
    "Float": "1.0",
    "LoyaltyPoints": "1",
    "Boolean": "false",
    "Decimal": "1",
    "PositiveDecimal": "1",
    "DateTime": '"2026-01-01T00:00:00Z"',
    "Date": '"2026-01-01"',
    "UUID": '"00000000-0000-0000-0000-000000000000"',
    "JSON": "{}",
    "JSONString": '"{}"',
    "Upload": '"x"',
    "_Any": '{__typename: "CustomerGroup", id: "x"}',
}


def requests(operation: str) -> dict[str, str]:
    """Of each root field its smallest request, by the field's name."""
    root = _root(operation)
    return {
        name: f"{operation} {{ {name}{_arguments(field)}{_selection(field.type)} }}"
        for name, field in root.fields.items()
    }


def ids_in(operation: str, name: str) -> set[str]:
    """The IDs that a root field takes, by itself or in an input."""
    return set(_ids(_root(operation).fields[name].args))


def _root(operation: str) -> Any:
    return schema().get_type("Query" if operation == "query" else "Mutation")


def _ids(taken: Any) -> Iterator[str]:
    for name, argument in taken.items():
        of = get_named_type(argument.type)
        if of.name == "ID":
            yield name
        elif isinstance(of, GraphQLInputObjectType):
            yield from _ids(of.fields)


def _arguments(field: Any) -> str:
    given = {
        name: value_of(argument.type)
        for name, argument in field.args.items()
        if isinstance(argument.type, GraphQLNonNull)
    }
    if "first" in field.args:
        given["first"] = "1"
    if not given:
        return ""
    return f"({', '.join(f'{name}: {value}' for name, value in given.items())})"


def _selection(of: Any) -> str:
    named = get_named_type(of)
    is_object = isinstance(named, GraphQLObjectType | GraphQLUnionType)
    return " { __typename }" if is_object else ""


def value_of(of: Any) -> str:
    """A literal of this type: of an input only what it must have."""
    if isinstance(of, GraphQLNonNull):
        return value_of(of.of_type)
    if isinstance(of, GraphQLList):
        return f"[{value_of(of.of_type)}]"
    if isinstance(of, GraphQLEnumType):
        return str(of.values[0].name)
    if isinstance(of, GraphQLInputObjectType):
        needed = {
            name: value_of(field.type)
            for name, field in of.fields.items()
            if isinstance(field.type, GraphQLNonNull)
        }
        return "{" + ", ".join(f"{name}: {value}" for name, value in needed.items()) + "}"
    return VALUES[of.name]
