"""The events that other systems hear: name, version, subject and payload of each.

docs/webhooks.md is generated from this catalogue. Payloads are thin: ids (Saleor's own global ids),
no secret, and no more personal data than the event needs. A field is only ever added; whatever
else must change is a new version.
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final


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
class _OfGroup(Payload):
    group: str

    @property
    def subject(self) -> str:
        return self.group


# Groups.


@dataclass(frozen=True, slots=True)
class GroupCreated(_OfGroup):
    """A group was created."""

    name: ClassVar[str] = "group.created"
    slug: str
    kind: str
    actor: str


@dataclass(frozen=True, slots=True)
class GroupDeleted(_OfGroup):
    """A group was deleted. Its members left it; events of their own say so first."""

    name: ClassVar[str] = "group.deleted"
    slug: str
    actor: str


@dataclass(frozen=True, slots=True)
class GroupExpired(_OfGroup):
    """A snapshot reached its end: it starts nothing new; its members keep what they have."""

    name: ClassVar[str] = "group.expired"
    slug: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GroupUpdated(_OfGroup):
    """Details of a group changed, its kind or its rule among them."""

    name: ClassVar[str] = "group.updated"
    slug: str
    changed: tuple[str, ...]
    actor: str


# Memberships.


@dataclass(frozen=True, slots=True)
class MembersChanged(_OfGroup):
    """The end of memberships was moved; no end: they last."""

    name: ClassVar[str] = "membership.changed"
    customers: tuple[str, ...]
    source: str
    reason: str
    actor: str
    until: datetime | None
    at: datetime


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
class MembersLeft(_OfGroup):
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


# Applications for groups.


@dataclass(frozen=True, slots=True)
class ApplicationApplied(_OfGroup):
    """A customer asked to be in a group."""

    name: ClassVar[str] = "application.applied"
    application: str
    customer: str


@dataclass(frozen=True, slots=True)
class _OfDecision(_OfGroup):
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


# Segments.


@dataclass(frozen=True, slots=True)
class SegmentRefreshed(_OfGroup):
    """A rule was asked about everybody, and its group changed; a run that changes nothing is not
    told. Who joined and left, events of their own have said.
    """

    name: ClassVar[str] = "segment.refreshed"
    joined: int
    left: int
    drift: bool


# Prices.


@dataclass(frozen=True, slots=True)
class _OfPriceList(Payload):
    needs: ClassVar[str] = "MANAGE_DISCOUNTS"
    price_list: str
    groups: tuple[str, ...]
    group_count: int

    @property
    def subject(self) -> str:
        return self.price_list


@dataclass(frozen=True, slots=True)
class PriceListCreated(_OfPriceList):
    """A price list was created. It has no prices yet."""

    name: ClassVar[str] = "price_list.created"


@dataclass(frozen=True, slots=True)
class PriceListDeleted(_OfPriceList):
    """A price list was deleted with its prices."""

    name: ClassVar[str] = "price_list.deleted"


@dataclass(frozen=True, slots=True)
class PriceListUpdated(_OfPriceList):
    """Something about a price list, or its prices, changed: one event an act. It names the groups
    that have the list and those that had it before.
    """

    name: ClassVar[str] = "price_list.updated"
    entries_changed: int
    entries_removed: int


@dataclass(frozen=True, slots=True)
class _OfPriceRule(Payload):
    needs: ClassVar[str] = "MANAGE_DISCOUNTS"
    price_rule: str
    groups: tuple[str, ...]
    group_count: int

    @property
    def subject(self) -> str:
        return self.price_rule


@dataclass(frozen=True, slots=True)
class PriceRuleCreated(_OfPriceRule):
    """A price rule was created."""

    name: ClassVar[str] = "price_rule.created"


@dataclass(frozen=True, slots=True)
class PriceRuleDeleted(_OfPriceRule):
    """A price rule was deleted."""

    name: ClassVar[str] = "price_rule.deleted"


@dataclass(frozen=True, slots=True)
class PriceRuleUpdated(_OfPriceRule):
    """A price rule was saved again. It names the groups that it holds for and those that it held
    for before.
    """

    name: ClassVar[str] = "price_rule.updated"


@dataclass(frozen=True, slots=True)
class PricesContextChanged(Payload):
    """What shoppers pay may have changed without a change of members, rules or lists: guests have
    another group or none (cause "guest_group"), newcomers enter another group ("default_group"),
    or a window of rules or lists opened or closed ("window").
    """

    name: ClassVar[str] = "prices.context_changed"
    needs: ClassVar[str] = "MANAGE_DISCOUNTS"
    cause: str
    groups: tuple[str, ...]
    group_count: int
    channel: str

    @property
    def subject(self) -> str:
        return "prices"


# Imports and exports.


@dataclass(frozen=True, slots=True)
class ExportFinished(_OfGroup):
    """The file of an export is ready."""

    name: ClassVar[str] = "export.finished"
    export: str
    format: str
    customer_count: int
    actor: str


@dataclass(frozen=True, slots=True)
class ImportFinished(_OfGroup):
    """An import was applied. The counts are of lines; of who was not in the file and left
    (mode "replace"), of members.
    """

    name: ClassVar[str] = "import.finished"
    import_id: str
    mode: str
    joined: int
    changed: int
    left: int
    unchanged: int
    refused: int
    actor: str


@dataclass(frozen=True, slots=True)
class ImportUndone(_OfGroup):
    """An import was undone. Whoever was changed since stayed as they are."""

    name: ClassVar[str] = "import.undone"
    import_id: str
    undone: int
    kept: int
    actor: str


CATALOGUE: Final[Mapping[str, type[Payload]]] = {
    payload.name: payload
    for payload in (
        GroupCreated,
        GroupDeleted,
        GroupExpired,
        GroupUpdated,
        MembersChanged,
        MembersJoined,
        MembersLeft,
        ApplicationApplied,
        ApplicationApproved,
        ApplicationDeclined,
        ApplicationWithdrawn,
        SegmentRefreshed,
        PriceListCreated,
        PriceListDeleted,
        PriceListUpdated,
        PriceRuleCreated,
        PriceRuleDeleted,
        PriceRuleUpdated,
        PricesContextChanged,
        ExportFinished,
        ImportFinished,
        ImportUndone,
    )
}


def native_name(name: str) -> str:
    """The event's name among Saleor's own webhook events: CUSTOMER_GROUP_MEMBERSHIP_JOINED for
    "membership.joined". ("group.created" does not say group twice: CUSTOMER_GROUP_CREATED.)
    """
    return f"CUSTOMER_GROUP_{name.removeprefix('group.').replace('.', '_').upper()}"


def body(payload: Payload, *, at: datetime) -> str:
    """The bytes that are sent, as text: the envelope of Standard Webhooks with our payload.

    Money and other Decimals are strings, moments ISO 8601.
    """
    envelope = {
        "type": payload.name,
        "version": payload.version,
        "timestamp": at.isoformat(),
        "data": {one.name: getattr(payload, one.name) for one in fields(payload)},
    }
    return json.dumps(envelope, default=_text, ensure_ascii=False, separators=(",", ":"))


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"An event cannot hold a {type(value).__name__}.")
