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
from typing import Any, Final, get_type_hints

import graphene
from saleor.graphql.core.scalars import DateTime
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


def _field(name: str, hint: Any) -> Any:
    kinds = [kind for kind in getattr(hint, "__args__", (hint,)) if kind not in (type(None), ...)]
    of: Any = SCALARS[kinds[0]]
    if getattr(hint, "__origin__", None) is tuple:
        of = graphene.List(graphene.NonNull(of))
    return graphene.Field(
        of,
        required=type(None) not in getattr(hint, "__args__", ()),
        resolver=_reader(name, is_moment=kinds[0] is datetime),
    )


def _reader(name: str, *, is_moment: bool) -> Callable[..., Any]:
    """Saleor hands on a pair: the native type, and what `webhook_sending` gave it."""

    def read(root: tuple[str, Mapping[str, Any]], _info: Any) -> Any:
        value = root[1].get(name)
        return datetime.fromisoformat(value) if is_moment and value is not None else value

    return read
