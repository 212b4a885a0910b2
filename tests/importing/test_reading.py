"""C2: every way a file can be written, and every way it can be broken."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_customer_groups.importing import reading
from saleor_customer_groups.importing.reading import Dialect, Record

TEXT = "email;reason\nzoë@example.com;žluť\n"


def parts(data: bytes, size: int = 7):
    """The file in pieces, as it comes out of the database."""
    return lambda: [data[start : start + size] for start in range(0, len(data), size)]


def read(data: bytes, *, encoding=None, delimiter=None) -> list[Record]:
    dialect = reading.detect(parts(data), encoding=encoding, delimiter=delimiter)
    return list(reading.read_csv(parts(data), dialect))


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (b"", "utf-8"),
    ],
)
def test_c2_the_encoding_is_found(data, encoding):
    assert reading.detect_encoding(parts(data)) == encoding
    if data:
        assert read(data) == [
            Record(1, ["email", "reason"]),
            Record(2, ["zoë@example.com", "žluť"]),
        ]


def test_c2_what_is_not_utf8_is_cp1252():
    data = "email,reason\nzoe@example.com,Café für Zoë – 5 €\n".encode("cp1252")

    assert reading.detect_encoding(parts(data)) == "cp1252"
    assert read(data)[1].cells == ["zoe@example.com", "Café für Zoë – 5 €"]


def test_c2_a_told_encoding_is_believed():
    assert read("email\nż@example.com\n".encode("cp1250"), encoding="cp1250")[1].cells == [
        "ż@example.com"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("first", ["email;reason", "sep=;\r\nemail;reason"])
def test_c2_a_byte_order_mark_is_no_part_of_the_first_cell(encoding, first):
    data = f"\ufeff{first}\r\na@b.co;Fair\r\n".encode(encoding)

    assert [record.cells for record in read(data, encoding=encoding)] == [
        ["email", "reason"],
        ["a@b.co", "Fair"],
    ]


def test_c2_utf8_with_a_broken_line_stays_utf8():
    data = "email\nzoë@example.com\nänne@example.com\n".encode() + b"\xff@example.com\n"

    assert reading.detect_encoding(parts(data)) == "utf-8"
    assert [record.cells[0] for record in read(data)] == [
        "email",
        "zoë@example.com",
        "änne@example.com",
        "\ufffd@example.com",
    ]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("email,until\na@b.co,\n", ","),
        ("email;until\na@b.co;2099-12-31\n", ";"),
        ("email\tuntil\na@b.co\t\n", "\t"),
        ("email|until\na@b.co|\n", "|"),
        ("email\na@b.co\n", ","),
        ('email;reason\na@b.co;"one, two, three"\nb@b.co;four\n', ";"),
        ("email;amount\na@b.co;1,5\nb@b.co;2,5\n", ";"),
        ("sep=|\nemail|x\n", "|"),
        ("", ","),
    ],
)
def test_c2_the_delimiter_is_found(text, delimiter):
    found = reading.detect(parts(text.encode()), encoding=None, delimiter=None)

    assert found.delimiter == delimiter


def test_c2_excels_sep_line_is_no_record():
    assert read(b"sep=;\r\nemail;x\r\na;b\r\n") == [
        Record(2, ["email", "x"]),
        Record(3, ["a", "b"]),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_c2_line_ends_of_all_systems(end):
    data = end.join(["email", "a@b.co", "", "b@b.co"]).encode()

    assert read(data) == [Record(1, ["email"]), Record(2, ["a@b.co"]), Record(4, ["b@b.co"])]


def test_c2_a_quoted_cell_may_have_lines():
    assert read(b'email,reason\na@b.co,"one\ntwo"\nb@b.co,three\n') == [
        Record(1, ["email", "reason"]),
        Record(2, ["a@b.co", "one\ntwo"]),
        Record(4, ["b@b.co", "three"]),
    ]


@pytest.mark.parametrize("plain", [1, 2, 3, 500])
def test_lines_have_their_numbers_whether_read_together_or_one_by_one(monkeypatch, plain):
    monkeypatch.setattr(reading, "PLAIN", plain)
    monkeypatch.setattr(reading, "PLAIN_LINE", 8)
    data = b'a,1\nb,2\n"c\nd",3\ne,4\n\nf,5\n' + b"g" * 20 + b',6\n"h,7\ni,8'

    assert read(data) == [
        Record(1, ["a", "1"]),
        Record(2, ["b", "2"]),
        Record(3, ["c\nd", "3"]),
        Record(5, ["e", "4"]),
        Record(7, ["f", "5"]),
        Record(8, ["g" * 20, "6"]),
        Record(9, ['"h,7'], "bad_quotes"),
        Record(10, ["i", "8"]),
    ]


def test_c2_lines_of_empty_cells_are_blank():
    assert read(b"email,x\n,\n\n,,,\na,b\n") == [Record(1, ["email", "x"]), Record(5, ["a", "b"])]


def test_c2_a_null_character_stays_in_its_cell():
    assert read(b"email\na\x00@b.co\n") == [Record(1, ["email"]), Record(2, ["a\x00@b.co"])]


class TestBrokenLines:
    def test_a_quote_that_is_never_closed_costs_its_own_line_only(self):
        assert read(b'email,x\na,"open\nb,1\nc,2\n') == [
            Record(1, ["email", "x"]),
            Record(2, ['a,"open'], "bad_quotes"),
            Record(3, ["b", "1"]),
            Record(4, ["c", "2"]),
        ]

    def test_nor_before_a_hundred_thousand_lines(self):
        good = [f"person{number},1" for number in range(100_000)]
        data = "\n".join(["email,x", 'a,"open', *good]).encode()

        records = read(data)

        assert records[1] == Record(2, ['a,"open'], "bad_quotes")
        assert len(records) == 100_002
        assert records[-1] == Record(100_002, ["person99999", "1"])

    def test_text_after_a_closing_quote(self):
        assert read(b'email,x\n"a"b,1\nc,2\n')[1:] == [
            Record(2, ['"a"b,1'], "bad_quotes"),
            Record(3, ["c", "2"]),
        ]

    def test_c2_a_cell_of_a_megabyte(self):
        data = b"email\n" + b"x" * 1_000_000 + b"\nb@b.co\n"

        assert read(data)[1:] == [
            Record(2, ["x" * 200], "cell_too_long"),
            Record(3, ["b@b.co"]),
        ]

    @pytest.mark.parametrize("before", [b"", b'a,"open\n'])
    def test_c2_a_line_of_many_megabytes(self, before):
        data = b"email,x\n" + before + b"y" * 9_000_000 + b"\nb@b.co,1\n"

        dialect = Dialect("utf-8", ",")
        records = list(reading.read_csv(parts(data, 1_000_000), dialect))

        line = 3 if before else 2
        opened = [Record(2, ['a,"open'], "bad_quotes")] if before else []
        assert records[1:] == [
            *opened,
            Record(line, [""], "line_too_long"),
            Record(line + 1, ["b@b.co", "1"]),
        ]


cells = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\ufffd"), max_size=20
)
tables = st.lists(st.lists(cells, min_size=2, max_size=4), max_size=10)


@given(
    rows=tables,
    delimiter=st.sampled_from(reading.DELIMITERS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 100),
)
def test_c3_any_table_comes_back(rows, delimiter, encoding, end, size):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    data = out.getvalue().encode(encoding)

    records = list(reading.read_csv(parts(data, size), Dialect(encoding, delimiter)))

    assert [record.cells for record in records] == [row for row in rows if any(row)]
    assert not any(record.problem for record in records)


@given(data=st.binary(max_size=300))
def test_c2_no_bytes_at_all_are_an_error(data):
    for record in read(data):
        assert record.line >= 1
