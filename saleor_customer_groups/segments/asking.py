"""What rules say about given customers, beside who is in their groups: the differences.

Every condition that the rules hold is asked once for all of them, in one statement; what follows
from the answers is worked out here. Three statements, however many rules and customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from django.db import connection

from ..models import Membership, Segment, SegmentPin
from . import compile as compiler
from .rules import Node
from .tree import holds, leaves

# Segments, each with its rule as it holds today.
Asked: TypeAlias = Sequence[tuple[Segment, Node]]
Pair: TypeAlias = tuple[int, int]  # of a group and a customer

SCOPE: Final = "WITH customer_scope AS MATERIALIZED (SELECT unnest(%s::int[]) AS id) "


class Difference(NamedTuple):
    """A customer whose membership is not as the rule says."""

    group_id: int
    customer_id: int
    joins: bool


def differences(asked: Asked, customer_ids: Sequence[int], *, now: datetime) -> list[Difference]:
    """Who of these customers must join or leave these segments' groups, by group and customer."""
    wanted, present = _wanted(asked, customer_ids, now), _present(asked, customer_ids, now)
    return [Difference(*pair, joins=pair in wanted) for pair in sorted(wanted ^ present)]


def _wanted(asked: Asked, customer_ids: Sequence[int], now: datetime) -> set[Pair]:
    conditions = list(dict.fromkeys(leaf for _, rule in asked for leaf in leaves(rule)))
    query = compiler.answers(conditions, now=now)
    with connection.cursor() as cursor:
        cursor.execute(SCOPE + query.sql, [list(customer_ids), *query.params])
        answers = cursor.fetchall()
    found: set[Pair] = set()
    for customer_id, truths in answers:
        truth = dict(zip(conditions, truths, strict=True))
        found.update(
            (segment.group_id, customer_id) for segment, rule in asked if holds(rule, truth)
        )
    known = {customer_id for customer_id, _ in answers}
    included, excluded = _pinned(asked, customer_ids)
    return (found | {pair for pair in included if pair[1] in known}) - excluded


def _pinned(asked: Asked, customer_ids: Sequence[int]) -> tuple[set[Pair], set[Pair]]:
    """Who is in, and who is out, whatever the rules say."""
    groups = {segment.pk: segment.group_id for segment, _ in asked}
    pins = SegmentPin.objects.filter(segment_id__in=groups, customer_id__in=customer_ids)
    sides: tuple[set[Pair], set[Pair]] = (set(), set())
    rows = pins.order_by().values_list("segment_id", "customer_id", "included")
    for segment_id, customer_id, included in rows:
        sides[not included].add((groups[segment_id], customer_id))
    return sides


def _present(asked: Asked, customer_ids: Sequence[int], now: datetime) -> set[Pair]:
    members = Membership.objects.active(now).filter(
        customer_id__in=customer_ids, group_id__in=[segment.group_id for segment, _ in asked]
    )
    return set(members.order_by().values_list("group_id", "customer_id"))
