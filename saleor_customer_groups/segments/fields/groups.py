"""Fields of our own: the groups that the customer is in, and the random part."""

from __future__ import annotations

from typing import Final, cast

from ...sentences import Sentence
from .. import values
from ..tree import Leaf
from .base import Asked, Condition, Field, Members, Option

STEPS: Final = 10_000  # hundredths of a percent
# A customer's place under a salt (%s). It must never change: merchants rely on who is where.
HASH: Final = "MD5(%s::text || ':' || customer.id)"


def _in_group(leaf: Leaf, asked: Asked) -> Members:
    membership = asked.table("saleor_customer_groups.Membership")
    sql = (
        f"SELECT member.customer_id FROM {membership} AS member"
        " WHERE member.group_id = ANY(%s::bigint[]) AND member.started_at <= %s"
        f" AND (member.until IS NULL OR member.until > %s){asked.only('member.customer_id')}"
    )
    return Members(sql, [list(cast(tuple[int, ...], leaf.value)), asked.now, asked.now])


def _part(leaf: Leaf, asked: Asked) -> Condition:
    """Each customer has a place from 0 to 9,999 under each salt, always the same."""
    place = f"('x' || LEFT({HASH}, 8))::bit(32)::bigint"
    ends = [int(cast(int, end) * STEPS / 100) for end in (leaf.option("from"), leaf.value)]
    return Condition(
        f"MOD({place}, {STEPS}) >= %s AND MOD({place}, {STEPS}) < %s",
        [leaf.option("salt"), ends[0], leaf.option("salt"), ends[1]],
    )


def _check_part(leaf: Leaf) -> Sentence | None:
    if cast(int, leaf.option("from")) >= cast(int, leaf.value):
        return Sentence('The part must end behind where it begins: "from" must be less than "to".')
    return None


FIELDS: Final = (
    Field(
        "in_group",
        "In group",
        "groups",
        frozenset({"groups"}),
        ("saleor_customer_groups.Membership",),
        _in_group,
    ),
    Field(
        "part",
        "Random part",
        "part",
        frozenset({"profile"}),  # of which only that the customer came
        ("account.User",),
        _part,
        (
            Option("salt", values.TEXT, "of the split {}", required=True),
            Option("from", values.PERCENT, "from {} %", required=True),
        ),
        check=_check_part,
    ),
)
