"""Who is in a group: the only writer of `Membership` and of its history `MembershipEvent`.

Every act may be repeated and may run at the same time as itself: a customer joins once, and each
real change has exactly one line of history. Each chunk of `ASSIGN_CHUNK` customers is a
transaction of its own; who wants all or nothing calls within `transaction.atomic()`.

A membership that ended by its `until` needs no writer: the customer is out from that moment, the
`until` in the history says so, and joining again begins a new membership.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from .. import conf, repricing
from ..errors import InvalidInput
from ..models import CustomerGroup, GroupKind, MembershipAction, MembershipEvent
from . import statements
from .cleaning import clean


@dataclass(frozen=True, slots=True)
class Added:
    """Customer ids, ascending: who joined, who was in already, who does not exist."""

    added: tuple[int, ...] = ()
    already: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Removed:
    """Customer ids, ascending: who left, and who was not in the group."""

    removed: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """Customer ids, ascending: whose end moved, whose was so already, who was not in the group."""

    changed: tuple[int, ...] = ()
    unchanged: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()


def add(
    group: CustomerGroup,
    customer_ids: Iterable[int],
    *,
    source: str,
    reason: str = "",
    actor: str = "",
    until: datetime | None = None,
    now: datetime | None = None,
) -> Added:
    """Put customers into a group, until a moment or for good.

    Who is in already stays as they are, also when another `until` is given (`set_until` moves
    it). InvalidInput: a guest group, a group that is gone, an `until` that is over, a source that
    is none, a reason (500) or actor (100 characters) that is too long.
    """
    line = _line(
        group,
        MembershipAction.JOINED,
        source=source,
        reason=reason,
        actor=actor,
        until=until,
        now=now,
    )
    ids = _ascending(customer_ids)
    added = _write(statements.JOIN, line, ids)
    rest = _without(ids, added)
    known = _asked(statements.KNOWN, line, rest)
    return Added(
        added=added,
        already=tuple(customer_id for customer_id in rest if customer_id in known),
        unknown=tuple(customer_id for customer_id in rest if customer_id not in known),
    )


def remove(
    group: CustomerGroup,
    customer_ids: Iterable[int],
    *,
    source: str,
    reason: str = "",
    actor: str = "",
    now: datetime | None = None,
) -> Removed:
    """Take customers out of a group. InvalidInput as for `add`."""
    line = _line(group, MembershipAction.LEFT, source=source, reason=reason, actor=actor, now=now)
    ids = _ascending(customer_ids)
    removed = _write(statements.LEAVE, line, ids)
    return Removed(removed=removed, absent=_without(ids, removed))


def set_until(
    group: CustomerGroup,
    customer_ids: Iterable[int],
    until: datetime | None,
    *,
    source: str,
    reason: str = "",
    actor: str = "",
    now: datetime | None = None,
) -> Changed:
    """Move the end of memberships; None makes them last. InvalidInput as for `add`."""
    line = _line(
        group,
        MembershipAction.CHANGED,
        source=source,
        reason=reason,
        actor=actor,
        until=until,
        now=now,
    )
    ids = _ascending(customer_ids)
    changed = _write(statements.CHANGE_UNTIL, line, ids)
    rest = _without(ids, changed)
    members = _asked(statements.MEMBERS, line, rest)
    return Changed(
        changed=changed,
        unchanged=tuple(customer_id for customer_id in rest if customer_id in members),
        absent=tuple(customer_id for customer_id in rest if customer_id not in members),
    )


def remove_everybody(
    group: CustomerGroup,
    *,
    source: str,
    reason: str = "",
    actor: str = "",
    now: datetime | None = None,
) -> int:
    """Take all members out in one statement; how many they were. InvalidInput as for `add`.

    No price is requested again here: the caller knows whether the group goes away as well.
    """
    line = _line(group, MembershipAction.LEFT, source=source, reason=reason, actor=actor, now=now)
    with transaction.atomic():
        _lock_group(line)
        return len(_execute(statements.LEAVE, line, None))


@dataclass(frozen=True, slots=True)
class Rows:
    """Customers, each with an end and a reason of her own; None: nobody has one.

    The lists are as long as that of the customers, who are named once each. A reason has at most
    500 characters; one that is None is the act's.
    """

    customer_ids: Sequence[int]
    untils: Sequence[datetime | None] | None = None
    reasons: Sequence[str | None] | None = None


@dataclass(frozen=True, slots=True)
class Selected:
    """The same as a SELECT of ours, of (customer_id, until, reason), with its parameters.

    `first` and `last`: between which ids the customers lie.
    """

    sql: str
    parameters: Mapping[str, Any]
    first: int
    last: int


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
    group: CustomerGroup, rows: Rows | Selected, *, act: BulkAct, now: datetime | None = None
) -> tuple[int, ...]:
    """Like `add` in one statement and transaction, with an end and reason for each customer.

    Ascending, who joined: not who is in already, whose until is over, or who does not exist.
    InvalidInput as for `add`.
    """
    line = _line_of(group, MembershipAction.JOINED, act=act, now=now)
    return _write_each(statements.JOIN_EACH, line, rows, widely=act.widely)


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
    line = _line(
        group, action, source=act.source, reason=act.reason, actor=act.actor, until=None, now=now
    )
    line.import_id = act.import_id
    return line


def _write_each(
    statement: str, line: MembershipEvent, rows: Rows | Selected, *, widely: bool
) -> tuple[int, ...]:
    if isinstance(rows, Rows) and not rows.customer_ids:
        return ()
    with transaction.atomic():
        _lock_group(line)
        changed = _execute(statement, line, None, rows)
        if not widely:
            repricing.request_for_customers(changed)
        elif changed and line.action == MembershipAction.LEFT:
            repricing.request_for_everybody()  # the group no longer names them
        elif changed:
            repricing.request_for_groups([line.group_id])
    return tuple(changed)


def _line(
    group: CustomerGroup,
    action: MembershipAction,
    *,
    source: str,
    reason: str,
    actor: str,
    now: datetime | None,
    until: datetime | None = None,
) -> MembershipEvent:
    """The line of history that every customer of this act gets, validated; never saved itself."""
    line = MembershipEvent(
        group_id=group.pk,
        group_name=group.name,
        customer_id=0,
        action=action,
        source=source,
        reason=reason,
        actor=actor,
        until=until,
        at=now or timezone.now(),
    )
    clean(line)
    if until is not None and timezone.is_naive(until):
        raise InvalidInput("The until must have a time zone.", field="until")
    if until is not None and until <= line.at:
        sentence = f"The membership would have ended already: {until:%Y-%m-%d %H:%M} is over."
        raise InvalidInput(sentence, field="until", code="until_is_over")
    return line


def _write(statement: str, line: MembershipEvent, ids: Sequence[int]) -> tuple[int, ...]:
    """Run the statement for all ids, one chunk and transaction after another; who changed."""
    changed: list[int] = []
    for chunk in _chunks(ids, conf.get("ASSIGN_CHUNK")):
        with transaction.atomic():
            _lock_group(line)
            in_this_chunk = _execute(statement, line, chunk)
            repricing.request_for_customers(in_this_chunk)
        changed += in_this_chunk
    return tuple(changed)


def _lock_group(line: MembershipEvent) -> None:
    """Hold the group as it is until the transaction ends, and write its name of today."""
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statements.LOCK_GROUP), {"group": line.group_id})
        row = cursor.fetchone()
    if row is None:
        sentence = f"There is no group {line.group_name} any more."
        raise InvalidInput(sentence, field="group", code="not_found")
    line.group_name, kind = row
    if kind == GroupKind.GUEST:
        sentence = (
            f"{line.group_name} is the guest group: it stands for shoppers who are not logged in "
            "and holds no customers."
        )
        raise InvalidInput(sentence, field="group", code="guest_group")


def _execute(
    statement: str,
    line: MembershipEvent,
    ids: Sequence[int] | None,
    rows: Rows | Selected | None = None,
) -> list[int]:
    parameters: dict[str, Any] = {
        "customers": None if ids is None else list(ids),
        "group": line.group_id,
        "name": line.group_name,
        "action": str(line.action),
        "source": str(line.source),
        "reason": line.reason,
        "actor": line.actor,
        "until": line.until,
        "now": line.at,
        "import": line.import_id,
        **_parameters_of(rows),
    }
    sql = rows.sql if isinstance(rows, Selected) else statements.ARRAYS
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statement, sql), parameters)
        return sorted(row[0] for row in cursor.fetchall())


def _parameters_of(rows: Rows | Selected | None) -> dict[str, Any]:
    if rows is None:
        return {}
    if isinstance(rows, Selected):
        return {"first": rows.first, "last": rows.last, **rows.parameters}
    return {
        "customers": list(rows.customer_ids),
        "untils": None if rows.untils is None else list(rows.untils),
        "reasons": None if rows.reasons is None else list(rows.reasons),
        "first": min(rows.customer_ids),
        "last": max(rows.customer_ids),
    }


def _asked(statement: str, line: MembershipEvent, ids: Sequence[int]) -> set[int]:
    """Which of the customers the statement finds; asks only when there is something to ask."""
    return set(_execute(statement, line, ids)) if ids else set()


def _ascending(ids: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(ids)))


def _without(ids: Sequence[int], taken: Iterable[int]) -> tuple[int, ...]:
    gone = set(taken)
    return tuple(customer_id for customer_id in ids if customer_id not in gone)


def _chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
