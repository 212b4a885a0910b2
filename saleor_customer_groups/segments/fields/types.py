"""Saleor's customer types and the attributes of customers: 3.23.26 and newer have them."""

from __future__ import annotations

from typing import Final, cast

from .. import values
from ..operators import BY_TYPE
from ..tree import Leaf
from . import comparing
from .base import Asked, Condition, Field, Members, Option
from .customers import PROFILE

SINCE: Final = "3.23.26"
ASSIGNED: Final = "attribute.AssignedUserAttributeValue"
TYPES: Final = [name for name in BY_TYPE if name != "list"]


def _customer_type(leaf: Leaf, asked: Asked) -> Condition:
    """A customer without a type has the default one."""
    table = asked.table("account.CustomerType")
    slugs = list(cast(tuple[str, ...], leaf.value if leaf.operator == "one_of" else (leaf.value,)))
    default = f"(SELECT id FROM {table} WHERE is_default)"
    return Condition(
        f"COALESCE(customer.customer_type_id, {default}) IN"
        f" (SELECT id FROM {table} WHERE slug = ANY(%s))",
        [slugs],
    )


def _attribute(leaf: Leaf, asked: Asked) -> Members:
    condition = _value(leaf, asked)
    sql = (
        f"SELECT given.user_id FROM {asked.table(ASSIGNED)} AS given"
        f" JOIN {asked.table('attribute.AttributeValue')} AS value ON value.id = given.value_id"
        f" JOIN {asked.table('attribute.Attribute')} AS named ON named.id = value.attribute_id"
        f" WHERE named.slug = %s AND ({condition.sql}){asked.only('given.user_id')}"
    )
    negated = leaf.operator == "exists" and not leaf.value
    return Members(sql, [leaf.option("key"), *condition.params], negated)


def _value(leaf: Leaf, asked: Asked) -> Condition:
    """What must hold of the alias `value`, a row of the attribute's values."""
    operator, value = leaf.operator, leaf.value
    if operator == "exists":
        return Condition("TRUE")
    kind = leaf.option("type")
    if kind == "number":
        return comparing.number("value.numeric::numeric", operator, value)
    if kind == "boolean":
        return Condition("value.boolean = %s", [value])
    if kind == "date":
        column = "(value.date_time AT TIME ZONE 'UTC')::date"
        return comparing.whole_day(column, operator, value, asked.now)
    found = [
        comparing.text(column, operator, value)
        for column in ("value.slug", "COALESCE(value.plain_text, value.name)")
    ]
    return Condition(
        " OR ".join(one.sql for one in found), [p for one in found for p in one.params]
    )


FIELDS: Final = (
    Field(
        "customer_type",
        "Customer type",
        "name",
        PROFILE,
        ("account.CustomerType", "account.User"),
        _customer_type,
        since=SINCE,
    ),
    Field(
        "attribute",
        "Attribute",
        "any",
        PROFILE,
        (ASSIGNED, "attribute.AttributeValue", "attribute.Attribute"),
        _attribute,
        (
            Option("type", values.choice(*TYPES), "as {}", required=True),
            Option("key", values.TEXT, "under {}", required=True),
        ),
        since=SINCE,
    ),
)
