"""Broadcasts: messages to groups, and what senders are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from .base import Payload, global_id


def broadcast_id(key: int) -> str:
    """The global id of a broadcast."""
    return global_id("Broadcast", key)


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
