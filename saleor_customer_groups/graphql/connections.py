"""Lists in pages by cursor: a page costs the same at the start and at the end of a long list."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import graphene
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from graphene.relay.connection import PageInfo
from graphql import GraphQLError

from ..host.db import on_writer
from ..host.graphql_types import NonNullList

MOST: Final = 100
OF_SALEOR: Final = "saleor.graphql."
ARGUMENTS: Final[dict[str, Callable[[], Any]]] = {
    "before": lambda: graphene.String(description="Return the elements before this cursor."),
    "after": lambda: graphene.String(description="Return the elements after this cursor."),
    "first": lambda: graphene.Int(description=f"The first n elements, at most {MOST}."),
    "last": lambda: graphene.Int(description=f"The last n elements, at most {MOST}."),
}


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows in an order: `order` names columns that are never null, the last of them unique.

    `descending` turns all of them. `shown` makes of a row what the node's resolvers get.
    """

    rows: QuerySet[Any]
    order: Sequence[str] = ("pk",)
    descending: bool = False
    shown: Callable[[Any], Any] = field(default=lambda row: row)


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `total_count` is counted only where it is asked for."""

    edges: list[Any]
    page_info: PageInfo
    rows: QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """A row and where it stands."""

    node: Any
    cursor: str


def page_of(
    wanted: Slice,
    *,
    first: int | None,
    last: int | None,
    after: str | None,
    before: str | None,
) -> Page:
    """The page of these arguments, in one statement. GraphQLError for arguments that are none."""
    size = _size(first, last)
    backwards = first is None
    turned = wanted.descending != backwards
    signed = [f"-{name}" if turned else name for name in wanted.order]
    try:
        rows = wanted.rows
        for cursor, ahead in ((after, True), (before, False)):
            if cursor:
                rows = rows.filter(_beyond(wanted, cursor, ahead=ahead))
        found = list(rows.order_by(*signed)[: size + 1])
    except (ValueError, TypeError, ValidationError) as error:
        if not (after or before):
            raise
        raise GraphQLError("Received cursor is invalid.") from error
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    edges = [Edge(node=wanted.shown(row), cursor=_cursor(wanted, row)) for row in found]
    info = PageInfo(
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
        has_next_page=bool(before) if backwards else more,
        has_previous_page=more if backwards else bool(after),
    )
    return Page(edges=edges, page_info=info, rows=wanted.rows)


@cache
def connection_of(node: Any) -> Any:
    """The connection's type of a node's type, named as Saleor names them.

    Of a type of Saleor's own the name has ours before it: Saleor may have such a connection.
    """
    of_saleor = node.__module__.startswith(OF_SALEOR)
    name = f"CustomerGroups{node._meta.name}" if of_saleor else node._meta.name
    edge = type(
        f"{name}CountableEdge",
        (graphene.ObjectType,),
        {
            "node": graphene.Field(node, required=True, description="The item."),
            "cursor": graphene.String(required=True, description="A cursor for pagination."),
            "Meta": type("Meta", (), {"description": "An item of a list and where it stands."}),
        },
    )

    @on_writer
    def resolve_total_count(root: Page, _info: Any) -> int:
        return int(root.rows.order_by().count())

    return type(
        f"{name}CountableConnection",
        (graphene.ObjectType,),
        {
            "page_info": graphene.Field(PageInfo, required=True, description="Of this page."),
            "edges": NonNullList(edge, required=True, description="The items of this page."),
            "total_count": graphene.Int(description="How many there are in all."),
            "resolve_total_count": staticmethod(resolve_total_count),
            "Meta": type("Meta", (), {"description": "A page of a list."}),
        },
    )


def _size(first: int | None, last: int | None) -> int:
    if (first is None) == (last is None):
        raise GraphQLError("You must provide a `first` or `last` value, and not both.")
    name, size = ("first", first) if last is None else ("last", last)
    if not 1 <= size <= MOST:  # type: ignore[operator]  # one of them is given
        raise GraphQLError(f"`{name}` must be from 1 to {MOST}, not {size}.")
    return int(size)  # type: ignore[arg-type]


def _cursor(wanted: Slice, row: Any) -> str:
    values = [str(_value(row, name)) for name in wanted.order]
    return b64encode(json.dumps(values).encode()).decode()


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _beyond(wanted: Slice, cursor: str, *, ahead: bool) -> Q:
    """After the cursor's row in the list's order (`ahead`), or before it."""
    values = _values(cursor)
    if len(values) != len(wanted.order):
        raise GraphQLError("Received cursor is invalid.")
    compared = "gt" if ahead != wanted.descending else "lt"
    condition = Q()
    same: dict[str, str] = {}
    for name, value in zip(wanted.order, values, strict=True):
        condition |= Q(**same, **{f"{name}__{compared}": value})
        same[name] = value
    return condition


def _values(cursor: str) -> list[str]:
    try:
        values = json.loads(b64decode(cursor, validate=True))
    except (ValueError, binascii.Error) as error:
        raise GraphQLError("Received cursor is invalid.") from error
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise GraphQLError("Received cursor is invalid.")
    return values
