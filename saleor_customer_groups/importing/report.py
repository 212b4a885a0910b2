"""What an import found: counts are on the import, the lines that are reported come page by page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from .. import cells
from ..models import REPORTED_OUTCOMES, ImportRow
from . import problems

PAGE: Final = 1_000
HEADER: Final = ("line", "column", "value", "problem", "reason")


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that is reported. `line` is None for a member whom the file does not name.

    `customer_id` is None when it names nobody, or somebody who is forgotten.
    """

    line: int | None
    column: str
    value: str
    code: str
    reason: str
    customer_id: int | None


def page(import_id: int, *, after: Problem | None = None, first: int = 100) -> tuple[Problem, ...]:
    """The lines that are reported, in the order of the file, `first` of those that come after.

    Then the members whom the file does not name.
    """
    reported = lines(import_id)
    rows: list[ImportRow] = []
    member = 0
    if after is None or after.line is not None:
        line = after.line if after else 0
        rows += reported.filter(line__gt=line).order_by("line")[:first]
    else:
        member = after.customer_id or 0
    if len(rows) < first:
        members = reported.filter(line=0, customer_id__gt=member)
        rows += members.order_by("customer_id")[: first - len(rows)]
    return tuple(map(problem_of, rows))


def lines(import_id: int) -> QuerySet[ImportRow]:
    """The rows of the lines that are reported, for lists that people look through."""
    return ImportRow.objects.filter(job_id=import_id, outcome__in=REPORTED_OUTCOMES)


def csv_page(
    import_id: int, *, after: Problem | None = None, first: int = PAGE
) -> tuple[bytes, Problem | None]:
    """The next lines as CSV (the first ones with the header), and the last of them, if any."""
    found = page(import_id, after=after, first=first)
    rows = [[str(one.line or ""), one.column, one.value, one.code, one.reason] for one in found]
    head = b"\xef\xbb\xbf" + _written([HEADER]) if after is None else b""
    return head + _written(rows), found[-1] if found else None


def report_csv(import_id: int) -> Iterator[bytes]:
    """All of them as CSV in UTF-8 with a byte order mark, a page at a time.

    No cell begins as a formula does: such a one has an apostrophe before it.
    """
    data, after = csv_page(import_id)
    yield data
    while after is not None:
        data, after = csv_page(import_id, after=after)
        yield data


def problem_of(row: ImportRow) -> Problem:
    """The line that is reported."""
    return Problem(
        line=row.line or None,
        column=row.column,
        value=row.value,
        code=row.code,
        reason=problems.sentence(row.code, detail=row.detail),
        customer_id=row.customer_id or None,
    )


def _written(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([cells.escape(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
