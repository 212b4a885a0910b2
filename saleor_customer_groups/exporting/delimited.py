"""CSV: comma, double quotes where needed, CRLF, UTF-8 with the mark that Excel looks for. Pure."""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from io import StringIO

from ..cells import Cell, escape


def header(labels: Sequence[str]) -> bytes:
    """The beginning of the file: the mark and the line of labels."""
    return BOM_UTF8 + lines([labels])


def lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The rows, each ending in CRLF. A number below zero is escaped: here it is a text as well."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(map(_text, row) for row in rows)
    return out.getvalue().encode()


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else escape(str(cell))
