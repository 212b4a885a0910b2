"""The events that other systems hear: name, version, subject and payload of each.

docs/webhooks.md is generated from this catalogue. Payloads are thin: ids (Saleor's own global ids),
no secret, and no more personal data than the event needs. A field is only ever added; whatever
else must change is a new version.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
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


# Loyalty. Amounts are Decimal for money, int for points; `currency` is empty for points.


@dataclass(frozen=True, slots=True)
class BalanceChange:
    """What one customer's balance changed by, and what it is after that.

    `number` counts the changes of the balance: a change with a lower one is older, in whatever
    order they arrive.
    """

    customer: str
    amount: Decimal | int
    balance: Decimal | int
    number: int


@dataclass(frozen=True, slots=True)
class _OfBalances(Payload):
    unit: str
    currency: str
    changes: tuple[BalanceChange, ...]

    @property
    def subject(self) -> str:
        if len(self.changes) == 1:
            return self.changes[0].customer
        return f"loyalty:{self.unit}:{self.currency}"


@dataclass(frozen=True, slots=True)
class _OfAdjustment(Payload):
    adjustment: int

    @property
    def subject(self) -> str:
        return f"adjustment:{self.adjustment}"


@dataclass(frozen=True, slots=True)
class LoyaltyAdjusted(_OfAdjustment):
    """A bulk act on balances has ended, or its reversal has.

    `status` is done, cancelled or reversed; `amount` is the sum of all entries, of a reversal of
    what was taken back.
    """

    name: ClassVar[str] = "loyalty.adjusted"
    unit: str
    currency: str
    group: str
    status: str
    customers: int
    amount: Decimal | int
    reason: str
    actor: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Whom to tell, and what."""

    customer: str
    amount: Decimal | int
    balance: Decimal | int


@dataclass(frozen=True, slots=True)
class LoyaltyNoticeRequested(_OfAdjustment):
    """Tell these customers of a bulk act on their balances, by e-mail or SMS as `channel` says.

    A bulk act has several such events; who sends looks the addresses up.
    """

    name: ClassVar[str] = "loyalty.notice_requested"
    channel: str
    unit: str
    currency: str
    reason: str
    recipients: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class LoyaltyBalanceChanged(_OfBalances):
    """Balances changed, for whatever reason; a bulk act has several such events."""

    name: ClassVar[str] = "loyalty.balance_changed"
    kind: str
    source: str
    adjustment: int | None


@dataclass(frozen=True, slots=True)
class LoyaltyExpired(_OfBalances):
    """What customers had has expired."""

    name: ClassVar[str] = "loyalty.expired"


@dataclass(frozen=True, slots=True)
class _OfEntry(Payload):
    customer: str
    unit: str
    currency: str
    amount: Decimal | int
    entry: int
    source: str
    reference: str

    @property
    def subject(self) -> str:
        return self.customer


@dataclass(frozen=True, slots=True)
class _OfCustomer(Payload):
    customer: str
    unit: str
    currency: str
    amount: Decimal | int

    @property
    def subject(self) -> str:
        return self.customer


@dataclass(frozen=True, slots=True)
class CreditRequested(_OfCustomer):
    """Another system, which keeps the ledger, is asked to give (or, below 0, to take) something.

    It does so once a key, and confirms.
    """

    name: ClassVar[str] = "credit.requested"
    key: str
    reason: str
    order: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoyaltyEarned(_OfEntry):
    """A customer was given something."""

    name: ClassVar[str] = "loyalty.earned"
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoyaltyExpiringSoon(_OfCustomer):
    """So much of what a customer has expires on a day, the first of it at this moment."""

    name: ClassVar[str] = "loyalty.expiring_soon"
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LoyaltyReversed(_OfEntry):
    """An entry was reversed, in full or in part; the amount has the sign of the reversal."""

    name: ClassVar[str] = "loyalty.reversed"


@dataclass(frozen=True, slots=True)
class LoyaltyShortfall(_OfCustomer):
    """A refund took back less than its order had earned: so much was spent already."""

    name: ClassVar[str] = "loyalty.shortfall"
    order: str


@dataclass(frozen=True, slots=True)
class LoyaltySpent(_OfEntry):
    """A customer spent something, at once or by a hold that was captured."""

    name: ClassVar[str] = "loyalty.spent"


# Endpoints.


def endpoint_id(key: int) -> str:
    """The global id of an endpoint."""
    return global_id("WebhookEndpoint", key)


@dataclass(frozen=True, slots=True)
class _OfEndpoint(Payload):
    endpoint: str

    @property
    def subject(self) -> str:
        return self.endpoint


@dataclass(frozen=True, slots=True)
class EndpointDisabled(_OfEndpoint):
    """An endpoint was switched off because it answered 410 or failed for five days."""

    name: ClassVar[str] = "endpoint.disabled"
    endpoint_name: str
    reason: str  # gone, failing
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class EndpointFailing(_OfEndpoint):
    """Nothing has reached an endpoint for a day; said again daily until it is switched off."""

    name: ClassVar[str] = "endpoint.failing"
    endpoint_name: str
    failing_since: datetime
    disabled_at: datetime


@dataclass(frozen=True, slots=True)
class PingSent(_OfEndpoint):
    """Somebody tests an endpoint. Only that endpoint hears it."""

    name: ClassVar[str] = "ping.sent"
    actor: str


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


CATALOGUE: Final[Mapping[str, type[Payload]]] = {
    payload.name: payload
    for payload in (
        BroadcastBatchRequested,
        BroadcastCancelled,
        BroadcastFinished,
        BroadcastHeld,
        BroadcastScheduled,
        BroadcastStarted,
        CreditRequested,
        EndpointDisabled,
        EndpointFailing,
        GroupCreated,
        LoyaltyAdjusted,
        LoyaltyBalanceChanged,
        LoyaltyEarned,
        LoyaltyExpired,
        LoyaltyExpiringSoon,
        LoyaltyNoticeRequested,
        LoyaltyReversed,
        LoyaltyShortfall,
        LoyaltySpent,
        MembersJoined,
        PingSent,
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
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"An event cannot hold a {type(value).__name__}.")
