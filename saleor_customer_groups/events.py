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
from functools import cache
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
class LoyaltyEarned(_OfEntry):
    """A customer was given something."""

    name: ClassVar[str] = "loyalty.earned"
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoyaltyReversed(_OfEntry):
    """An entry was reversed, in full or in part; the amount has the sign of the reversal."""

    name: ClassVar[str] = "loyalty.reversed"


@dataclass(frozen=True, slots=True)
class LoyaltySpent(_OfEntry):
    """A customer spent something, at once or by a hold that was captured."""

    name: ClassVar[str] = "loyalty.spent"


CATALOGUE: Final[Mapping[str, type[Payload]]] = {
    payload.name: payload
    for payload in (
        GroupCreated,
        LoyaltyBalanceChanged,
        LoyaltyEarned,
        LoyaltyExpired,
        LoyaltyReversed,
        LoyaltySpent,
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
        "data": payload,
    }
    return json.dumps(envelope, default=_text, ensure_ascii=False, separators=(",", ":"))


def _text(value: object) -> str | dict[str, object]:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        # Field by field: `asdict` copies everything first, which of a bulk act's events is most.
        return {name: getattr(value, name) for name in _names(type(value))}
    raise TypeError(f"An event cannot hold a {type(value).__name__}.")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
