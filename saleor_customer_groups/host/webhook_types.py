"""The types of our events in Saleor's API: what a subscription query may ask of each.

A type has the fields of the payload, in camelCase, and the id of the event, which is the same
however often it is delivered. Types join the schema as it is made, so before it is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, get_args, get_type_hints

import graphene
from saleor.graphql.core.scalars import JSON, DateTime
from saleor.graphql.core.types import BaseObjectType
from saleor.graphql.core.types.event import SubscriptionObjectType
from saleor.graphql.webhook import enums, subscription_types

from .. import events
from . import webhook_events

SCHEMA: Final = "saleor.graphql.api"
TOO_LATE: Final = f"Subscriptions cannot ask for our events: {SCHEMA} was imported already."
CATEGORY: Final = "Customer groups"
EVENT_ID: Final = "event_id"

# What crosses as text in the payload's JSON stays text: money does not become a float.
SCALARS: Final[Mapping[Any, Any]] = {
    str: graphene.String,
    int: graphene.Int,
    bool: graphene.Boolean,
    Decimal: graphene.String,
    datetime: DateTime,
    Mapping[str, int]: JSON,
}


def install() -> str:
    """Add a type for each event; "", or the sentence why it is too late."""
    if SCHEMA in sys.modules:
        return TOO_LATE
    for native, payload in webhook_events.TYPES.items():
        made = type_of(payload)
        subscription_types.ASYNC_WEBHOOK_TYPES_MAP[native] = made
        subscription_types.WEBHOOK_TYPES_MAP[native] = made
        enums.WEBHOOK_EVENT_DESCRIPTION[native] = webhook_events.says(payload)
    return ""


def type_of(payload: type[events.Payload]) -> type[Any]:
    """The GraphQL type of an event, named after it: CustomerGroupMembershipJoined."""
    name = events.native_name(payload.name).title().replace("_", "")
    meta = {
        "root_type": None,
        "enable_dry_run": False,
        "interfaces": (subscription_types.Event,),
        "description": webhook_events.says(payload),
        "doc_category": CATEGORY,
    }
    hints = get_type_hints(payload)
    members: dict[str, Any] = {
        one.name: _field(one.name, hints[one.name]) for one in fields(payload)
    }
    members[EVENT_ID] = _field(EVENT_ID, str)
    return type(name, (SubscriptionObjectType,), {**members, "Meta": type("Meta", (), meta)})


@cache
def _part(part: type[Any]) -> Any:
    """The GraphQL type of the objects in a list of an event; made once, as names are unique."""
    hints = get_type_hints(part)
    members = {one.name: _field(one.name, hints[one.name], in_list=True) for one in fields(part)}
    meta = {"description": webhook_events.says(part), "doc_category": CATEGORY}
    members["Meta"] = type("Meta", (), meta)
    return type(f"CustomerGroup{part.__name__}", (BaseObjectType,), members)


def _kind(hint: Any) -> Any:
    """What it is a list of, or perhaps null of; of several kinds the first, which is text."""
    if hint in SCALARS:
        return hint
    return next(kind for kind in get_args(hint) if kind not in (type(None), ...))


def _field(name: str, hint: Any, *, in_list: bool = False) -> Any:
    kind, part = _kind(hint), events.part_of(hint)
    of: Any = _part(part) if part else SCALARS[kind]  # type: ignore[arg-type]  # a class is hashable
    if getattr(hint, "__origin__", None) is tuple:
        of = graphene.List(graphene.NonNull(of))
    return graphene.Field(
        of,
        required=type(None) not in getattr(hint, "__args__", ()),
        resolver=_reader(name, is_moment=kind is datetime, in_list=in_list),
    )


def _reader(name: str, *, is_moment: bool, in_list: bool) -> Callable[..., Any]:
    """Saleor hands on a pair: the native type, and what `webhook_sending` gave it."""

    def read(root: Any, _info: Any) -> Any:
        value = (root if in_list else root[1]).get(name)
        return datetime.fromisoformat(value) if is_moment and value is not None else value

    return read
