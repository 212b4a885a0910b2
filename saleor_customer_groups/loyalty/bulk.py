"""Acts on the accounts of many customers: a set of rows is one statement.

Each call is one transaction; the caller cuts a large act into chunks of some thousand customers.
Who has an entry of this adjustment and kind already is left out, so a chunk may be repeated, and
may run twice at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.utils import timezone

from ..errors import InvalidInput
from . import rules, statements, telling, writing
from .lines import Line, Moved
from .retrying import patiently
from .rules import Short

KINDS: Final = frozenset({"award", "earn", "adjust", "claw_back", "convert"})


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
    """How many customers got an entry, and the sum of these entries' amounts, in smallest units.

    `short`: of how many customers less than asked was there (who were left out, or gave all they
    had), and how much that was.
    """

    posted: int
    amount: int
    short: int = 0
    shortfall: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.posted + other.posted,
            self.amount + other.amount,
            self.short + other.short,
            self.shortfall + other.shortfall,
        )


def post_many(act: Act, rows: Rows | Selected, *, now: datetime | None = None) -> Counts:
    """Give each customer their amount (positive). Who has no account gets one.

    Left out: who does not exist, whose amount is not positive or would have expired already.
    """
    bound, source = _checked(act, rows, now)
    return patiently(partial(_post_many, act, bound, source))


def take_many(
    act: Act, rows: Rows | Selected, *, short: Short = Short.REFUSE, now: datetime | None = None
) -> Counts:
    """Take each customer's amount (not negative), the lots that expire first before others.

    Left out: who has no account, and with Short.REFUSE who has less.
    """
    bound, source = _checked(act, rows, now)
    bound["take_left"] = short == Short.TAKE_LEFT
    return patiently(partial(_take_many, act, bound, source))


def set_many(act: Act, rows: Rows | Selected, *, now: datetime | None = None) -> Counts:
    """Give or take what makes each balance the row's amount (not negative)."""
    bound, source = _checked(act, rows, now)
    bound["take_left"] = False
    return patiently(partial(_set_many, act, bound, source))


def _post_many(act: Act, bound: dict[str, Any], source: str) -> Counts:
    writing.execute(statements.OPEN, bound, rows=source)
    return _told(act, bound, writing.execute(statements.GIVE, bound, rows=source))


def _take_many(act: Act, bound: dict[str, Any], source: str) -> Counts:
    locked = bound | {"accounts": _locked(act, bound, source)}
    return _draw_many(act, locked, source)


def _set_many(act: Act, bound: dict[str, Any], source: str) -> Counts:
    writing.execute(statements.OPEN, bound, rows=source)
    locked = bound | {"accounts": _locked(act, bound, source)}
    raising = statements.prepared(statements.RAISING, rows=source)
    raised = _told(act, locked, writing.execute(statements.GIVE, locked, rows=raising))
    return raised + _draw_many(act, locked, statements.prepared(statements.LOWERING, rows=source))


def _locked(act: Act, bound: dict[str, Any], source: str) -> list[int]:
    """The accounts that the act is still to be done to, locked and without what is due."""
    ids = [row[0] for row in writing.execute(statements.LOCK_MANY, bound, rows=source)]
    line, expired = writing.expire(ids, now=bound["now"])
    telling.tell_expired(act.unit, act.currency, expired, line)
    return ids


def _draw_many(act: Act, bound: dict[str, Any], source: str) -> Counts:
    ((short, shortfall),) = writing.execute(statements.SHORT, bound, rows=source)
    wanted = statements.prepared(statements.OF_MANY, rows=source)
    drawn = writing.execute(statements.DRAW, bound, wanted=wanted, draws=statements.FIRST_TO_EXPIRE)
    return _told(act, bound, drawn) + Counts(0, 0, short, shortfall)


def _told(act: Act, bound: dict[str, Any], rows: Sequence[tuple[Any, ...]]) -> Counts:
    moved = [Moved(*row) for row in rows]
    telling.tell_many(act.unit, act.currency, moved, _line(act, bound["now"]))
    return Counts(len(moved), sum(one.amount for one in moved))


def _line(act: Act, now: datetime) -> Line:
    return Line(kind=act.kind, source=act.source, at=now, adjustment=act.adjustment_id)


def _checked(act: Act, rows: Rows | Selected, now: datetime | None) -> tuple[dict[str, Any], str]:
    """Parameters and SELECT of the rows. InvalidInput: such an act cannot be."""
    rules.check_unit(act.unit, act.currency)
    rules.check_source(act.source)
    if act.kind not in KINDS:
        sentence = f"“{act.kind}” is no kind of bulk act; choose one of {', '.join(sorted(KINDS))}."
        raise InvalidInput(sentence, field="kind", code="invalid_choice")
    bound = _line(act, now or timezone.now()).parameters()
    bound |= {"unit": act.unit, "currency": act.currency}
    if isinstance(rows, Selected):
        bound |= {**rows.parameters, "first": rows.first, "last": rows.last}
        return bound, rows.sql
    bound |= {
        "customers": list(rows.customer_ids),
        "amounts": list(rows.amounts),
        "expiries": None if rows.expiries is None else list(rows.expiries),
        "first": min(rows.customer_ids, default=0),
        "last": max(rows.customer_ids, default=0),
    }
    return bound, statements.ARRAYS
