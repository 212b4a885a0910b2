"""What goes through the modules that write: an account, a line, its words. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from ..models import EMPTY_KINDS
from . import rules
from .rules import Amount


@dataclass(frozen=True, slots=True)
class Account:
    """A locked account."""

    id: int
    customer_id: int | None
    unit: str
    currency: str
    balance: int

    def amount(self, units: int) -> Amount:
        """So many of its units, as people see them."""
        return rules.from_units(units, self.currency)

    def with_balance(self, units: int) -> Account:
        """The account after an entry."""
        return replace(self, balance=units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the entries of an act share."""

    kind: str
    source: str
    at: datetime
    key: str | None = None
    fingerprint: bytes | None = None
    reverses: int | None = None
    adjustment: int | None = None

    def parameters(self) -> dict[str, Any]:
        """For the statements that post."""
        return {
            "kind": self.kind,
            "source": self.source,
            "now": self.at,
            "key": self.key,
            "fingerprint": self.fingerprint,
            "reverses": self.reverses,
            "adjustment": self.adjustment,
            "empty": self.kind in EMPTY_KINDS,
        }


@dataclass(frozen=True, slots=True)
class Words:
    """What people say about an entry."""

    reason: str = ""
    actor: str = ""
    reference: str = ""

    def checked(self) -> Words:
        """InvalidInput: they are too long, or hold what the database cannot."""
        rules.check_words(reason=self.reason, actor=self.actor, reference=self.reference)
        return self


class Moved(NamedTuple):
    """An entry as it was written."""

    entry_id: int
    account_id: int
    customer_id: int | None
    number: int
    amount: int
    balance: int
    shortfall: int
