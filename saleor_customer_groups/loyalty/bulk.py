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

from django.db import IntegrityError
from django.utils import timezone

from ..errors import InvalidInput, Refused
from ..sentences import Sentence
from . import rules, statements, telling, writing
from .draws import FIRST_TO_EXPIRE, OF_MANY
from .lines import Line
from .retrying import constraint_of, patiently
from .rules import Short
from .writing import Counts

__all__ = ["Act", "Counts", "Rows", "Selected", "post_many", "set_many", "take_many"]

KINDS: Final = frozenset({"award", "earn", "adjust", "claw_back", "convert"})
# What gives makes no balance negative: then one would be too large.
OF_BALANCE: Final = "loyaltyaccount_balance"


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


def post_many(act: Act, rows: Rows | Selected, *, now: datetime | None = None) -> Counts:
    """Give each customer their amount (positive). Who has no account gets one.

    Left out: who does not exist, whose amount is not positive or would have expired already.
    Refused: a balance would be too large (too_large); then nobody has got anything.
    """
    bound, source = _checked(act, rows, now)
    try:
        return patiently(partial(_post_many, act, bound, source))
    except IntegrityError as error:
        if constraint_of(error) != OF_BALANCE:
            raise
        raise Refused(Sentence("A balance would be too large."), code="too_large") from error


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
    writing.expect_many()
    given, people, with_account = _give_many(act, bound, source, opened=False)
    if people == with_account:
        return given
    # Before any account is locked: to open one may mean to wait for who opens it, too.
    line = _line(act, bound["now"])
    first = writing.give_first(bound, act.unit, act.currency, line, rows=source)
    if first.posted == people:
        return first
    return first + _give_many(act, bound, source, opened=True)[0]


def _give_many(
    act: Act, bound: dict[str, Any], source: str, *, opened: bool
) -> tuple[Counts, int, int]:
    line = _line(act, bound["now"])
    return writing.give_many(bound, act.unit, act.currency, line, rows=source, opened=opened)


def _take_many(act: Act, bound: dict[str, Any], source: str) -> Counts:
    writing.expect_many()
    locked = bound | {"accounts": _locked(act, bound, source)}
    return _draw_many(act, locked, source)


def _set_many(act: Act, bound: dict[str, Any], source: str) -> Counts:
    writing.expect_many()
    writing.execute(statements.OPEN, bound, rows=source)
    locked = bound | {"accounts": _locked(act, bound, source)}
    raising = statements.prepared(statements.RAISING, rows=source)
    raised = _give_many(act, locked, raising, opened=True)[0]
    return raised + _draw_many(act, locked, statements.prepared(statements.LOWERING, rows=source))


def _locked(act: Act, bound: dict[str, Any], source: str) -> list[int]:
    """The accounts that the act is still to be done to, locked and without what is due."""
    ids = [row[0] for row in writing.execute(statements.LOCK_MANY, bound, rows=source)]
    line, expired = writing.expire(ids, now=bound["now"])
    telling.tell_expired(act.unit, act.currency, expired, line)
    return ids


def _draw_many(act: Act, bound: dict[str, Any], source: str) -> Counts:
    ((short, shortfall),) = writing.execute(statements.SHORT, bound, rows=source)
    wanted = statements.prepared(OF_MANY, rows=source)
    line = _line(act, bound["now"])
    drawn = writing.draw_many(
        bound, act.unit, act.currency, line, wanted=wanted, draws=FIRST_TO_EXPIRE
    )
    return Counts(drawn.posted, drawn.amount, short, shortfall)


def _line(act: Act, now: datetime) -> Line:
    return Line(kind=act.kind, source=act.source, at=now, adjustment=act.adjustment_id)


def _checked(act: Act, rows: Rows | Selected, now: datetime | None) -> tuple[dict[str, Any], str]:
    """Parameters and SELECT of the rows. InvalidInput: such an act cannot be."""
    rules.check_unit(act.unit, act.currency)
    rules.check_source(act.source)
    if act.kind not in KINDS:
        sentence = Sentence(
            "“{kind}” is no kind of bulk act; choose one of {kinds}.",
            kind=act.kind,
            kinds=", ".join(sorted(KINDS)),
        )
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
