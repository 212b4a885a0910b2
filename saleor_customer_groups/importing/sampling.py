"""The first lines of a file, and what its columns are taken for: before anything is checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from ..models import Import
from ..sentences import Sentence
from .columns import Layout, layout_of
from .files import PART, parts_of
from .lines import shown
from .problems import UnreadableFile, sentence
from .reading import Record
from .staging import records_of

ROWS: Final = 5
COLUMNS: Final = 50


@dataclass(frozen=True, slots=True)
class Sample:
    """`header`: the columns' names, or their numbers; `meanings`: by the column's position.

    `problem` says why the columns do not suffice, or why there are none.
    """

    header: Sequence[str] = ()
    has_header: bool = True
    rows: Sequence[Sequence[str]] = ()
    meanings: Mapping[int, str] = field(default_factory=dict)
    key: str = ""
    problem: str = ""


def sample(job: Import) -> Sample:
    """What the file of an import begins with, by the options that the import has."""
    try:
        records, _ = records_of(job, read=_beginning)
        first, *others = islice(records, ROWS + 1)
    except UnreadableFile as error:
        return Sample(problem=error.message)
    except UnicodeError:
        return Sample(
            problem=Sentence("The file cannot be read in this encoding; name another one.")
        )
    except ValueError:
        return Sample(problem=Sentence("The file has no lines."))
    if first.problem:
        said = sentence(first.problem)
        return Sample(problem=Sentence("The first line cannot be read. {problem}", problem=said))
    try:
        return _of_layout(layout_of(first.cells, job.options), first, others)
    except UnreadableFile as error:
        header = tuple(shown(cell) for cell in first.cells[:COLUMNS])
        return Sample(header, rows=_rows(others), problem=error.message)


def _beginning(job: Import) -> Iterator[bytes]:
    """The whole lines of a CSV file's first part: a page does not wait for the others. A sheet can
    only be read as a whole.
    """
    parts = parts_of(job)
    if job.format == "xlsx":
        yield from parts
    elif first := next(parts, b""):
        yield first[: first.rfind(b"\n") + 1] if len(first) == PART else first


def _of_layout(layout: Layout, first: Record, others: Sequence[Record]) -> Sample:
    rows = others if layout.has_header else [first, *others][:ROWS]
    return Sample(
        header=layout.header[:COLUMNS],
        has_header=layout.has_header,
        rows=_rows(rows),
        meanings={position: meaning for meaning, position in layout.positions.items()},
        key=layout.key,
    )


def _rows(records: Sequence[Record]) -> list[list[str]]:
    return [[shown(cell) for cell in record.cells[:COLUMNS]] for record in records]
