"""Groups, their members, applications and segments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from .base import OfGroup


@dataclass(frozen=True, slots=True)
class GroupCreated(OfGroup):
    """A group was created."""

    name: ClassVar[str] = "group.created"
    slug: str
    kind: str
    actor: str


@dataclass(frozen=True, slots=True)
class MembersJoined(OfGroup):
    """Customers came into a group."""

    name: ClassVar[str] = "membership.joined"
    customers: tuple[str, ...]
    source: str
    reason: str
    actor: str
    until: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class GroupDeleted(OfGroup):
    """A group was deleted. Its members left it; events of their own say so first."""

    name: ClassVar[str] = "group.deleted"
    slug: str
    actor: str


@dataclass(frozen=True, slots=True)
class GroupExpired(OfGroup):
    """A snapshot reached its end: it starts nothing new; its members keep what they have."""

    name: ClassVar[str] = "group.expired"
    slug: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GroupUpdated(OfGroup):
    """Details of a group changed, its kind or its rule among them."""

    name: ClassVar[str] = "group.updated"
    slug: str
    changed: tuple[str, ...]
    actor: str


@dataclass(frozen=True, slots=True)
class MembersChanged(OfGroup):
    """The end of memberships was moved; no end: they last."""

    name: ClassVar[str] = "membership.changed"
    customers: tuple[str, ...]
    source: str
    reason: str
    actor: str
    until: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class MembersLeft(OfGroup):
    """Customers left a group: were taken out (source as for joining), came to the end of their
    membership (source "until"), or were erased (source "erased": how many, and no names).
    """

    name: ClassVar[str] = "membership.left"
    customers: tuple[str, ...]
    customer_count: int
    source: str
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApplicationApplied(OfGroup):
    """A customer asked to be in a group."""

    name: ClassVar[str] = "application.applied"
    application: str
    customer: str


@dataclass(frozen=True, slots=True)
class _OfDecision(OfGroup):
    application: str
    customer: str
    actor: str


@dataclass(frozen=True, slots=True)
class ApplicationApproved(_OfDecision):
    """An application was approved, by staff or for the domain of the e-mail address."""

    name: ClassVar[str] = "application.approved"


@dataclass(frozen=True, slots=True)
class ApplicationDeclined(_OfDecision):
    """An application was declined."""

    name: ClassVar[str] = "application.declined"


@dataclass(frozen=True, slots=True)
class ApplicationWithdrawn(_OfDecision):
    """A customer does not ask any more."""

    name: ClassVar[str] = "application.withdrawn"


@dataclass(frozen=True, slots=True)
class SegmentRefreshed(OfGroup):
    """A rule was asked about everybody, and its group changed; a run that changes nothing is not
    told. Who joined and left, events of their own have said.
    """

    name: ClassVar[str] = "segment.refreshed"
    joined: int
    left: int
    drift: bool
