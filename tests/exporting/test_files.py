"""RELIABILITY C3: no cell is a formula, and what is read back is what was there."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from python_calamine import CalamineWorkbook

from saleor_customer_groups.cells import FORMULA_STARTS, cell_of, escape, unescape
from saleor_customer_groups.exporting import delimited, workbook

# Often what matters, and anything that the database can hold (no NUL, no lone surrogates).
CHARACTERS = some.sampled_from([*FORMULA_STARTS, *"'\",; 4a_x0D"]) | some.characters(
    exclude_characters="\x00", exclude_categories=("Cs",)
)
TEXTS = some.text(CHARACTERS, max_size=8)
# XML knows no U+FFFE and U+FFFF, which are no characters.
TEXTS_OF_XML = some.text(CHARACTERS.filter(lambda one: one not in "\ufffe\uffff"), max_size=8)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("", ""),
        ("Alice", "Alice"),
        ("O'Neil", "O'Neil"),
        ("'quoted'", "'quoted'"),
        ("1-1", "1-1"),
        ("+447911123456", "'+447911123456"),
        ("=1+1", "'=1+1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠A1", "'＠A1"),
        ("'=1", "''=1"),
        ("''+44", "'''+44"),
    ],
)
def test_c3_a_text_is_escaped_and_read_back(text, cell):
    assert escape(text) == cell
    assert unescape(cell) == text


@pytest.mark.parametrize("text", ["+447911123456", "'quoted'", "O'Neil", "'", "", "''"])
def test_what_nobody_escaped_is_read_as_it_is(text):
    assert unescape(text) == text


@given(TEXTS)
def test_c3_no_cell_begins_like_a_formula_and_none_is_changed(text):
    cell = escape(text)

    assert not cell.startswith(tuple(FORMULA_STARTS))
    assert unescape(cell) == text


@given(some.lists(some.lists(TEXTS, min_size=2, max_size=3), max_size=3))
def test_c3_a_csv_file_gives_back_its_texts(rows):
    data = delimited.lines([[escape(text) for text in row] for row in rows]).decode()

    cells = list(csv.reader(StringIO(data, newline="")))

    assert not any(cell.startswith(tuple(FORMULA_STARTS)) for row in cells for cell in row)
    assert [[unescape(cell) for cell in row] for row in cells] == rows


def test_c3_a_number_below_zero_is_escaped_in_csv():
    assert delimited.lines([[-5, 5, 0]]) == b"'-5,5,0\r\n"


@settings(max_examples=30)
@given(some.lists(some.tuples(TEXTS_OF_XML, some.integers(-1, 10**9)), min_size=1, max_size=20))
def test_c3_a_workbook_gives_back_its_texts_and_numbers(rows):
    kept = workbook.lines([(escape(text), number) for text, number in rows])

    cells = read(kept)[0][1:]

    assert not any(text.startswith(tuple(FORMULA_STARTS)) for text, _ in cells)
    assert [(unescape(text), number) for text, number in cells] == rows


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (7, 7),
        (True, "true"),
        (False, "false"),
        (Decimal("120.00"), "120.00"),
        (Decimal("-5.00"), "'-5.00"),
        (Decimal("1E+3"), "1000"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00+00:00"),
        (
            datetime(2026, 3, 1, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=2))),
            "2026-02-28T23:02:03.000004+00:00",
        ),
        ("+44", "'+44"),
    ],
)
def test_a_value_becomes_a_cell(value, cell):
    assert cell_of(value) == cell


class TestWorkbook:
    def test_more_rows_than_a_sheet_holds_go_on_on_the_next(self):
        kept = workbook.lines([[number] for number in range(5)])

        assert read(kept, sheet_rows=3) == [
            [["text", "number"], [0, ""], [1, ""]],
            [["text", "number"], [2, ""], [3, ""]],
            [["text", "number"], [4, ""]],
        ]

    @pytest.mark.parametrize("letter", ["x", "𝒳"])
    def test_a_text_that_is_too_long_for_excel_is_cut(self, letter):
        units = len(letter.encode("utf-16-le")) // 2
        fits, cut = letter * (32_767 // units), letter * (32_766 // units) + "…"

        rows = read(workbook.lines([[fits], [fits + letter]]))[0]

        assert [row[0] for row in rows[1:]] == [fits, cut]

    def test_rows_come_cut_anywhere(self):
        kept = workbook.lines([["Łódź", 1], ["a\nb", 2]])
        bytes_of_it = [kept[at : at + 1] for at in range(len(kept))]

        assert read(*bytes_of_it)[0][1:] == [["Łódź", 1], ["a\nb", 2]]

    def test_it_beats_while_it_works_and_can_be_stopped(self):
        kept = workbook.lines([[number] for number in range(4_001)])
        beats = iter([None, None])

        with (
            pytest.raises(LookupError),
            workbook.built([kept], ["number"], beat=lambda: beat(beats)),
        ):
            pytest.fail("It was not stopped.")


def beat(left: Iterator[None]) -> None:
    """Raise when there is none left."""
    if next(left, LookupError) is LookupError:
        raise LookupError


def read(*kept: bytes, sheet_rows: int = workbook.SHEET_ROWS) -> list[list[list[object]]]:
    """The sheets of the workbook that is built of the kept rows."""
    labels = ["text", "number"]
    with workbook.built(kept, labels, beat=lambda: None, sheet_rows=sheet_rows) as file:
        book = CalamineWorkbook.from_filelike(BytesIO(file.read()))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
