"""Fields of what the customer bought, in the orders that count (orders.py).

A line whose variant was deleted from the shop is no longer found.
"""

from __future__ import annotations

from typing import Final, cast

from .. import values
from ..tree import Leaf
from ..values import Things
from .base import Asked, Condition, Field, Members, Option
from .orders import CHANNEL, ORDERS, WINDOW, check_window, counted, total

READS: Final = (
    "order.OrderLine",
    "order.Order",
    "channel.Channel",
    "product.ProductVariant",
    "product.Product",
    "product.Category",
    "product.CollectionProduct",
)


def _lines(things: Things | None, asked: Asked) -> str:
    """The order lines with as much of the catalogue as is looked at."""
    joined = f"{asked.table('order.Order')} AS o"
    joined += f" JOIN {asked.table('order.OrderLine')} AS line ON line.order_id = o.id"
    if things and things.what != "variant":
        variant = asked.table("product.ProductVariant")
        joined += f" JOIN {variant} AS variant ON variant.id = line.variant_id"
    if things and things.what == "category":
        product = asked.table("product.Product")
        joined += f" JOIN {product} AS product ON product.id = variant.product_id"
    return joined


def _which(things: Things, asked: Asked) -> Condition:
    """Which lines are of these things."""
    ids = list(things.ids)
    if things.what == "variant":
        return Condition("line.variant_id = ANY(%s::bigint[])", [ids])
    if things.what == "product":
        return Condition("variant.product_id = ANY(%s::bigint[])", [ids])
    if things.what == "collection":
        placed = asked.table("product.CollectionProduct")
        products = f"SELECT product_id FROM {placed} WHERE collection_id = ANY(%s::bigint[])"
        return Condition(f"variant.product_id IN ({products})", [ids])
    category = asked.table("product.Category")
    below = (
        f"SELECT below.id FROM {category} AS named JOIN {category} AS below"
        " ON below.tree_id = named.tree_id AND below.lft BETWEEN named.lft AND named.rght"
        " WHERE named.id = ANY(%s::bigint[])"
    )
    # An array is found once, and leaves the planner two tables less to think about.
    return Condition(f"product.category_id = ANY(ARRAY({below}))", [ids])


def _buyers(things: Things, leaf: Leaf, asked: Asked) -> Members:
    rows, which = counted(leaf, asked), _which(things, asked)
    sql = f"SELECT o.user_id FROM {_lines(things, asked)} WHERE {rows.sql} AND {which.sql}"
    return Members(sql, [*rows.params, *which.params])


def _bought(leaf: Leaf, asked: Asked) -> Members:
    things = cast(Things, leaf.value)
    if leaf.operator == "one_of":
        return _buyers(things, leaf, asked)
    each = [_buyers(Things(things.what, (one,)), leaf, asked) for one in things.ids]
    sql = " INTERSECT ".join(f"({one.sql})" for one in each)
    return Members(sql, [param for one in each for param in one.params])


def _quantity(leaf: Leaf, asked: Asked) -> Members:
    rows, things = counted(leaf, asked), cast(Things | None, leaf.option("of"))
    if things:
        which = _which(things, asked)
        rows = Condition(f"{rows.sql} AND {which.sql}", [*rows.params, *which.params])
    return total(_lines(things, asked), rows, "SUM(line.quantity)", leaf)


FIELDS: Final = (
    Field(
        "bought",
        "Bought",
        "bought",
        ORDERS,
        READS,
        _bought,
        (CHANNEL, *WINDOW),
        check=check_window,
    ),
    Field(
        "quantity_bought",
        "Quantity bought",
        "whole number",
        ORDERS,
        READS,
        _quantity,
        (Option("of", values.THINGS, "of {}"), CHANNEL, *WINDOW),
        check=check_window,
    ),
)
