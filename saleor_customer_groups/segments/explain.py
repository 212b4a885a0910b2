"""Why a customer is found by a rule, or is not: each part of it, and whether it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from ..errors import InvalidInput
from ..sentences import Sentence
from . import compile as compiler
from .asking import SCOPE
from .fields import FIELDS
from .operators import operators
from .rules import All, Leaf, Node, Not, leaves
from .values import say


@dataclass(frozen=True, slots=True)
class Explanation:
    """A part of a rule, whether it holds for the customer, and the parts below it.

    `path` is as in InvalidRule, the `sentence` says what is asked; a condition has its `leaf`.
    """

    path: str
    holds: bool
    sentence: str
    parts: tuple[Explanation, ...] = ()
    leaf: Leaf | None = field(default=None, compare=False)  # the sentence says the same


def explain(rule: Node, customer_id: int, *, now: datetime) -> Explanation:
    """The rule's parts for one customer, in one statement.

    InvalidInput when there is no such customer (staff are none); InvalidRule for a field that the
    host lacks.
    """
    query = compiler.answers(leaves(rule), now=now)
    with connection.cursor() as cursor:
        cursor.execute(SCOPE + query.sql, [[customer_id], *query.params])
        known = cursor.fetchone()
    if not known:
        raise InvalidInput(
            Sentence("There is no customer {customer}.", customer=customer_id),
            field="customer_id",
            code="not_found",
        )
    return _explained(rule, "", dict(zip(query.conditions, known[1], strict=True)))


def sentence(leaf: Leaf) -> str:
    """What a condition asks, in words, such as "orders_count is 5 or more, in the last 90 days"."""
    field = FIELDS[leaf.field]
    operator = operators(field.type, leaf.option("type"))[leaf.operator]
    joint = "and" if leaf.operator in ("between", "all_of") else "or"
    words = [f"{leaf.field} {operator.words.format(say(leaf.value, joint))}"]
    said = {option.name: option.words for option in field.options}
    words += [said[name].format(say(value)) for name, value in leaf.options]
    return ", ".join(words)


def _explained(node: Node, path: str, holds: Mapping[Leaf, bool]) -> Explanation:
    if isinstance(node, Leaf):
        below = f"{path}.{node.field}.{node.operator}".lstrip(".")
        return Explanation(below, holds[node], sentence(node), leaf=node)
    if isinstance(node, Not):
        below = f"{path}.not".lstrip(".")
        part = _explained(node.node, below, holds)
        return Explanation(below, not part.holds, Sentence("this does not hold:"), (part,))
    of_all = isinstance(node, All)
    word, combined = ("all", all) if of_all else ("any", any)
    heading = Sentence("all of:") if of_all else Sentence("any of:")
    below = f"{path}.{word}".lstrip(".")
    parts = tuple(_explained(one, f"{below}[{n}]", holds) for n, one in enumerate(node.nodes))
    return Explanation(below, combined(part.holds for part in parts), heading, parts)


__all__ = ["Explanation", "explain", "sentence"]
