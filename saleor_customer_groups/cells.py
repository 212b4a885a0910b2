"""What one cell of a file holds. Pure: no Django.

A spreadsheet takes a cell that begins with = + - @ for a formula, and skips tabs and line breaks
before it; full-width forms of the four count too. `escape` puts an apostrophe before such a text,
so that it is text in every spreadsheet, and `unescape` gives back exactly what was there.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, TypeAlias

Cell: TypeAlias = str | int

FORMULA_STARTS: Final = "=+-@\t\r\n＝＋－＠"
_DANGEROUS: Final = re.compile(f"'*[{re.escape(FORMULA_STARTS)}]")
_ESCAPED: Final = re.compile(f"'+[{re.escape(FORMULA_STARTS)}]")


def escape(text: str) -> str:
    """The text as it may stand in a cell: `+44…` becomes `'+44…`, `O'Neil` stays as it is.

    A text that looks escaped already gets one apostrophe more, so nothing is lost.
    """
    return f"'{text}" if _DANGEROUS.match(text) else text


def unescape(text: str) -> str:
    """What `escape` was given. A text that it never makes comes back unchanged."""
    return text[1:] if text.startswith("'") and _ESCAPED.match(text) else text


def cell_of(value: object) -> Cell:
    """A value of the database as a cell: whole numbers as such, all else as escaped text.

    Moments are ISO 8601 in UTC, decimals plain digits, truth is `true` or `false`, and what is
    missing is empty.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return escape(_text(value))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)
