"""A record's cells as what they ask for: whom, until when, why; or what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from functools import partial
from typing import Final, NamedTuple

from ..cells import unescape
from . import identifiers
from .columns import Layout
from .identifiers import Key, NotAnIdentifier
from .reading import REPLACEMENT, VALUE, Record

LONGEST_REASON: Final = 500
NULL: Final = "\x00"
NULL_SHOWN: Final = "\N{SYMBOL FOR NULL}"
LAST_YEAR: Final = 9_000  # in any time zone something that Python can still hold
DAY_FIRST: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


class Line(NamedTuple):
    """A line of the file. `code` is empty when it can be read, else `column` and `value` say of
    which cell it speaks; `name` is the customer's, in its normal form.
    """

    line: int
    name: str
    value: str
    until: datetime | None = None
    reason: str = ""
    column: str = ""
    code: str = ""


class _Wrong(ValueError):
    """What is wrong with a cell."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def interpret(
    records: Iterable[Record], layout: Layout, *, now: datetime, zone: tzinfo, region: str | None
) -> Iterator[Line]:
    """A line for each record; `zone` is of moments that name none. The header is not among them."""
    width, key_at = len(layout.header), layout.positions[layout.key]
    until_at, reason_at = layout.positions.get("until"), layout.positions.get("reason")
    normal = _normal_form(layout.key, region)
    untils: dict[str, datetime | None] = {"": None}  # the same few in most files
    for number, cells, problem in records:
        value = cells[key_at] if key_at < len(cells) else ""
        if value[:1] == "'":
            value = unescape(value)
        if problem:
            yield Line(number, "", shown(cells[0]), None, "", "", problem)
            continue
        if len(cells) > width and any(cells[width:]):
            extra = next(cell for cell in cells[width:] if cell)
            yield Line(number, "", shown(extra), None, "", "", "too_many_cells")
            continue
        at = key_at
        try:
            if NULL in value or REPLACEMENT in value:
                _refuse_bytes(value)
            name = normal(value)
            until = None
            if until_at is not None and until_at < len(cells):
                at = until_at
                text = cells[at]
                if text not in untils:
                    untils[text] = _until(text, now=now, zone=zone)
                until = untils[text]
            reason = ""
            if reason_at is not None and reason_at < len(cells):
                at = reason_at
                reason = _reason(cells[at])
        except (NotAnIdentifier, _Wrong) as wrong:
            cell = cells[at] if at < len(cells) else ""
            yield Line(number, "", shown(cell), None, "", layout.header[at], wrong.code)
        else:
            yield Line(number, name, value.strip(), until, reason)


def shown(cell: str) -> str:
    """The beginning of a cell, as the database can keep it."""
    return cell[:VALUE].replace(NULL, NULL_SHOWN)


def _normal_form(key: Key, region: str | None) -> Callable[[str], str]:
    if key is Key.EMAIL:
        return identifiers.email
    if key is Key.PHONE:
        return partial(identifiers.phone, region=region)
    return partial(identifiers.parse, key=key)


def _refuse_bytes(cell: str) -> None:
    if NULL in cell:
        raise _Wrong("null_character")
    if REPLACEMENT in cell:
        raise _Wrong("not_in_encoding")


def _reason(cell: str) -> str:
    text = unescape(cell).strip()
    _refuse_bytes(text)
    if len(text) > LONGEST_REASON:
        raise _Wrong("reason_too_long")
    return text


def _until(cell: str, *, now: datetime, zone: tzinfo) -> datetime | None:
    text = cell.strip()
    if not text:
        return None
    _refuse_bytes(text)
    moment = moment_of(text, zone)
    if moment is None:
        raise _Wrong("not_a_date")
    if moment <= now:
        raise _Wrong("until_is_over")
    return moment


def moment_of(text: str, zone: tzinfo) -> datetime | None:
    """2026-12-31 and 31.12.2026 mean the whole day; a moment without an offset is in `zone`.

    None for anything else, also for 12/31/2026: half of the world reads such dates differently.
    """
    try:
        day = _day(text)
        if day is not None and day.year <= LAST_YEAR:
            following = day + timedelta(days=1)
            return datetime(following.year, following.month, following.day, tzinfo=zone)
        moment = datetime.fromisoformat(text)
        if "-" not in text[:5] or moment.year > LAST_YEAR:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> date | None:
    if found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
        return date(int(year), int(month), int(day))
    if len(text) != 10:
        return None
    return date.fromisoformat(text)
