"""What rules say about given customers, beside who is in their groups: the differences.

Every condition that the rules hold is asked once for all of them. One statement, however many
rules and customers, reads the answers, the members and the pins of one moment; what follows
from the answers is worked out here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

from django.db import connection

from ..models import Membership, Segment, SegmentPin
from . import compile as compiler
from .rules import Node
from .tree import holds, leaves

# Segments, each with its rule as it holds today.
Asked: TypeAlias = Sequence[tuple[Segment, Node]]
Pair: TypeAlias = tuple[int, int]  # of a group and a customer

SCOPE: Final = "WITH customer_scope AS MATERIALIZED (SELECT unnest(%s::int[]) AS id) "
DIFFERENCES: Final = """
SELECT 'customer' AS sort, NULL::bigint AS number, id, truths FROM ({answers}) AS asked (id, truths)
UNION ALL
SELECT 'member', group_id, customer_id, NULL FROM {membership}
 WHERE customer_id = ANY(%s::int[]) AND group_id = ANY(%s::bigint[])
   AND started_at <= %s AND (until IS NULL OR until > %s)
UNION ALL
SELECT CASE WHEN included THEN 'in' ELSE 'out' END, segment_id, customer_id, NULL FROM {pin}
 WHERE customer_id = ANY(%s::int[]) AND segment_id = ANY(%s::bigint[])
"""


class Difference(NamedTuple):
    """A customer whose membership is not as the rule says."""

    group_id: int
    customer_id: int
    joins: bool


def differences(asked: Asked, customer_ids: Sequence[int], *, now: datetime) -> list[Difference]:
    """Who of these customers must join or leave these segments' groups, by group and customer."""
    query = compiler.answers((leaf for _, rule in asked for leaf in leaves(rule)), now=now)
    groups = {segment.pk: segment.group_id for segment, _ in asked}
    wanted: set[Pair] = set()
    known: set[int] = set()
    is_now: dict[str, set[Pair]] = {"member": set(), "in": set(), "out": set()}
    for sort, number, customer_id, truths in _rows(query, groups, customer_ids, now):
        if sort == "customer":
            truth = dict(zip(query.conditions, truths, strict=True))
            found = (segment for segment, rule in asked if holds(rule, truth))
            wanted.update((segment.group_id, customer_id) for segment in found)
            known.add(customer_id)
        else:
            is_now[sort].add((number if sort == "member" else groups[number], customer_id))
    wanted |= {pair for pair in is_now["in"] if pair[1] in known}
    wanted -= is_now["out"]
    return [Difference(*pair, joins=pair in wanted) for pair in sorted(wanted ^ is_now["member"])]


def _rows(
    query: compiler.Answers,
    groups: Mapping[int, int],
    customer_ids: Sequence[int],
    now: datetime,
) -> list[tuple[Any, ...]]:
    """What the customers are, who is in, and who is pinned in or out."""
    sql = SCOPE + DIFFERENCES.format(
        answers=query.sql,
        membership=connection.ops.quote_name(Membership._meta.db_table),
        pin=connection.ops.quote_name(SegmentPin._meta.db_table),
    )
    ids = list(customer_ids)
    params = [ids, *query.params, ids, list(groups.values()), now, now, ids, list(groups)]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
