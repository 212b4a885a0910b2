"""An XLSX file as records: the first sheet that has something in it. Pure.

A sheet cannot be read in a stream, so the file's size, packed and unpacked, has a limit that is
checked before it is opened.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from ..sentences import Sentence
from .problems import UnreadableFile
from .reading import Record

MAGIC: Final = b"PK\x03\x04"
OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
LARGEST_FILE: Final = 50_000_000  # bytes
LARGEST_CONTENT: Final = 200_000_000  # bytes, unpacked
MOST_ENTRIES: Final = 10_000
STEP: Final = 1_000_000

Cell: TypeAlias = int | float | str | bool | time | date | datetime | timedelta


def read_xlsx(data: bytes) -> Iterator[Record]:
    """Every row that is not empty; a record's line is the row's number in the sheet.

    UnreadableFile: it is no spreadsheet, locked, or larger than the limits.
    """
    refuse_bomb(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = _first_with_rows(workbook)
    except PasswordError as error:
        sentence = Sentence("The spreadsheet is locked with a password; save it without one.")
        raise UnreadableFile(sentence, code="locked") from error
    except (CalamineError, OSError, ValueError) as error:
        raise _no_spreadsheet() from error
    for line, row in enumerate(sheet.iter_rows(), 1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield Record(line, cells)


def refuse_large(size: int) -> None:
    """UnreadableFile when a file of so many bytes is too large to be opened."""
    if size > LARGEST_FILE:
        raise _too_large()


def refuse_bomb(data: bytes) -> None:
    """UnreadableFile when the file unpacks to more than the limit, whatever it declares."""
    refuse_large(len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES:
                raise _too_large()
            if sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
                raise _too_large()
            for entry in entries:
                _refuse_false_size(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise _no_spreadsheet() from error


def _refuse_false_size(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Read what is declared: the checksum is wrong when there is more (BadZipFile)."""
    with archive.open(entry) as content:
        while content.read(STEP):
            pass


def _first_with_rows(workbook: CalamineWorkbook) -> CalamineSheet:
    for number in range(len(workbook.sheet_names)):
        sheet = workbook.get_sheet_by_index(number)
        if sheet.total_height:
            return sheet
    raise UnreadableFile(Sentence("The spreadsheet is empty."), code="empty_file")


def _text(cell: Cell) -> str:
    """As a person would have typed it: whole numbers without a point, moments in ISO form."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def _too_large() -> UnreadableFile:
    sentence = Sentence(
        "The spreadsheet is too large (limits: {packed} MB, unpacked {unpacked} MB); "
        "save it as CSV, which has no such limit.",
        packed=LARGEST_FILE // STEP,
        unpacked=LARGEST_CONTENT // STEP,
    )
    return UnreadableFile(sentence, code="file_too_large")


def _no_spreadsheet() -> UnreadableFile:
    return UnreadableFile(
        Sentence("The file is broken, or is no XLSX spreadsheet."), code="not_a_spreadsheet"
    )
