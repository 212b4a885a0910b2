"""Bytes of a CSV file as records, with bad lines told apart and never in the way. Pure.

A file is read in a stream: memory holds a line, or the lines of one quoted cell.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

Parts: TypeAlias = Callable[[], Iterable[bytes]]  # the file from its beginning, at each call

DELIMITERS: Final = (",", ";", "\t", "|")
LONGEST_LINE: Final = 4_000_000  # characters
SAMPLE: Final = 65_536  # characters to guess the delimiter from
SAMPLE_RECORDS: Final = 50
VALUE: Final = 200  # characters of a bad line that are shown
PLAIN: Final = 500  # lines that are read at once where none of them is quoted
PLAIN_LINE: Final = 10_000  # characters of such a line
SEP: Final = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's own first line
MARK: Final = "\ufeff"  # of the byte order
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


class Record(NamedTuple):
    """A line's cells; or, with a `problem` (its code), the beginning of a line as the only one."""

    line: int
    cells: Sequence[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written; `has_sep` when its first line only names the delimiter, `has_mark`
    when a byte order mark stands before it that its encoding does not take away.
    """

    encoding: str
    delimiter: str
    has_sep: bool = False
    has_mark: bool = False


def detect(parts: Parts, *, encoding: str | None, delimiter: str | None) -> Dialect:
    """Find out what was not told. Reads the file once or twice when the encoding was not."""
    found = encoding or detect_encoding(parts)
    text = _text(parts, found).read(SAMPLE)
    sample = text.removeprefix(MARK)
    sep = SEP.match(sample)
    if delimiter is None:
        delimiter = sep[1] if sep else detect_delimiter(sample)
    return Dialect(found, delimiter, has_sep=sep is not None, has_mark=sample != text)


def detect_encoding(parts: Parts) -> str:
    """By the byte order mark, by the zeros of UTF-16, as UTF-8 if it is that, else cp1252.

    UTF-8 with some broken bytes stays UTF-8: the lines with the broken bytes are reported.
    """
    head = next(iter(parts()), b"")[:4_096]
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) > 1 and head[1::2].count(0) > len(head) * 0.2:
        return "utf-16-le"
    if len(head) > 1 and head[::2].count(0) > len(head) * 0.2:
        return "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for part in parts():
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "utf-8" if _is_mostly_utf8(parts) else "cp1252"
    return "utf-8"


def _is_mostly_utf8(parts: Parts) -> bool:
    """Whether more characters beyond ASCII are UTF-8 than are broken."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = broken = 0
    for part in parts():
        text = decoder.decode(part)
        bad = text.count(REPLACEMENT)
        broken += bad
        good += len(text) - len(text.encode("ascii", "ignore")) - bad
    return good > broken


def detect_delimiter(sample: str) -> str:
    """The delimiter that cuts the first records into the same number of cells, above one."""
    lines = sample.splitlines(keepends=True)[: SAMPLE_RECORDS + 1]
    if len(lines) > 1 and len(sample) >= SAMPLE:
        del lines[-1]  # perhaps cut off

    def regularity(delimiter: str) -> tuple[int, int]:
        widths = Counter(_widths(lines, delimiter))
        if not widths:
            return 0, 0
        width, records = max(widths.items(), key=lambda item: (item[1], item[0]))
        return (records, width) if width > 1 else (0, 0)

    return max(DELIMITERS, key=regularity)  # the first of equals


def _widths(lines: Sequence[str], delimiter: str) -> list[int]:
    try:
        return [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
    except csv.Error:
        return []


def read_csv(parts: Parts, dialect: Dialect) -> Iterator[Record]:
    """Every record that is not blank, in order. Never an error: a bad line is a record of its own.

    The record of a quote that is never closed is that line alone; the next line is read anew.
    """
    text = _text(parts, dialect.encoding)
    if dialect.has_mark:
        text.read(len(MARK))
    lines = _Lines(text)
    if dialect.has_sep:
        lines.skip()
    reader = _reader(lines, dialect)
    while True:
        if plain := lines.plain():
            for number, cells in enumerate(_reader(plain, dialect), lines.first):
                if any(cells):
                    yield Record(number, cells)
            continue
        lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _LineTooLong as error:
            yield lines.only_first("line_too_long" if error.is_first else "bad_quotes")
            reader = _reader(lines, dialect)
        except csv.Error as error:
            is_long = "field limit" in str(error) and not lines.is_several
            yield lines.only_first("cell_too_long" if is_long else "bad_quotes")
            reader = _reader(lines, dialect)
        else:
            if any(cells):
                yield Record(lines.first, cells)


def _reader(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=dialect.delimiter, strict=True)


class _LineTooLong(Exception):
    """A physical line beyond the limit; `is_first`: no earlier line is of the same record."""

    def __init__(self, *, is_first: bool) -> None:
        super().__init__()
        self.is_first = is_first


class _Lines:
    """The physical lines, with those of the current record kept so that they can be read anew."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._readline = text.readline
        self._again: deque[str | None] = deque()  # None: a line that is too long
        self._record: list[str | None] = []
        self._number = 0
        self.first = 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._next()
        if line == "":
            raise StopIteration
        self._number += 1
        self._record.append(line)
        if line is None:
            raise _LineTooLong(is_first=len(self._record) == 1)
        return line

    @property
    def is_several(self) -> bool:
        return len(self._record) > 1

    def skip(self) -> None:
        """Leave a line out; it counts."""
        next(self, None)

    def plain(self) -> list[str]:
        """The next lines that are a record each, for nothing in them is quoted: nearly always.

        `first` is the number of the first one. The line that ends them comes again by itself.
        """
        lines: list[str] = []
        while not self._again and len(lines) < PLAIN and (line := self._next()) != "":
            if line is None or '"' in line or len(line) > PLAIN_LINE:
                self._again.append(line)
            else:
                lines.append(line)
        self.first = self._number + 1
        self._number += len(lines)
        return lines

    def begin_record(self) -> None:
        """The next line is the first one of a record."""
        self._record.clear()
        self.first = self._number + 1

    def only_first(self, problem: str) -> Record:
        """A record of the first line alone; the other lines come again."""
        first, *others = self._record
        self._again.extendleft(reversed(others))
        self._number -= len(others)
        shown = "" if first is None else first.rstrip("\r\n")[:VALUE]
        return Record(self.first, [shown], problem)

    def _next(self) -> str | None:
        line = self._readline(LONGEST_LINE)
        if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
            return line
        while rest := self._readline(LONGEST_LINE):
            if rest.endswith(("\n", "\r")):
                break
        return None


class _Bytes(io.RawIOBase):
    """Parts as one stream."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = memoryview(part)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _text(parts: Parts, encoding: str) -> io.TextIOWrapper:
    raw = io.BufferedReader(_Bytes(parts()), 65_536)
    return io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
