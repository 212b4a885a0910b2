"""Odd values for every argument of the schema, each in a request that is right otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import graphene
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
)

from saleor_customer_groups.graphql.schema import schema

LONG = "x" * 5_000
HALF = "\ud800"  # of a character that is written as two
# A list is asked with each of these in it, with nothing, and with null.
ODD: Mapping[str, list[Any]] = {
    "String": ["", "a\x00b", HALF, LONG],
    "ID": [
        "",
        "\x00",
        HALF,
        graphene.Node.to_global_id("CustomerGroup", 2**63 - 1),
        graphene.Node.to_global_id("User", 2**63 - 1),
    ],
    "Int": [0, -1, 2**31 - 1],
    "LoyaltyPoints": [0, 2**62, 1.5],
    "Decimal": ["0", "-1", "NaN", "Infinity", "1e400", "1e-30"],
    "DateTime": [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "2026-01-01T00:00:00",
        "x",
    ],
    "JSON": [[], {}, {"email": {"contains": "\x00"}}, {"email": {"contains": HALF}}, {HALF: 1}],
    "Boolean": [],
    "Upload": ["x"],
}
RIGHT: Mapping[str, Any] = {
    "Int": 1,
    "LoyaltyPoints": 1,
    "Boolean": True,
    "Decimal": "1",
    "DateTime": "2050-01-01T00:00:00Z",
    "JSON": {"email": {"contains": "a"}},
    "Upload": "x",
}
TEXTS = {"channel": "usd", "currency": "USD", "text": "alice@example.com"}


@dataclass(frozen=True)
class Case:
    """A request; `odd` says where in its variables the odd value is, and which it is."""

    field: str
    query: str
    variables: dict[str, Any]
    odd: str


def cases(operation: str, ids: Mapping[str, str]) -> Iterator[Case]:
    """Of every root field, and every argument and field of an input. `ids`: by argument's name."""
    root = schema().get_type("Query" if operation == "query" else "Mutation")
    for name, field in root.fields.items():
        if name.startswith("_"):
            continue
        right = _right_of(field.args, name, ids)
        if "first" in field.args:
            right["first"] = 2
        for path, value in _odd_in(field.args, ()):
            variables = deepcopy(right)
            _put(variables, path, value, field.args, name, ids)
            yield Case(
                name, _query(operation, name, field, variables), variables, f"{path}={value!r:.60}"
            )


def _query(operation: str, name: str, field: Any, variables: Mapping[str, Any]) -> str:
    declared = ", ".join(f"${one}: {field.args[one].type}" for one in variables)
    passed = ", ".join(f"{one}: ${one}" for one in variables)
    fields = getattr(get_named_type(field.type), "fields", {})
    told = "errors { field message code }" if "errors" in fields else "__typename"
    edges = " edges { cursor }" if "edges" in fields else ""
    return f"{operation}({declared}) {{ {name}({passed}) {{ {told}{edges} }} }}"


def _right_of(taken: Mapping[str, Any], root: str, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: _right(one.type, name, root, ids)
        for name, one in taken.items()
        if isinstance(one.type, GraphQLNonNull)
    }


def _right(of: Any, name: str, root: str, ids: Mapping[str, str]) -> Any:
    if isinstance(of, GraphQLNonNull):
        return _right(of.of_type, name, root, ids)
    if isinstance(of, GraphQLList):
        return [_right(of.of_type, name, root, ids)]
    if isinstance(of, GraphQLEnumType):
        return of.values[0].name
    if isinstance(of, GraphQLInputObjectType):
        return _right_of(of.fields, root, ids)
    if of.name == "ID":
        whose = max((one for one in ids if root.startswith(one)), key=len, default="group")
        return ids.get(name, ids[whose])
    return TEXTS.get(name, "x") if of.name == "String" else RIGHT[of.name]


def _odd_in(
    taken: Mapping[str, Any], path: tuple[Any, ...]
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for name, one in taken.items():
        here, of = (*path, name), get_named_type(one.type)
        nullable = not isinstance(one.type, GraphQLNonNull)
        is_list = isinstance(one.type if nullable else one.type.of_type, GraphQLList)
        values = ODD.get(of.name, [])
        found = [*([value] for value in values), [], [None]] if is_list else values
        for value in (*found, *([None] if nullable else [])):
            yield here, value
        if isinstance(of, GraphQLInputObjectType):
            yield from _odd_in(of.fields, (*here, 0) if is_list else here)


def _put(
    into: Any,
    path: tuple[Any, ...],
    value: Any,
    taken: Mapping[str, Any],
    root: str,
    ids: Mapping[str, str],
) -> None:
    """The value at this place, and what is right on the way there."""
    for step in path[:-1]:
        if isinstance(step, str):
            if into.get(step) is None:
                into[step] = _right(taken[step].type, step, root, ids)
            taken = get_named_type(taken[step].type).fields
        into = into[step]
    into[path[-1]] = value


def names_in(taken: Mapping[str, Any]) -> Iterator[str]:
    """The arguments, and the fields of inputs in them."""
    for name, one in taken.items():
        yield name
        of = get_named_type(one.type)
        if isinstance(of, GraphQLInputObjectType):
            yield from names_in(of.fields)
