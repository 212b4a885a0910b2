"""What rules say about given customers, beside who is in their groups: the differences.

Every condition that the rules hold is asked once for all of them, in one statement; what follows
from the answers is worked out here. Two statements, however many rules and customers.
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

AS_IS: Final = """
SELECT 'member' AS sort, group_id AS number, customer_id FROM {membership}
 WHERE customer_id = ANY(%s::int[]) AND group_id = ANY(%s::bigint[])
   AND started_at <= %s AND (until IS NULL OR until > %s)
UNION ALL
SELECT CASE WHEN included THEN 'in' ELSE 'out' END, segment_id, customer_id FROM {pin}
 WHERE customer_id = ANY(%s::int[]) AND segment_id = ANY(%s::bigint[])
"""
SCOPE: Final = "WITH customer_scope AS MATERIALIZED (SELECT unnest(%s::int[]) AS id) "


class Difference(NamedTuple):
    """A customer whose membership is not as the rule says."""

    group_id: int
    customer_id: int
    joins: bool


def differences(asked: Asked, customer_ids: Sequence[int], *, now: datetime) -> list[Difference]:
    """Who of these customers must join or leave these segments' groups, by group and customer."""
    wanted, known = _wanted(asked, customer_ids, now)
    is_now = _as_is(asked, customer_ids, now)
    wanted |= {pair for pair in is_now["in"] if pair[1] in known}
    wanted -= is_now["out"]
    return [Difference(*pair, joins=pair in wanted) for pair in sorted(wanted ^ is_now["member"])]


def _wanted(asked: Asked, customer_ids: Sequence[int], now: datetime) -> tuple[set[Pair], set[int]]:
    """Whom the rules find, and which of the customers there are."""
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
    return found, {customer_id for customer_id, _ in answers}


def _as_is(asked: Asked, customer_ids: Sequence[int], now: datetime) -> dict[str, set[Pair]]:
    """Who is in, and who is pinned in or out."""
    sql = AS_IS.format(
        membership=connection.ops.quote_name(Membership._meta.db_table),
        pin=connection.ops.quote_name(SegmentPin._meta.db_table),
    )
    groups = {segment.pk: segment.group_id for segment, _ in asked}
    ids = list(customer_ids)
    found: dict[str, set[Pair]] = {"member": set(), "in": set(), "out": set()}
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids, list(groups.values()), now, now, ids, list(groups)])
        for sort, number, customer_id in cursor.fetchall():
            found[sort].add((number if sort == "member" else groups[number], customer_id))
    return found
