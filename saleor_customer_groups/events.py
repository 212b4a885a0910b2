"""The events that other systems hear: name, version, subject and payload of each.

docs/webhooks.md is generated from this catalogue. Payloads are thin: ids (Saleor's own global ids),
no secret, and no more personal data than the event needs. A field is only ever added; whatever
else must change is a new version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
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


def actor_id(actor: str) -> str:
    """The global id of who did it: of "User:1", "App:3". "" for the system and the shell."""
    type_name, _, key = actor.partition(":")
    return global_id(type_name, key) if key.isdecimal() else ""


# Up to so many groups one event names; it says how many they are.
GROUPS_TOGETHER: Final = 100


def named_groups(keys: Iterable[int]) -> tuple[str, ...]:
    """The global ids of the first GROUPS_TOGETHER of these groups, ascending."""
    return tuple(group_id(key) for key in sorted(keys)[:GROUPS_TOGETHER])


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


@dataclass(frozen=True, slots=True)
class SegmentRefreshed(_OfGroup):
    """A rule was asked about everybody, and its group changed; a run that changes nothing is not
    told. Who joined and left, events of their own have said.
    """

    name: ClassVar[str] = "segment.refreshed"
    joined: int
    left: int
    drift: bool


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


def native_name(name: str) -> str:
    """The event's name among Saleor's own webhook events: CUSTOMER_GROUP_MEMBERSHIP_JOINED for
    "membership.joined". ("group.created" does not say group twice: CUSTOMER_GROUP_CREATED.)
    """
    return f"CUSTOMER_GROUP_{name.removeprefix('group.').replace('.', '_').upper()}"


CATALOGUE: Final[Mapping[str, type[Payload]]] = {
    payload.name: payload
    for payload in (
        ApplicationApplied,
        ApplicationApproved,
        ApplicationDeclined,
        ApplicationWithdrawn,
        BroadcastBatchRequested,
        BroadcastCancelled,
        BroadcastFinished,
        BroadcastHeld,
        BroadcastScheduled,
        BroadcastStarted,
        CreditRequested,
        EndpointDisabled,
        EndpointFailing,
        ExportFinished,
        GroupCreated,
        GroupDeleted,
        GroupExpired,
        GroupUpdated,
        ImportFinished,
        ImportUndone,
        LoyaltyAdjusted,
        LoyaltyBalanceChanged,
        LoyaltyEarned,
        LoyaltyExpired,
        LoyaltyExpiringSoon,
        LoyaltyNoticeRequested,
        LoyaltyReversed,
        LoyaltyShortfall,
        LoyaltySpent,
        MembersChanged,
        MembersJoined,
        MembersLeft,
        PingSent,
        PriceListCreated,
        PriceListDeleted,
        PriceListUpdated,
        PriceRuleCreated,
        PriceRuleDeleted,
        PriceRuleUpdated,
        PricesContextChanged,
        SegmentRefreshed,
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
