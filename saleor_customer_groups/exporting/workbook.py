"""XLSX. A workbook cannot be appended to: rows are kept as lines of JSON and it is built of them.

Pure: no Django. Memory is bounded, whatever the number of rows; the disk holds the rows and the
workbook for as long as it is built.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final

import xlsxwriter

from ..cells import Cell

SHEET_ROWS: Final = 1_048_576  # Excel's limit, with the line of labels
CELL_CHARACTERS: Final = 32_767  # Excel's limit; a longer text is cut and ends in …
ROWS_BETWEEN_BEATS: Final = 2_000
OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The rows as they are kept until the workbook is built."""
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


@contextmanager
def built(
    kept: Iterable[bytes],
    labels: Sequence[str],
    *,
    beat: Callable[[], object],
    sheet_rows: int = SHEET_ROWS,
) -> Iterator[BinaryIO]:
    """The workbook of the kept lines, which may come cut anywhere; gone when the block ends.

    `beat` is called every so many rows: it may raise to stop the work. More rows than a sheet
    holds go on on the next sheet, under the same labels.
    """
    with TemporaryDirectory(prefix="customer-group-export-") as folder:
        rows, file = Path(folder, "rows"), Path(folder, "file")
        with rows.open("wb") as out:
            out.writelines(kept)
        _write(file, rows, labels, beat=beat, sheet_rows=sheet_rows)
        with file.open("rb") as ready:
            yield ready


def _write(
    file: Path, rows: Path, labels: Sequence[str], *, beat: Callable[[], object], sheet_rows: int
) -> None:
    book = xlsxwriter.Workbook(file, {**OPTIONS, "tmpdir": str(file.parent)})
    try:
        _fill(book, rows, labels, beat=beat, sheet_rows=sheet_rows)
    except BaseException:
        # Not `book.close()`, as leaving a `with` would do: that puts the whole workbook together.
        for sheet in book.worksheets():
            sheet.row_data_fh.close()
        raise
    book.close()


def _fill(
    book: Any, rows: Path, labels: Sequence[str], *, beat: Callable[[], object], sheet_rows: int
) -> None:
    sheet, row = _sheet(book, labels), 0
    with rows.open("rb") as kept:
        for number, line in enumerate(kept):
            if number % ROWS_BETWEEN_BEATS == 0:
                beat()
            row += 1
            if row == sheet_rows:
                sheet, row = _sheet(book, labels), 1
            _write_row(sheet, row, json.loads(line))
    beat()


def _sheet(book: Any, labels: Sequence[str]) -> Any:
    sheet = book.add_worksheet()
    _write_row(sheet, 0, labels)
    return sheet


def _write_row(sheet: Any, row: int, cells: Sequence[Cell]) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, int):
            sheet.write_number(row, column, cell)
        elif cell:
            sheet.write_string(row, column, _fitting(cell))


def _fitting(text: str) -> str:
    """The text, or as much of it as a cell holds; Excel counts as UTF-16 does."""
    if 2 * len(text) <= CELL_CHARACTERS:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_CHARACTERS:
        return text
    return units[: 2 * (CELL_CHARACTERS - 1)].decode("utf-16-le", errors="ignore") + "…"
