"""The rows of a report, a chunk a statement. Nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Model

from ..cells import Cell
from ..models import CustomerGroup, LoyaltyAccount, LoyaltyLot, Membership
from ..segments import contacts
from ..segments.fields.orders import NOT_COUNTED
from .columns import SOURCES, Column

# Who joined after `at` is out. The chunk is cut before anything is joined to it.
STATEMENT: Final = """
SELECT customer.id, {values}
  FROM (SELECT *
          FROM {membership}
         WHERE group_id = %(group)s AND customer_id > %(after)s AND started_at <= %(at)s
           AND (until IS NULL OR until > %(at)s)
         ORDER BY customer_id
         LIMIT %(limit)s) AS membership
  JOIN {customer} AS customer ON customer.id = membership.customer_id
  {sources}
 ORDER BY customer.id
"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows in the order of the customers' ids, a cell a column, and the last customer's id.

    `last` is None when there is nobody left.
    """

    rows: list[list[Cell]]
    last: int | None


def chunk(
    group_id: int, columns: Sequence[Column], *, after: int, limit: int, at: datetime
) -> Chunk:
    """The next `limit` customers with ids above `after` who were in the group at `at` and still
    are, or whose membership ended by itself since. One statement, however many columns.
    """
    parameters: dict[str, Any] = {
        "group": group_id,
        "after": after,
        "limit": limit,
        "at": at,
        "not_orders": NOT_COUNTED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(columns), parameters)
        found = cursor.fetchall()
    makers = [column.cell for column in columns]
    rows = [
        [make(value) for make, value in zip(makers, values, strict=True)] for _, *values in found
    ]
    return Chunk(rows=rows, last=found[-1][0] if found else None)


def size(group_id: int, *, at: datetime) -> int:
    """How many customers the report has."""
    return Membership.objects.active(at).filter(group_id=group_id).count()


def currencies() -> list[str]:
    """The currencies the shop sells in, in alphabetical order."""
    channels = apps.get_model("channel", "Channel")._default_manager.order_by("currency_code")
    return list(channels.values_list("currency_code", flat=True).distinct())


def _statement(columns: Sequence[Column]) -> str:
    """The columns' SQL and what it needs; only names of ours get into it."""
    needed = {source for column in columns for source in column.sources}
    statement = STATEMENT.replace("{values}", ", ".join(column.sql for column in columns))
    sources = "\n  ".join(sql for name, sql in SOURCES.items() if name in needed)
    tables: dict[str, type[Model]] = {
        "customer": get_user_model(),
        "address": apps.get_model("account", "Address"),
        "order": apps.get_model("order", "Order"),
        "group": CustomerGroup,
        "account": LoyaltyAccount,
        "lot": LoyaltyLot,
        "membership": Membership,
    }
    names = {name: connection.ops.quote_name(it._meta.db_table) for name, it in tables.items()}
    names["phone"] = contacts.phone()
    return statement.replace("{sources}", sources).format(**names)
