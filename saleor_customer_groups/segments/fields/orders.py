"""Fields of the customer's orders.

An order counts when it is placed and not taken back: its status is neither draft, unconfirmed,
canceled nor expired.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from ...sentences import Sentence
from .. import values
from ..tree import Leaf
from ..values import Duration, Relative
from . import comparing
from .base import Asked, Condition, Field, Members, Option, Totals

ORDERS: Final = frozenset({"orders"})
READS: Final = ("order.Order", "channel.Channel")
NOT_COUNTED: Final = ["draft", "unconfirmed", "canceled", "expired"]
CHANNEL: Final = Option("channel", values.TEXT, "in the channel {}")
CURRENCY: Final = Option("currency", values.CURRENCY, "in {}")
WINDOW: Final = (
    Option("within", values.DURATION, "in the last {}"),
    Option("since", values.MOMENT, "since {}"),
    Option("until", values.MOMENT, "until {}"),
)
OPTIONS: Final = (CHANNEL, CURRENCY, *WINDOW)
# Amounts of different currencies cannot be added.
MONEY_OPTIONS: Final = (
    Option("currency", values.CURRENCY, "in {}", required=True),
    CHANNEL,
    *WINDOW,
)


def check_window(leaf: Leaf) -> Sentence | None:
    """A window that ends before it begins finds nothing, for ever."""
    since, until = leaf.option("since"), leaf.option("until")
    if type(since) is type(until) and not isinstance(since, Relative | None) and since > until:  # type: ignore[operator]  # two of one kind compare
        return Sentence('The window ends before it begins: "since" must not be after "until".')
    return None


def counted(leaf: Leaf, asked: Asked) -> Condition:
    """Which rows of the alias `o` are orders that the leaf means, by its options."""
    parts = [Condition("o.user_id IS NOT NULL AND o.status <> ALL(%s)", [NOT_COUNTED])]
    if channel := leaf.option("channel"):
        channels = asked.table("channel.Channel")
        parts.append(
            Condition(f"o.channel_id = (SELECT id FROM {channels} WHERE slug = %s)", [channel])
        )
    if currency := leaf.option("currency"):
        parts.append(Condition("o.currency = %s", [currency]))
    if within := leaf.option("within"):
        parts.append(Condition("o.created_at >= %s", [cast(Duration, within).before(asked.now)]))
    for name, operator in (("since", "gte"), ("until", "lte")):
        if (end := leaf.option(name)) is not None:
            parts.append(comparing.moment("o.created_at", operator, end, asked.now))
    sql = " AND ".join(part.sql for part in parts) + asked.only("o.user_id")
    return Condition(sql, [param for part in parts for param in part.params])


def grouped(source: str, rows: Condition, having: Condition, *, negated: bool = False) -> Members:
    """The customers whose rows, taken together, hold."""
    looked_at = Condition(f"FROM {source} WHERE {rows.sql} GROUP BY o.user_id", rows.params)
    sql = f"SELECT o.user_id {looked_at.sql} HAVING {having.sql}"
    params = [*rows.params, *having.params]
    return Members(sql, params, negated, Totals(looked_at, having))


def total(source: str, rows: Condition, sum_of: str, leaf: Leaf) -> Members:
    """A number that is zero for customers without such rows."""
    having = comparing.number(sum_of, leaf.operator, leaf.value)
    if comparing.holds_for_zero(leaf.operator, leaf.value):
        # Who has none holds too: everybody but those whose number is another one.
        having = Condition(f"NOT ({having.sql})", having.params)
        return grouped(source, rows, having, negated=True)
    return grouped(source, rows, having)


def _total(sum_of: str) -> Callable[[Leaf, Asked], Members]:
    def find(leaf: Leaf, asked: Asked) -> Members:
        return total(f"{asked.table('order.Order')} AS o", counted(leaf, asked), sum_of, leaf)

    return find


def _of_orders(compare: Callable[[Leaf, Any], Condition]) -> Callable[[Leaf, Asked], Members]:
    def find(leaf: Leaf, asked: Asked) -> Members:
        source = f"{asked.table('order.Order')} AS o"
        return grouped(source, counted(leaf, asked), compare(leaf, asked.now))

    return find


def _moment(column: str) -> Callable[[Leaf, Asked], Members]:
    return _of_orders(lambda leaf, now: comparing.moment(column, leaf.operator, leaf.value, now))


def _days_since(column: str) -> Callable[[Leaf, Asked], Members]:
    def compare(leaf: Leaf, now: Any) -> Condition:
        days = f"FLOOR(EXTRACT(EPOCH FROM (%s::timestamptz - {column})) / 86400)"
        condition = comparing.number(days, leaf.operator, leaf.value)
        return Condition(condition.sql, [now, *condition.params])

    return _of_orders(compare)


def _average(leaf: Leaf, now: Any) -> Condition:
    return comparing.number("AVG(o.total_gross_amount)", leaf.operator, leaf.value)


def _field(code: str, label: str, kind: str, find: Any, **more: Any) -> Field:
    return Field(
        code,
        label,
        kind,
        ORDERS,
        READS,
        find,
        **{"options": OPTIONS, "check": check_window, **more},
    )


FIRST: Final = "MIN(o.created_at)"
LAST: Final = "MAX(o.created_at)"
FIELDS: Final = (
    _field("orders_count", "Number of orders", "whole number", _total("COUNT(*)")),
    _field(
        "total_spent",
        "Total spent",
        "money",
        _total("SUM(o.total_gross_amount)"),
        options=MONEY_OPTIONS,
    ),
    _field("average_order", "Average order", "money", _of_orders(_average), options=MONEY_OPTIONS),
    _field("first_order_at", "First order at", "date", _moment(FIRST)),
    _field("last_order_at", "Last order at", "date", _moment(LAST)),
    _field(
        "days_since_first_order",
        "Days since the first order",
        "whole number",
        _days_since(FIRST),
        clock=86_400,
    ),
    _field(
        "days_since_last_order",
        "Days since the last order",
        "whole number",
        _days_since(LAST),
        clock=86_400,
    ),
)
