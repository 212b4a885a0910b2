"""How memberships and their lines of history are written, for `membership` and `rows`.

The group is locked and asked whether it allows the act, one statement writes both, and everybody
is told whose answer depends on it: prices, rules that ask who is in the group, and the mirror.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from .. import changes, conf, mirroring, repricing
from ..errors import InvalidInput
from ..models import CustomerGroup, MembershipAction, MembershipEvent
from . import kinds, statements
from .cleaning import clean


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


def line_of(
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


@dataclass(frozen=True, slots=True)
class Written:
    """Who changed, ascending, and how many the group had room for (None: it has no limit)."""

    customers: list[int]
    room: int | None


def join_widely(line: MembershipEvent, rows: Selected) -> int:
    """As `write` of JOIN_EACH, widely; only how many joined: a million ids take their time.

    Where each of them is to be told of, they are read all the same.
    """
    with transaction.atomic():
        standing = locked_standing(line)
        if standing.named_by_rules or mirroring.is_on():
            written = _write(statements.JOIN_EACH, line, standing, rows=rows, widely=True)
            return len(written.customers)
        count = _counted(line, rows, room=_room(standing, line))
        if count:
            repricing.request_for_groups([line.group_id])
        return count


def write(
    statement: str,
    line: MembershipEvent,
    ids: Sequence[int] | None = None,
    *,
    rows: Rows | Selected | None = None,
    widely: bool = False,
) -> Written:
    """Run the statement for the ids or rows, in a transaction of its own.

    `widely`: ask for prices in one request for the group, or the shop, instead of one for each
    customer; so is done for many who join in any case.
    """
    with transaction.atomic():
        standing = locked_standing(line)
        return _write(statement, line, standing, ids, rows=rows, widely=widely)


def _write(
    statement: str,
    line: MembershipEvent,
    standing: kinds.Standing,
    ids: Sequence[int] | None = None,
    *,
    rows: Rows | Selected | None,
    widely: bool,
) -> Written:
    """The same, of a group that is locked."""
    room = _room(standing, line)
    changed = execute(statement, line, ids, rows, room=room)
    _request_prices(line, changed, widely=widely)
    mirroring.request(changed)
    if standing.named_by_rules:
        changes.record(changed, changes.Fact.GROUPS)
    return Written(changed, room)


def _request_prices(line: MembershipEvent, customer_ids: Sequence[int], *, widely: bool) -> None:
    """Who joined is found by the group; who left, by their ids or with everybody only."""
    left = line.action == MembershipAction.LEFT
    if not widely and (left or len(customer_ids) < repricing.NAMED):
        repricing.request_for_customers(customer_ids)
    elif customer_ids and left:
        repricing.request_for_everybody()
    elif customer_ids:
        repricing.request_for_groups([line.group_id])


def _room(standing: kinds.Standing, line: MembershipEvent) -> int | None:
    """Refuse what the group does not allow; how many it has room for, None for no limit."""
    kinds.require_writable(standing, line.action, source=line.source, at=line.at)
    limit = standing.member_limit
    if limit is None:
        limit = conf.get("MEMBER_LIMIT")
    if limit is None or not _is_limited(line):
        return None
    _number(statements.QUEUE_UP, line)
    return max(0, limit - _number(statements.COUNT_MEMBERS, line))


def _is_limited(line: MembershipEvent) -> bool:
    """Whether a member limit, if there is one, holds for this act."""
    return line.action == MembershipAction.JOINED and line.source in kinds.LIMITED_SOURCES


def locked_standing(line: MembershipEvent) -> kinds.Standing:
    """Lock the group against changes, and write its name of today."""
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statements.LOCK_GROUP), {"group": line.group_id})
        row = cursor.fetchone()
    if row is None:
        sentence = f"There is no group {line.group_name} any more."
        raise InvalidInput(sentence, field="group", code="not_found")
    standing = kinds.Standing(*row)
    line.group_name = standing.name
    return standing


def _number(statement: str, line: MembershipEvent) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statement), {"group": line.group_id, "now": line.at})
        return int(cursor.fetchone()[0] or 0)


def execute(
    statement: str,
    line: MembershipEvent,
    ids: Sequence[int] | None,
    rows: Rows | Selected | None = None,
    *,
    room: int | None = None,
) -> list[int]:
    parameters = _parameters_of(line, ids, rows, room)
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statement, _sql_of(rows)), parameters)
        return sorted(row[0] for row in cursor.fetchall())


def _counted(line: MembershipEvent, rows: Selected, *, room: int | None) -> int:
    statement = statements.prepared(statements.JOIN_EACH, rows.sql, many=True)
    with connection.cursor() as cursor:
        cursor.execute(statement, _parameters_of(line, None, rows, room))
        return int(cursor.rowcount)


def _sql_of(rows: Rows | Selected | None) -> str:
    return rows.sql if isinstance(rows, Selected) else statements.ARRAYS


def _parameters_of(
    line: MembershipEvent, ids: Sequence[int] | None, rows: Rows | Selected | None, room: int | None
) -> dict[str, Any]:
    return {
        "room": room,
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
        **_parameters_of_rows(rows),
    }


def _parameters_of_rows(rows: Rows | Selected | None) -> dict[str, Any]:
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
