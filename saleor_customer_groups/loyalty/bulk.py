"""Acts on the accounts of many customers: a set of rows is one statement.

Each call is one transaction; the caller cuts a large act into chunks of some thousand customers.
Who has an entry of this adjustment and kind already is left out, so a chunk may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .rules import Short


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What all rows of a bulk act share."""

    adjustment_id: int
    unit: str
    kind: str
    source: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Customers, once each; amounts in smallest units; when each lot expires (None: none does)."""

    customer_ids: Sequence[int]
    amounts: Sequence[int]
    expiries: Sequence[datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class Selected:
    """The same as a SELECT of ours, of (customer_id, amount, expires_at), with its parameters.

    `first` and `last`: between which ids the customers lie.
    """

    sql: str
    parameters: Mapping[str, Any]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many customers got an entry, the sum of these, and by how much too little was there.

    `short`: of how many customers less than asked was there (who were left out, or gave all).
    """

    posted: int
    amount: int
    short: int = 0
    shortfall: int = 0


def post_many(act: Act, rows: Rows | Selected, *, now: datetime | None = None) -> Counts:
    """Give each customer their amount (positive). Who has no account gets one."""
    raise NotImplementedError


def take_many(
    act: Act, rows: Rows | Selected, *, short: Short = Short.REFUSE, now: datetime | None = None
) -> Counts:
    """Take each customer's amount (positive), lots that expire first going first."""
    raise NotImplementedError


def set_many(act: Act, rows: Rows | Selected, *, now: datetime | None = None) -> Counts:
    """Give or take what makes each balance the row's amount."""
    raise NotImplementedError
