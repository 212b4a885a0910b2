"""Who is in a group: the writer of `Membership` and of its history `MembershipEvent`.

Beside it only `rows` (an end and a reason for each customer) and `erasure` write them.

Every act may be repeated and may run at the same time as itself: a customer joins once, and each
real change has exactly one line of history. Each chunk of `ASSIGN_CHUNK` customers is a
transaction of its own; who wants all or nothing calls within `transaction.atomic()`.

A membership that ended by its `until` needs no writer: the customer is out from that moment, the
`until` in the history says so, and joining again begins a new membership. (`ends` tells others.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from .. import conf
from ..models import CustomerGroup, MembershipAction, MembershipEvent
from . import statements, writing


@dataclass(frozen=True, slots=True)
class Added:
    """Customer ids, ascending: who joined, was in already, does not exist, found it full."""

    added: tuple[int, ...] = ()
    already: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    full: tuple[int, ...] = ()


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
    it). A member limit is never exceeded: it is filled in the order of the ids. InvalidInput: a
    guest group, a group that is gone, an `until` that is over, a source that is none, a reason
    (500) or actor (100 characters) that is too long. Refused: see `kinds.require_writable`.
    """
    line = writing.line_of(
        group,
        MembershipAction.JOINED,
        source=source,
        reason=reason,
        actor=actor,
        until=until,
        now=now,
    )
    ids = _ascending(customer_ids)
    written = _write(statements.JOIN, line, ids)
    rest = _without(ids, written.customers)
    known = writing.ask(statements.KNOWN, line, rest)
    members = writing.ask(statements.MEMBERS, line, sorted(known)) if written.filled else known
    return Added(
        added=written.customers,
        already=_within(rest, known & members),
        unknown=_without(rest, known),
        full=_within(rest, known - members),
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
    """Take customers out of a group. InvalidInput and Refused as for `add`."""
    line = writing.line_of(
        group, MembershipAction.LEFT, source=source, reason=reason, actor=actor, now=now
    )
    ids = _ascending(customer_ids)
    removed = _write(statements.LEAVE, line, ids).customers
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
    """Move the end of memberships; None makes them last. InvalidInput and Refused as for `add`."""
    line = writing.line_of(
        group,
        MembershipAction.CHANGED,
        source=source,
        reason=reason,
        actor=actor,
        until=until,
        now=now,
    )
    ids = _ascending(customer_ids)
    changed = _write(statements.CHANGE_UNTIL, line, ids).customers
    rest = _without(ids, changed)
    members = writing.ask(statements.MEMBERS, line, rest)
    return Changed(
        changed=changed,
        unchanged=_within(rest, members),
        absent=_without(rest, members),
    )


def remove_everybody(
    group: CustomerGroup,
    *,
    source: str,
    reason: str = "",
    actor: str = "",
    now: datetime | None = None,
) -> int:
    """Take all members out of a group that ends; how many they were. One statement.

    Of whatever kind it is, also when its members are kept by a rule. No price is requested again
    here: the caller knows whether the group goes away as well. InvalidInput as for `add`.
    """
    line = writing.line_of(
        group, MembershipAction.LEFT, source=source, reason=reason, actor=actor, now=now
    )
    with transaction.atomic():
        return writing.write_everybody(statements.LEAVE, line)


@dataclass(frozen=True, slots=True)
class _Written:
    """Who changed, and whether the group's member limit was reached."""

    customers: tuple[int, ...]
    filled: bool


def _write(statement: str, line: MembershipEvent, ids: Sequence[int]) -> _Written:
    """Run the statement for all ids, one chunk and transaction after another."""
    changed: list[int] = []
    filled = False
    for chunk in _chunks(ids, conf.get("ASSIGN_CHUNK")):
        written = writing.write(statement, line, chunk)
        changed += written.customers
        filled = filled or (written.room is not None and len(written.customers) < len(chunk))
    return _Written(customers=tuple(changed), filled=filled)


def _ascending(ids: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(ids)))


def _without(ids: Sequence[int], taken: Iterable[int]) -> tuple[int, ...]:
    gone = set(taken)
    return tuple(customer_id for customer_id in ids if customer_id not in gone)


def _within(ids: Sequence[int], chosen: Collection[int]) -> tuple[int, ...]:
    return tuple(customer_id for customer_id in ids if customer_id in chosen)


def _chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
