"""The events that other systems hear: name, version, subject and payload of each.

docs/webhooks.md is generated from this catalogue. Payloads are thin: ids (Saleor's own global ids),
no secret, and no more personal data than the event needs. A field is only ever added; whatever
else must change is a new version.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final


def global_id(type_name: str, key: object) -> str:
    """The id that Saleor's GraphQL API gives an object: global_id("User", 1) is "VXNlcjox"."""
    return b64encode(f"{type_name}:{key}".encode()).decode()


def customer_id(key: int) -> str:
    """The global id of a customer."""
    return global_id("User", key)


def group_id(key: int) -> str:
    """The global id of a group."""
    return global_id("CustomerGroup", key)


def broadcast_id(key: int) -> str:
    """The global id of a broadcast."""
    return global_id("Broadcast", key)


@dataclass(frozen=True, slots=True)
class Payload:
    """What an event says. Subclasses are the catalogue; their docstrings say when they happen.

    Events of one `subject` reach each endpoint in the order in which they happened.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1

    @property
    def subject(self) -> str:
        """What the event is about, as "group:5"."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class _OfGroup(Payload):
    group: str

    @property
    def subject(self) -> str:
        return self.group


@dataclass(frozen=True, slots=True)
class GroupCreated(_OfGroup):
    """A group was created."""

    name: ClassVar[str] = "group.created"
    slug: str
    kind: str
    actor: str


# Up to so many customers one event of a bulk act names; of more, there are several events.
CUSTOMERS_TOGETHER: Final = 100


@dataclass(frozen=True, slots=True)
class MembersJoined(_OfGroup):
    """Customers came into a group."""

    name: ClassVar[str] = "membership.joined"
    customers: tuple[str, ...]
    source: str
    reason: str
    actor: str
    until: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class _OfBroadcast(Payload):
    broadcast: str

    @property
    def subject(self) -> str:
        return self.broadcast


@dataclass(frozen=True, slots=True)
class BroadcastCancelled(_OfBroadcast):
    """A broadcast was cancelled. What was requested before may have been sent."""

    name: ClassVar[str] = "broadcast.cancelled"
    requested: int
    actor: str


@dataclass(frozen=True, slots=True)
class BroadcastFinished(_OfBroadcast):
    """Every recipient of a broadcast is in a batch that was requested, or was skipped.

    recipients = requested + skipped. Of the requested ones so many were reported as sent or
    failed by then; reports are taken afterwards too.
    """

    name: ClassVar[str] = "broadcast.finished"
    recipients: int
    requested: int
    sent: int
    failed: int
    skipped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BroadcastHeld(_OfBroadcast):
    """A broadcast does not begin, or does not go on, before a person has decided: why."""

    name: ClassVar[str] = "broadcast.held"
    because: str


@dataclass(frozen=True, slots=True)
class BroadcastScheduled(_OfBroadcast):
    """A broadcast will begin at a moment."""

    name: ClassVar[str] = "broadcast.scheduled"
    title: str
    channel: str
    scheduled_for: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class BroadcastStarted(_OfBroadcast):
    """The audience of a broadcast is frozen: how many it reaches, and why not the others."""

    name: ClassVar[str] = "broadcast.started"
    title: str
    channel: str
    recipients: int
    reached: int
    skipped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to write to. Where `title` or `text` is null, the batch's is meant."""

    customer: str
    address: str
    title: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class BroadcastBatchRequested(_OfBroadcast):
    """Please send this message to these recipients, once, and report what became of each.

    What names nobody is said once, in the batch's `title` and `text`; else these are null and
    each recipient has an own one. Nothing is left to fill in.
    """

    name: ClassVar[str] = "broadcast.batch_requested"
    batch: int
    channel: str
    format: str
    title: str | None
    text: str | None
    recipients: tuple[Recipient, ...]


CATALOGUE: Final[Mapping[str, type[Payload]]] = {
    payload.name: payload
    for payload in (
        BroadcastBatchRequested,
        BroadcastCancelled,
        BroadcastFinished,
        BroadcastHeld,
        BroadcastScheduled,
        BroadcastStarted,
        GroupCreated,
        MembersJoined,
    )
}


def body(payload: Payload, *, at: datetime) -> str:
    """The bytes that are sent, as text: the envelope of Standard Webhooks with our payload.

    Money and other Decimals are strings, moments ISO 8601.
    """
    envelope = {
        "type": payload.name,
        "version": payload.version,
        "timestamp": at.isoformat(),
        "data": asdict(payload),
    }
    return written(envelope)


def written(value: object) -> str:
    """A part of a body as it is written."""
    return json.dumps(value, default=_text, ensure_ascii=False, separators=(",", ":"))


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"An event cannot hold a {type(value).__name__}.")
