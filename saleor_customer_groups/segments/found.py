"""Acts on everybody whom a rule finds now, once: no group is kept by it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from ..groups import bulk, snapshots
from ..groups.bulk import AddedCounts, RemovedCounts
from ..models import CustomerGroup
from . import compile, rules
from .cursors import server_side
from .rules import Node

ROWS = 5_000  # fetched at a time


def add(
    group: CustomerGroup,
    rule: object,
    *,
    source: str,
    reason: str = "",
    actor: str = "",
    until: datetime | None = None,
) -> AddedCounts:
    """Put everybody whom the rule finds into a group. InvalidRule, or as for `membership.add`."""
    found = ids(_parsed(rule))
    return bulk.add_many(group, found, source=source, reason=reason, actor=actor, until=until)


def remove(
    group: CustomerGroup, rule: object, *, source: str, reason: str = "", actor: str = ""
) -> RemovedCounts:
    """Take everybody whom the rule finds out of a group. InvalidRule, or as for
    `membership.remove`.
    """
    found = ids(_parsed(rule))
    return bulk.remove_many(group, found, source=source, reason=reason, actor=actor)


def freeze(name: str, rule: object, *, days: int | None = None, actor: str = "") -> CustomerGroup:
    """Make a snapshot of everybody whom the rule finds. InvalidRule, or as for
    `snapshots.freeze`.
    """
    return snapshots.freeze(name, ids(_parsed(rule)), days=days, actor=actor)


def ids(rule: Node, *, now: datetime | None = None) -> Iterator[int]:
    """The customers whom the rule finds, by id; they stay on the server until they are asked
    for.
    """
    query = compile.customers(rule, now=now or timezone.now())
    with server_side() as cursor:
        cursor.execute(f"SELECT id FROM ({query.sql}) AS found ORDER BY id", query.params)
        while rows := cursor.fetchmany(ROWS):
            yield from (row[0] for row in rows)


def _parsed(rule: object) -> Node:
    return rules.parse(rule, absent=compile.absent())
