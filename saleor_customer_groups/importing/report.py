"""What an import found: counts are on the import, the lines that are reported come page by page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from .. import cells
from ..models import REPORTED_OUTCOMES, ImportRow
from . import problems

PAGE: Final = 1_000
HEADER: Final = ("line", "column", "value", "problem", "reason")


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that is reported. `line` is None for a member whom the file does not name."""

    number: int  # of the staged row; pages go on after it
    line: int | None
    column: str
    value: str
    code: str
    reason: str
    customer_id: int | None


def page(import_id: int, *, after: Problem | None = None, first: int = 100) -> tuple[Problem, ...]:
    """The lines that are reported, in the order of the file, `first` of those that come after."""
    rows = ImportRow.objects.filter(job_id=import_id, outcome__in=REPORTED_OUTCOMES)
    if after is not None and after.line is not None:
        rows = rows.filter(Q(line__gt=after.line) | Q(line=None))
    elif after is not None:
        rows = rows.filter(line=None, pk__gt=after.number)
    return tuple(map(_problem, rows.order_by("line", "pk")[:first]))  # NULLs come last


def report_csv(import_id: int) -> Iterator[bytes]:
    """All of them as CSV in UTF-8 with a byte order mark, a page at a time.

    No cell begins as a formula does: such a one has an apostrophe before it.
    """
    yield b"\xef\xbb\xbf" + _written([HEADER])
    after: Problem | None = None
    while problems_of_page := page(import_id, after=after, first=PAGE):
        yield _written(
            [
                [str(one.line or ""), one.column, one.value, one.code, one.reason]
                for one in problems_of_page
            ]
        )
        after = problems_of_page[-1]


def _problem(row: ImportRow) -> Problem:
    return Problem(
        number=row.pk,
        line=row.line,
        column=row.column,
        value=row.value,
        code=row.code,
        reason=problems.sentence(row.code, detail=row.detail),
        customer_id=row.customer_id,
    )


def _written(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([cells.escape(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
