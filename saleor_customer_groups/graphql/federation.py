"""Federation: what a gateway asks to join our API with Saleor's.

`_entities` gives our things by their ids to those who may read them, and to nobody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import graphene
from django.conf import settings
from graphql import GraphQLArgument, GraphQLError, GraphQLField, GraphQLList, GraphQLNonNull

from ..errors import InvalidInput
from ..host.db import on_writer
from .entities import ENTITIES
from .fields import caller_of
from .ids import key_of
from .sdl import sdl_of

MOST: Final = 100
TYPENAME: Final = "__typename"


class _Any(graphene.Scalar):
    """An object with `__typename` and `id`."""

    @staticmethod
    def serialize(value: Any) -> Any:
        return value

    @staticmethod
    def parse_value(value: Any) -> Any:
        return value

    @staticmethod
    def parse_literal(node: Any) -> Any:
        fields = getattr(node, "fields", ())
        return {field.name.value: getattr(field.value, "value", None) for field in fields}


class _Entity(graphene.Union):
    class Meta:
        types = tuple(one.type for one in ENTITIES.values())
        description = "A thing of ours that has an id."

    @classmethod
    def resolve_type(cls, instance: Any, info: Any) -> Any:
        return next(one.type for one in ENTITIES.values() if one.rows().model is type(instance))


class _Service(graphene.ObjectType):
    sdl = graphene.String(required=True, description="The schema, as a gateway needs it.")

    class Meta:
        description = "What a gateway asks first."


TYPES: Final = (_Any, _Entity, _Service)


def federate(schema: Any) -> Any:
    """Give the schema, which has TYPES, the two fields of a gateway."""
    query = schema.get_query_type()
    representations = GraphQLNonNull(GraphQLList(GraphQLNonNull(schema.get_type("_Any"))))
    query.fields["_entities"] = GraphQLField(
        GraphQLNonNull(GraphQLList(schema.get_type("_Entity"))),
        args={
            "representations": GraphQLArgument(
                representations, description=f"Objects with `__typename` and `id`, at most {MOST}."
            )
        },
        resolver=on_writer(resolve_entities),
        description="Things of ours, by their types and ids. Each needs what reading it needs.",
    )

    query.fields["_service"] = GraphQLField(
        GraphQLNonNull(schema.get_type("_Service")),
        resolver=lambda _root, _info: _Service(sdl=_text(schema)),
        description="The schema, for a gateway.",
    )
    return schema


@cache
def _text(schema: Any) -> str:
    return sdl_of(schema, ENTITIES)


def resolve_entities(_root: Any, info: Any, *, representations: Sequence[Any]) -> list[Any]:
    """The rows in the order of their representations; None where there is none.

    Forbidden if one of the types may not be read. A statement for each type.
    """
    most = int(getattr(settings, "FEDERATED_QUERY_MAX_ENTITIES", MOST)) or MOST
    if len(representations) > most:
        raise GraphQLError(f"At most {most} entities can be asked for, not {len(representations)}.")
    wanted = [_wanted(one) for one in representations]
    keys: dict[str, set[int]] = defaultdict(set)
    for name, key in wanted:
        keys[name].add(key)
    for name in keys:
        caller_of(info).require(ENTITIES[name].act)
    found = {name: ENTITIES[name].rows().in_bulk(ids) for name, ids in keys.items()}
    return [found[name].get(key) for name, key in wanted]


def _wanted(representation: Any) -> tuple[str, int]:
    if not isinstance(representation, dict):
        raise GraphQLError("A representation is an object with __typename and id.")
    name, id = representation.get(TYPENAME), representation.get("id")
    if not isinstance(name, str) or name not in ENTITIES:
        raise GraphQLError(f"“{name}” is no type that can be asked for by its id.")
    if not isinstance(id, str):
        raise GraphQLError("A representation has an id.")
    try:
        return name, key_of(id, name)
    except InvalidInput as refusal:
        raise GraphQLError(refusal.message) from refusal
