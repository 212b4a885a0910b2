"""Joins, leaves and moved ends with an end and a reason for each customer: what imports need.

With `membership` the writer of `Membership` and its history, under the same promises. Each act is
one statement and one transaction, so a caller can write beside it how far it has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..models import CustomerGroup, MembershipAction, MembershipEvent
from . import statements, writing
from .writing import Rows, Selected


@dataclass(frozen=True, slots=True)
class BulkAct:
    """What the customers of a bulk act share.

    `widely` asks for prices in one request for the group, or for the shop, instead of one for
    each customer: for an act that touches more than a few thousand of them.
    """

    source: str
    reason: str = ""
    actor: str = ""
    import_id: int | None = None
    widely: bool = False


def join_each(
    group: CustomerGroup, rows: Rows, *, act: BulkAct, now: datetime | None = None
) -> tuple[int, ...]:
    """Like `add` in one statement and transaction, with an end and reason for each customer.

    Ascending, who joined: not who is in already, whose until is over, or who does not exist.
    InvalidInput as for `add`.
    """
    line = _line_of(group, MembershipAction.JOINED, act=act, now=now)
    return _write_each(statements.JOIN_EACH, line, rows, widely=act.widely)


def join_selected(
    group: CustomerGroup, selected: Selected, *, act: BulkAct, now: datetime | None = None
) -> int:
    """The same for customers whom a SELECT names; how many joined. Who, the history says."""
    line = _line_of(group, MembershipAction.JOINED, act=act, now=now)
    return writing.write(statements.JOIN_EACH, line, rows=selected, widely=act.widely).count


def change_each(
    group: CustomerGroup, rows: Rows, *, act: BulkAct, now: datetime | None = None
) -> tuple[int, ...]:
    """Like `set_until`, with an end for each customer; ascending, whose end moved."""
    line = _line_of(group, MembershipAction.CHANGED, act=act, now=now)
    return _write_each(statements.CHANGE_EACH, line, rows, widely=act.widely)


def leave_each(
    group: CustomerGroup,
    customer_ids: Sequence[int],
    *,
    act: BulkAct,
    now: datetime | None = None,
) -> tuple[int, ...]:
    """Like `remove` in one statement and transaction; ascending, who left."""
    line = _line_of(group, MembershipAction.LEFT, act=act, now=now)
    return _write_each(statements.LEAVE, line, Rows(customer_ids), widely=act.widely)


def _line_of(
    group: CustomerGroup, action: MembershipAction, *, act: BulkAct, now: datetime | None
) -> MembershipEvent:
    line = writing.line_of(
        group, action, source=act.source, reason=act.reason, actor=act.actor, until=None, now=now
    )
    line.import_id = act.import_id
    return line


def _write_each(
    statement: str, line: MembershipEvent, rows: Rows, *, widely: bool
) -> tuple[int, ...]:
    if not rows.customer_ids:
        return ()
    return tuple(writing.write(statement, line, rows=rows, widely=widely).customers)
