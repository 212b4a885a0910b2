"""Loyalty. Amounts are Decimal for money, int for points; `currency` is empty for points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from .base import Payload


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
    needs: ClassVar[str] = "MANAGE_GIFT_CARD"
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
    needs: ClassVar[str] = "MANAGE_GIFT_CARD"
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
    needs: ClassVar[str] = "MANAGE_GIFT_CARD"
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
    needs: ClassVar[str] = "MANAGE_GIFT_CARD"
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
