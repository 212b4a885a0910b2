"""A rule as SQL over the shop's tables.

Asked about the whole shop, conditions on the customer's own row stay in one WHERE, and everything
else is a set of ids: AND is a semi-join, NOT an anti-join, and OR a UNION, since PostgreSQL reads a
table for each row where OR has sub-selects. Asked about few, that is the very thing to do: each
field is looked up by index for each of them. Only the names of tables are written into a
statement; values are parameters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db import connection

from ..models import SegmentPin
from .fields import FIELDS
from .fields.base import Asked, Condition, Members
from .rules import All, AnyOf, InvalidRule, Leaf, Node, Not, Problem, absence, leaves

USER: Final = "account.User"
# What some releases of Saleor lack, and the statements do without.
OPTIONAL_COLUMNS: Final = ("giftcard.GiftCard.assigned_to",)
Part = Condition | Members


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT of one column `id`, without a semicolon: it can stand in parentheses."""

    sql: str
    params: list[Any]


@dataclass(frozen=True, slots=True)
class Answers(Query):
    """A SELECT of an id and of what holds, for each of these conditions."""

    conditions: list[Leaf]


def customers(rule: Node, *, now: datetime) -> Query:
    """The customers (users who are not staff) that the rule finds at `now`.

    InvalidRule for a field that this host lacks.
    """
    _refuse_absent(rule)
    return _Statement(_asked(now)).query(rule)


def answers(conditions: Iterable[Leaf], *, now: datetime) -> Answers:
    """Which of these conditions hold for each customer in `customer_scope(id)`: rows of an id and
    an array of booleans, in the order of `Answers.conditions`. Who is no customer is missing.

    One look at the customers for all rules: to plan a statement for each takes most of the time
    where one customer is asked about. For the same reason all that is asked of the same rows, such
    as a customer's orders, is asked of them together. InvalidRule for a field that this host lacks.
    """
    wanted = tuple(dict.fromkeys(conditions))
    _refuse_absent(All(wanted))
    asked = _asked(now, scoped=True)
    alone: dict[Leaf, Condition] = {}
    together: defaultdict[str, dict[Leaf, Members]] = defaultdict(dict)
    for leaf in wanted:
        found = FIELDS[leaf.field].find(leaf, asked)
        if isinstance(found, Members) and found.totals:
            together[repr(found.totals.rows)][leaf] = found
        else:
            alone[leaf] = _looked_up(found)
    arrays = [
        _array(alone.values()),
        *(_taken_together(each.values()) for each in together.values()),
    ]
    holds = " || ".join(one.sql for one in arrays)
    query = _select([], asked, columns=f"customer.id, {holds}")
    params = [param for one in arrays for param in one.params]
    return Answers(
        query.sql, params, [*alone, *(leaf for each in together.values() for leaf in each)]
    )


def customers_with_pins(segment_id: int, rule: Node, *, now: datetime) -> Query:
    """The same for a saved segment: who is pinned in is found too, who is pinned out never."""
    found = customers(rule, now=now)
    pin = connection.ops.quote_name(SegmentPin._meta.db_table)
    pins = f"SELECT pin.customer_id FROM {pin} AS pin WHERE pin.segment_id = %s"
    pinned = _select([Members(f"{pins} AND pin.included", [segment_id])], _asked(now))
    sql = f"""SELECT found.id FROM (({found.sql}) UNION ({pinned.sql})) AS found
 WHERE NOT EXISTS (SELECT 1 FROM ({pins} AND NOT pin.included) AS pin
                    WHERE pin.customer_id = found.id)"""
    return Query(sql, [*found.params, *pinned.params, segment_id])


def absent() -> frozenset[str]:
    """The codes of the fields that this host lacks, for rules.parse."""
    tables = _tables()
    return frozenset(
        code for code, field in FIELDS.items() if not all(label in tables for label in field.reads)
    )


@cache
def _tables() -> dict[str, str]:
    """The quoted names of the host's tables that fields read, by label."""
    found = {}
    for label in {USER, *(label for field in FIELDS.values() for label in field.reads)}:
        try:
            model = apps.get_model(label)
        except LookupError:
            continue
        found[label] = connection.ops.quote_name(model._meta.db_table)
    return found


@cache
def _columns() -> frozenset[str]:
    """The optional columns that the host has."""
    found = set()
    for name in OPTIONAL_COLUMNS:
        label, _, column = name.rpartition(".")
        if label in _tables():
            fields = apps.get_model(label)._meta.get_fields()
            found |= {name} & {f"{label}.{field.name}" for field in fields}
    return frozenset(found)


def _asked(now: datetime, *, scoped: bool = False) -> Asked:
    return Asked(tables=_tables(), columns=_columns(), now=now, scoped=scoped)


def _refuse_absent(rule: Node) -> None:
    lacking = absent()
    if missing := [leaf.field for leaf in leaves(rule) if leaf.field in lacking]:
        codes = dict.fromkeys(missing)
        raise InvalidRule(
            [Problem(code, "not_on_this_host", absence(FIELDS[code])) for code in codes]
        )


class _Statement:
    """One statement in the making: a list within the tree is a part with a name of its own.

    PostgreSQL works such a part out once. Nested in each other, it may run the inner ones again
    for each row of the outer ones, which doubles the work with every level.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.named: list[Members] = []

    def query(self, rule: Node) -> Query:
        parts = self.parts(rule) if isinstance(rule, All) else [self.part(rule, root=True)]
        body = _select(parts, self.asked)
        if not self.named:
            return Query(body.sql, body.params)
        named = ", ".join(
            f"part_{n}(id) AS MATERIALIZED ({one.sql})" for n, one in enumerate(self.named)
        )
        params = [param for one in (*self.named, body) for param in one.params]
        return Query(f"WITH {named} {body.sql}", params)

    def part(self, node: Node, *, root: bool = False) -> Part:
        if isinstance(node, Leaf):
            return FIELDS[node.field].find(node, self.asked)
        if isinstance(node, Not):
            return _negated(self.part(node.node))
        parts = self.parts(node)
        if conditions := _only_conditions(parts):
            return _joined(conditions, " AND " if isinstance(node, All) else " OR ")
        members = (_select if isinstance(node, All) else _union)(parts, self.asked)
        return members if root else self.name(members)

    def parts(self, node: All | AnyOf) -> list[Part]:
        """The parts of a list; a list of the same sort within it is no level of its own."""
        found: list[Part] = []
        for one in node.nodes:
            if isinstance(one, All | AnyOf) and type(one) is type(node):
                found += self.parts(one)
            else:
                found.append(self.part(one))
        return found

    def name(self, found: Members) -> Members:
        self.named.append(found)
        return Members(f"SELECT id FROM part_{len(self.named) - 1}")


def _array(conditions: Iterable[Condition]) -> Condition:
    conditions = list(conditions)
    holds = ", ".join(f"({one.sql}) IS TRUE" for one in conditions)
    return Condition(f"ARRAY[{holds}]::boolean[]", [p for one in conditions for p in one.params])


def _taken_together(found: Iterable[Members]) -> Condition:
    """The array of what holds of the same rows of a customer; of none, what then holds."""
    parts = [(totals, one.negated) for one in found if (totals := one.totals)]
    holds = [
        Condition(f"({totals.holds.sql}) IS NOT TRUE", totals.holds.params)
        if negated
        else totals.holds
        for totals, negated in parts
    ]
    array, rows = _array(holds), parts[0][0].rows
    of_none = ", ".join(str(negated) for _, negated in parts)
    sql = f"COALESCE((SELECT {array.sql} {rows.sql}), ARRAY[{of_none}])"
    return Condition(sql, [*array.params, *rows.params])


def _looked_up(found: Part) -> Condition:
    """The leaf as a condition on the row. OFFSET keeps the planner from making it a join again."""
    if isinstance(found, Condition):
        return found
    return Condition(f"{'NOT ' * found.negated}EXISTS ({found.sql} OFFSET 0)", found.params)


def _negated(part: Part) -> Part:
    if isinstance(part, Condition):
        return Condition(f"({part.sql}) IS NOT TRUE", part.params)
    return Members(part.sql, part.params, not part.negated)


def _only_conditions(parts: Sequence[Part]) -> list[Condition]:
    conditions = [part for part in parts if isinstance(part, Condition)]
    return conditions if len(conditions) == len(parts) else []


def _joined(conditions: Iterable[Condition], word: str) -> Condition:
    conditions = list(conditions)
    sql = word.join(f"({condition.sql})" for condition in conditions)
    return Condition(f"({sql})", [param for one in conditions for param in one.params])


def _select(parts: Sequence[Part], asked: Asked, *, columns: str = "customer.id") -> Members:
    """The customers for whom every part holds."""
    sql = f"SELECT {columns} FROM {asked.table(USER)} AS customer WHERE NOT customer.is_staff"
    if asked.scoped:
        sql += " AND customer.id = ANY(ARRAY(SELECT id FROM customer_scope))"
    params: list[Any] = []
    for part in parts:
        sql += f"\n   AND {_where(part)}"
        params += part.params
    return Members(sql, params)


def _where(part: Part) -> str:
    if isinstance(part, Condition):
        return f"({part.sql})"
    if not part.negated:
        return f"customer.id IN ({part.sql})"
    return f"NOT EXISTS (SELECT 1 FROM ({part.sql}) AS found(id) WHERE found.id = customer.id)"


def _union(parts: Sequence[Part], asked: Asked) -> Members:
    """The customers for whom one part holds: what is about their row in one go, then each set."""
    conditions = [part for part in parts if isinstance(part, Condition)]
    sets = [part for part in parts if isinstance(part, Members)]
    found = [_select([_joined(conditions, " OR ")], asked)] if conditions else []
    found += [_select([one], asked) if one.negated else one for one in sets]
    sql = "\n UNION ALL ".join(f"({one.sql})" for one in found)
    return Members(sql, [param for one in found for param in one.params])


__all__ = ["Answers", "Query", "absent", "answers", "customers", "customers_with_pins"]
