"""What all events have: ids, the envelope, and the base of their payloads."""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, Final, get_args, get_origin


def global_id(type_name: str, key: object) -> str:
    """The id that Saleor's GraphQL API gives an object: global_id("User", 1) is "VXNlcjox"."""
    return b2a_base64(f"{type_name}:{key}".encode(), newline=False).decode()


def customer_id(key: int) -> str:
    """The global id of a customer."""
    # as global_id, in half the time: a million of them are told at once
    return b2a_base64(b"User:%d" % key, newline=False).decode()


def group_id(key: int) -> str:
    """The global id of a group."""
    return global_id("CustomerGroup", key)


def actor_id(actor: str) -> str:
    """The global id of who did it: of "User:1", "App:3". "" for the system and the shell."""
    type_name, _, key = actor.partition(":")
    return global_id(type_name, key) if key.isdecimal() else ""


# Up to so many customers one event of a bulk act names; of more, there are several events.
CUSTOMERS_TOGETHER: Final = 100


# Up to so many groups one event names; it says how many they are.
GROUPS_TOGETHER: Final = 100


def named_groups(keys: Iterable[int]) -> tuple[str, ...]:
    """The global ids of the first GROUPS_TOGETHER of these groups, ascending."""
    return tuple(group_id(key) for key in sorted(keys)[:GROUPS_TOGETHER])


@dataclass(frozen=True, slots=True)
class Payload:
    """What an event says. Subclasses are the catalogue; their docstrings say when they happen.

    Events of one `subject` reach each endpoint in the order in which they happened. An App needs
    the permission `needs` to hear of them through Saleor's own webhooks.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    needs: ClassVar[str] = "MANAGE_USERS"

    @property
    def subject(self) -> str:
        """What the event is about, as a global id."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class OfGroup(Payload):
    """The base of what is about one group."""

    group: str

    @property
    def subject(self) -> str:
        return self.group


def native_name(name: str) -> str:
    """The event's name among Saleor's own webhook events: CUSTOMER_GROUP_MEMBERSHIP_JOINED for
    "membership.joined". ("group.created" does not say group twice: CUSTOMER_GROUP_CREATED.)
    """
    return f"CUSTOMER_GROUP_{name.removeprefix('group.').replace('.', '_').upper()}"


def part_of(hint: Any) -> type[Any] | None:
    """The dataclass of which a field of this type has a list; None: it has no such list."""
    first = next(iter(get_args(hint)), None)
    return first if get_origin(hint) is tuple and is_dataclass(first) else None  # type: ignore[return-value]  # it is a class


def body(payload: Payload, *, at: datetime) -> str:
    """The bytes that are sent, as text: the envelope of Standard Webhooks with our payload.

    Money and other Decimals are strings, moments ISO 8601.
    """
    envelope = {
        "type": payload.name,
        "version": payload.version,
        "timestamp": at.isoformat(),
        "data": payload,
    }
    return written(envelope)


def written(value: object) -> str:
    """A part of a body as it is written."""
    return json.dumps(value, default=_text, ensure_ascii=False, separators=(",", ":"))


def _text(value: object) -> str | dict[str, object]:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if is_dataclass(value):
        # Field by field: `asdict` copies everything first, which of a bulk act's events is most.
        return {name: getattr(value, name) for name in _names(type(value))}  # type: ignore[arg-type]  # a class is hashable
    raise TypeError(f"An event cannot hold a {type(value).__name__}.")


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
