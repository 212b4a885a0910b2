"""Lists of any length: search, sort and pages from the address, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet

from .visit import Visit

SIZE: Final = 25
MOST: Final = 10_000  # rows that are counted and paged through; beyond, a search narrows them

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Order:
    """How the list stands: a key of the sorts that the view offers, and whether it is turned from
    that sort's own direction; `falling` says which way its first field really goes.
    """

    key: str
    turned: bool
    falling: bool


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """A page of a list; `total` is exact below MOST (`more`: there are more than that)."""

    rows: Sequence[Row]
    number: int
    total: int
    more: bool
    order: Order
    query: Mapping[str, str]

    @property
    def first(self) -> int:
        """The place of the first row, from 1."""
        return (self.number - 1) * SIZE + 1

    @property
    def last(self) -> int:
        """The place of the last row."""
        return self.first + len(self.rows) - 1

    @property
    def previous(self) -> str:
        """The query of the page before, or nothing."""
        return self.with_(page=self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        """The query of the page after, or nothing."""
        return self.with_(page=self.number + 1) if self.last < min(self.total, MOST) else ""

    def with_(self, **changes: Any) -> str:
        """This list's query string with something changed."""
        query = {**self.query, **{name: str(value) for name, value in changes.items()}}
        return "?" + urlencode({name: value for name, value in query.items() if value})

    def sorted_by(self, key: str) -> str:
        """The query that sorts by this, turned when it is sorted so already."""
        turns = self.order.key == key and not self.order.turned
        return self.with_(sort=f"-{key}" if turns else key, page="")


def order_of(visit: Visit, sorts: Mapping[str, Sequence[str]], default: str) -> Order:
    """What the address asks for, else the default: a key of `sorts`, with "-" before it turned."""
    asked = visit.request.GET.get("sort", "")
    chosen = asked if asked.removeprefix("-") in sorts else default
    key, turned = chosen.removeprefix("-"), chosen.startswith("-")
    return Order(key, turned, sorts[key][0].startswith("-") != turned)


def listing(
    visit: Visit,
    queryset: QuerySet[Any],
    *,
    sorts: Mapping[str, Sequence[str]],
    default: str,
    keep: Sequence[str] = ("q",),
) -> Listing[Any]:
    """A page of the queryset, in two statements. `sorts` gives the fields of each way to sort,
    the last one unique; `keep` names the parameters that searching and filtering use.
    """
    order = order_of(visit, sorts, default)
    fields = [_turned(field) if order.turned else field for field in sorts[order.key]]
    counted = queryset.order_by()[: MOST + 1].count()
    last_page = max(1, -(-min(counted, MOST) // SIZE))
    number = min(_page(visit.request.GET.get("page", "")), last_page)
    rows = list(queryset.order_by(*fields)[(number - 1) * SIZE : number * SIZE])
    query = {name: visit.request.GET.get(name, "") for name in keep}
    query["sort"] = ("-" if order.turned else "") + order.key
    query["sort"] = "" if query["sort"] == default else query["sort"]
    return Listing(rows, number, min(counted, MOST), counted > MOST, order, query)


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _page(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1
