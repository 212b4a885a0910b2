"""How memberships and their lines of history are written, for `membership` and `rows`.

The group is locked and asked whether it allows the act, one statement writes both, and everybody
is told whose answer depends on it: prices, rules that ask who is in the group, the mirror, and
other systems.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from .. import changes, conf, mirroring, repricing
from ..errors import InvalidInput
from ..models import CustomerGroup, MembershipAction, MembershipEvent
from ..sentences import Sentence
from ..webhooks import outbox
from . import ends, kinds, statements, telling
from .cleaning import clean

LARGEST: Final = 2**31 - 1  # id of a customer


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
        raise InvalidInput(Sentence("The until must have a time zone."), field="until")
    if until is not None and until <= line.at:
        sentence = Sentence(
            "The membership would have ended already: {at:%Y-%m-%d %H:%M} is over.", at=until
        )
        raise InvalidInput(sentence, field="until", code="until_is_over")
    return line


@dataclass(frozen=True, slots=True)
class Touched:
    """How many changed; and who, ascending, where somebody needs to know."""

    count: int
    customers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Written(Touched):
    """The same, and how many the group had room for (None: it has no limit)."""

    room: int | None = None


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
    customer; so is done for many who join in any case. Of Selected, who it was is then told only
    where the mirror or a rule asks.
    """
    with transaction.atomic():
        standing = locked_standing(line)
        room = _room(standing, line)
        if widely and isinstance(rows, Selected):
            named = mirroring.is_on() or standing.named_by_rules
        else:
            named = True
        touched = _change(statement, line, standing, ids, rows, room=room, many=widely, named=named)
        _request_prices(line, touched, widely=widely)
        mirroring.request(touched.customers)
        if standing.named_by_rules:
            changes.record(touched.customers, changes.Fact.GROUPS)
    return Written(touched.count, touched.customers, room)


def _request_prices(line: MembershipEvent, touched: Touched, *, widely: bool) -> None:
    """Who joined is found by the group; who left, by their ids or with everybody only."""
    left = line.action == MembershipAction.LEFT
    if not widely and (left or touched.count < repricing.NAMED):
        repricing.request_for_customers(touched.customers)
    elif touched.count and left:
        repricing.request_for_everybody()
    elif touched.count:
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
        cursor.execute(
            statements.prepared(statements.LOCK_GROUP), {"group": line.group_id, "now": line.at}
        )
        row = cursor.fetchone()
    if row is None:
        sentence = Sentence("There is no group {group} any more.", group=line.group_name)
        raise InvalidInput(sentence, field="group", code="not_found")
    standing = kinds.Standing(*row)
    line.group_name = standing.name
    return standing


def _number(statement: str, line: MembershipEvent) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statement), {"group": line.group_id, "now": line.at})
        return int(cursor.fetchone()[0] or 0)


def write_everybody(statement: str, line: MembershipEvent) -> int:
    """Run the statement for all members, in the caller's transaction; how many they were.

    Whatever kind of group it is; no price is requested, and no rule asked again.
    """
    standing = locked_standing(line)
    touched = _change(statement, line, standing, None, named=mirroring.is_on())
    mirroring.request(touched.customers)
    return touched.count


def ask(statement: str, line: MembershipEvent, ids: Sequence[int]) -> set[int]:
    """Which of the customers the statement finds; asks only when there is something to ask."""
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statement), _parameters(line, ids, None))
        return {row[0] for row in cursor.fetchall()}


def _change(
    statement: str,
    line: MembershipEvent,
    standing: kinds.Standing,
    ids: Sequence[int] | None,
    rows: Rows | Selected | None = None,
    *,
    room: int | None = None,
    many: bool = False,
    named: bool = True,
) -> Touched:
    """Run it; other systems hear of it, and before it of ends that came."""
    parameters = _parameters(line, ids, rows)
    if standing.untold_ends:
        first, last = parameters["first"], parameters["last"]
        ends.tell_of_group(line.group_id, now=line.at, first=first, last=last)
    sql = statements.prepared(
        statement,
        rows.sql if isinstance(rows, Selected) else statements.ARRAYS,
        many=many,
        answer=statements.WHO if named else statements.HOW_MANY,
    )
    told = outbox.pattern(telling.of_act(line))
    with connection.cursor() as cursor:
        cursor.execute(sql, {**parameters, **told, "room": room})
        found = [row[0] for row in cursor.fetchall()]
    touched = Touched(len(found), found) if named else Touched(found[0])
    if touched.count:
        outbox.recorded()
    return touched


def _parameters(
    line: MembershipEvent, ids: Sequence[int] | None, rows: Rows | Selected | None
) -> dict[str, Any]:
    return {
        "customers": None if ids is None else list(ids),
        "first": min(ids) if ids else 0,
        "last": max(ids) if ids else LARGEST,
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
