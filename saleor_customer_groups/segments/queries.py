"""Questions about rules: whom one finds, without saving it, and what rules may look at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import QuerySet

from ..errors import InvalidInput
from ..models import CustomerGroup, Segment, SegmentPin
from ..sentences import Sentence
from . import compile as compiler
from .fields import FIELDS, Field
from .operators import BY_TYPE, Operator, operators
from .rules import Node

MOST: Final = 100  # customers on a page


@dataclass(frozen=True, slots=True)
class Row:
    """A customer of a preview."""

    id: int
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """How many of how many customers a rule finds (`share`: percent), and a page of them by id.

    `end_cursor` is None when no page follows.
    """

    count: int
    of: int
    share: Decimal
    customers: tuple[Row, ...]
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class OperatorInfo:
    """What can be asked of a field, and the value it takes. `subtype`: of the option `type`."""

    code: str
    value: str
    subtype: str = ""


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """What can be said beside the operator."""

    name: str
    value: str
    required: bool


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field of the language. `available`: this host has what it reads."""

    code: str
    label: str
    type: str
    operators: tuple[OperatorInfo, ...]
    options: tuple[OptionInfo, ...]
    tables: tuple[str, ...]
    available: bool
    since: str


def preview(rule: Node, *, now: datetime, first: int = 20, after: str | None = None) -> Preview:
    """Whom the rule finds at `now`, in one statement; nothing is saved.

    InvalidInput when `first` is not from 1 to 100 or `after` is no cursor of a preview.
    """
    if not 1 <= first <= MOST:
        raise InvalidInput(
            Sentence("A page has 1 to {most} customers, not {first}.", most=MOST, first=first),
            field="first",
        )
    query = compiler.customers(rule, now=now)
    user = connection.ops.quote_name(get_user_model()._meta.db_table)
    sql = f"""
WITH found AS MATERIALIZED ({query.sql}), counted AS (
    SELECT (SELECT COUNT(*) FROM found) AS found,
           (SELECT COUNT(*) FROM {user} WHERE NOT is_staff) AS everybody
), page AS (
    SELECT customer.id, customer.email, customer.first_name, customer.last_name
      FROM {user} AS customer JOIN found ON found.id = customer.id
     WHERE customer.id > %s ORDER BY customer.id LIMIT %s
)
SELECT counted.*, page.* FROM counted LEFT JOIN page ON TRUE ORDER BY page.id
"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*query.params, _after(after), first + 1])
        rows = cursor.fetchall()
    count, everybody = rows[0][:2]
    customers = tuple(Row(*row[2:]) for row in rows if row[2] is not None)
    follows = len(customers) > first
    customers = customers[:first]
    share = Decimal(count * 100) / everybody if everybody else Decimal(0)
    cursor_of_last = str(customers[-1].id) if follows else None
    return Preview(count, everybody, round(share, 2), customers, cursor_of_last)


def _after(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 18):
        raise InvalidInput(
            Sentence("{cursor!r} is no cursor of a preview.", cursor=cursor[:40]), field="after"
        )
    return int(cursor)


def pins_of(group: CustomerGroup, *, included: bool) -> QuerySet[SegmentPin]:
    """Who is pinned into the group, or out of it, with their customers."""
    pins = SegmentPin.objects.filter(segment__group=group, included=included)
    return pins.select_related("customer")


def pinned(group: CustomerGroup, customer_ids: Collection[int]) -> dict[int, bool]:
    """Those of these customers who are pinned: into the group, or out of it."""
    pins = SegmentPin.objects.filter(segment__group=group, customer_id__in=customer_ids)
    return dict(pins.values_list("customer_id", "included"))


def is_running(segment: Segment, *, now: datetime) -> bool:
    """Whether a worker runs the rule in full at `now`."""
    return segment.leased_until is not None and segment.leased_until > now


def catalogue() -> tuple[FieldInfo, ...]:
    """What rules may look at, on this host and on newer ones."""
    absent = compiler.absent()
    return tuple(_info(field, field.code not in absent) for field in FIELDS.values())


def _info(field: Field, available: bool) -> FieldInfo:
    if field.type == "any":
        known = tuple(
            _operator(code, operator, subtype)
            for subtype in _subtypes(field)
            for code, operator in BY_TYPE[subtype].items()
        )
    else:
        known = tuple(_operator(code, one) for code, one in operators(field.type).items())
    options = tuple(OptionInfo(one.name, one.value.expects, one.required) for one in field.options)
    return FieldInfo(
        field.code, field.label, field.type, known, options, field.reads, available, field.since
    )


def _subtypes(field: Field) -> list[str]:
    [kind] = (option.value for option in field.options if option.name == "type")
    return [name for name in BY_TYPE if f'"{name}"' in kind.expects]


def _operator(code: str, operator: Operator, subtype: str = "") -> OperatorInfo:
    return OperatorInfo(code, operator.value.expects, subtype)
