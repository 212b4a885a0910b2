"""Figures of groups for pictures: members over time, who is where, what their members bought.

Each is one statement, however many groups there are and however large. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection

from ..models import CustomerGroup, Membership, MembershipEvent

# Every line of history but a leave begins a stay, which the customer's next line ends, or its
# `until`. A stay counts at the moments from its beginning on, and no longer from its end on.
CHANGES: Final = """
WITH lines AS (
    SELECT action, at, until, lead(at) OVER (PARTITION BY customer_id ORDER BY id) AS next_at
      FROM {event} WHERE group_id = %(group)s),
stays AS (
    SELECT at AS begins, least(until, next_at) AS ends FROM lines WHERE action <> 'left')
SELECT place, sum(change)::bigint FROM (
    SELECT width_bucket(begins - interval '1 microsecond', %(moments)s::timestamptz[]) AS place,
           1 AS change FROM stays
    UNION ALL
    SELECT width_bucket(ends - interval '1 microsecond', %(moments)s::timestamptz[]), -1
      FROM stays WHERE ends IS NOT NULL) AS changed
 GROUP BY place
"""
LARGEST: Final = """
SELECT {group}.id, {group}.name, {group}.colour, counted.members FROM (
    SELECT group_id, count(*) AS members FROM {membership}
     WHERE started_at <= %(now)s AND (until IS NULL OR until > %(now)s)
     GROUP BY group_id ORDER BY members DESC, group_id LIMIT %(most)s) AS counted
  JOIN {group} ON {group}.id = counted.group_id
 ORDER BY counted.members DESC, {group}.id
"""
REVENUE: Final = """
SELECT {group}.id, {group}.name, {group}.colour, ranked.currency, ranked.amount, ranked.orders
  FROM (SELECT group_id, currency, amount, orders,
               row_number() OVER (PARTITION BY currency ORDER BY amount DESC, group_id) AS place
          FROM (SELECT member.group_id, bought.currency, sum(bought.total_gross_amount) AS amount,
                       count(*) AS orders
                  FROM {order} AS bought
                  JOIN {membership} AS member ON member.customer_id = bought.user_id
                   AND member.started_at <= %(now)s
                   AND (member.until IS NULL OR member.until > %(now)s)
                 WHERE bought.created_at >= %(since)s AND NOT bought.status = ANY(%(not_orders)s)
                 GROUP BY member.group_id, bought.currency) AS summed) AS ranked
  JOIN {group} ON {group}.id = ranked.group_id
 WHERE ranked.place <= %(most)s
 ORDER BY ranked.currency, ranked.place
"""


@dataclass(frozen=True, slots=True)
class Share:
    """How many customers are in a group."""

    group_id: int
    name: str
    colour: str
    members: int


@dataclass(frozen=True, slots=True)
class Revenue:
    """What the members of a group bought in one currency, and by how many orders."""

    group_id: int
    name: str
    colour: str
    currency: str
    amount: Decimal
    orders: int


def members_over_time(group_id: int, moments: Sequence[datetime]) -> list[int]:
    """How many members the group had at each of the moments (which ascend), by the history; as
    `queries.members_at`.
    """
    rows = _rows(CHANGES, {"group": group_id, "moments": list(moments)})
    changes = dict(rows)
    found, members = [], 0
    for place in range(len(moments)):
        members += changes.get(place, 0)
        found.append(members)
    return found


def largest(*, now: datetime, most: int = 10) -> list[Share]:
    """The groups with the most members at `now`."""
    return [Share(*row) for row in _rows(LARGEST, {"now": now, "most": most})]


def customer_count() -> int:
    """How many customers the shop has."""
    customers: Any = get_user_model()._default_manager
    count: int = customers.filter(is_staff=False).count()
    return count


def revenue(
    *, since: datetime, now: datetime, not_orders: Sequence[str], most: int = 10
) -> list[Revenue]:
    """Of each currency the groups whose members of `now` bought the most since then.

    An order counts for every group that its customer is in; orders of the states `not_orders` do
    not count.
    """
    parameters = {"since": since, "now": now, "not_orders": list(not_orders), "most": most}
    return [Revenue(*row) for row in _rows(REVENUE, parameters)]


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    models: dict[str, Any] = {
        "event": MembershipEvent,
        "membership": Membership,
        "group": CustomerGroup,
        "order": apps.get_model("order", "Order"),
    }
    quote = connection.ops.quote_name
    tables = {name: quote(model._meta.db_table) for name, model in models.items()}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**tables), parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
