"""What a field is, and what its SQL is made of. Pure: the names of tables are given.

A field answers a leaf in one of two ways. A `Condition` is about one row, the alias `customer` of
the shop's table of users, and costs no other table. `Members` are the ids of the customers who are
meant, a statement of its own. Either may answer NULL for "no".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...sentences import Sentence
from ..tree import Leaf
from ..values import Kind


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the row `customer`, with %s for each parameter."""

    sql: str
    params: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Totals:
    """What must hold of all rows of a customer together; `rows` is from FROM to GROUP BY."""

    rows: Condition
    holds: Condition


@dataclass(frozen=True, slots=True)
class Members:
    """A statement that answers ids of customers; `negated`: everybody but those.

    `totals`: the statement takes each customer's rows together, and these are its parts.
    """

    sql: str
    params: list[Any] = field(default_factory=list)
    negated: bool = False
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a leaf's SQL must know: the host's tables, the time, and whether few are asked about.

    `columns` are the optional columns that this host has, as "app.Model.column".
    """

    tables: Mapping[str, str]
    columns: frozenset[str]
    now: datetime
    scoped: bool

    def table(self, label: str) -> str:
        """The quoted name of the table of a model, such as "order.Order"."""
        return self.tables[label]

    def only(self, column: str) -> str:
        """A further AND: where few are asked about, a statement is about the row `customer`."""
        return f" AND {column} = customer.id" if self.scoped else ""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be said beside the operator."""

    name: str
    value: Kind
    words: str  # in a sentence; {} is the value
    required: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """Something about a customer that a rule may look at."""

    code: str
    label: str
    type: str  # what can be asked of it (operators.py)
    facts: frozenset[str]  # changes.Fact: after which events the answer may be another
    reads: tuple[str, ...]  # the tables, by label; a host that lacks one lacks the field
    find: Callable[[Leaf, Asked], Condition | Members]
    options: tuple[Option, ...] = ()
    clock: int | None = None  # seconds after which the clock alone may change any answer
    since: str = ""  # the release of Saleor that brought what it reads
    # what is wrong with the parts taken together
    check: Callable[[Leaf], Sentence | None] | None = None


def fields_by_code(*groups: tuple[Field, ...]) -> dict[str, Field]:
    """The registry of these fields."""
    return {one.code: one for group in groups for one in group}
