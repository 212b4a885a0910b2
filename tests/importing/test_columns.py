"""Which column means what, and lines that can and cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from saleor_customer_groups.importing import problems
from saleor_customer_groups.importing.columns import (
    WrongOption,
    layout_of,
    refuse_wrong_options,
)
from saleor_customer_groups.importing.lines import interpret, moment_of
from saleor_customer_groups.importing.problems import UnreadableFile
from saleor_customer_groups.importing.reading import Record

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "options", "key", "positions"),
    [
        (["email"], {}, "email", {"email": 0}),
        (["Name", " E-Mail ", "Valid_Until"], {}, "email", {"email": 1, "until": 2}),
        (["Imię", "Adres e-mail", "Ważne do", "Powód"], {}, "email",
         {"email": 1, "until": 2, "reason": 3}),
        (["Numer telefonu"], {}, "phone", {"phone": 0}),
        (["id", "external_reference"], {}, "reference", {"id": 0, "reference": 1}),
        (["id", "phone", "email"], {}, "email", {"id": 0, "phone": 1, "email": 2}),
        (["id", "phone", "email"], {"key": "phone"}, "phone", {"id": 0, "phone": 1, "email": 2}),
        (["Contact", "email"], {"columns": {"email": "contact"}}, "email", {"email": 0}),
        (["a", "b"], {"columns": {"phone": 2}}, "phone", {"phone": 1}),
        (["email", "email"], {"columns": {"email": 2}}, "email", {"email": 1}),
    ],
)  # fmt: skip
def test_columns_are_known_by_name_or_as_told(header, options, key, positions):
    layout = layout_of(header, options)

    assert (layout.key, layout.positions, layout.has_header) == (key, positions, True)


@pytest.mark.parametrize(
    ("first", "options", "key", "positions"),
    [
        (["Alice", "alice@example.com"], {}, "email", {"email": 1}),
        (["+48501234567"], {}, "phone", {"phone": 0}),
        (["501234567"], {"region": "PL"}, "phone", {"phone": 0}),
        (["12"], {"key": "id"}, "id", {"id": 0}),
        (["12"], {"columns": {"id": 1}}, "id", {"id": 0}),
        (["CRM-7"], {"columns": {"reference": 1}, "header": False}, "reference", {"reference": 0}),
        (["a@b.co", "2099-12-31"], {"columns": {"until": 2}}, "email", {"email": 0, "until": 1}),
    ],
)
def test_c2_a_missing_header_is_noticed(first, options, key, positions):
    layout = layout_of(first, options)

    assert (layout.key, layout.positions, layout.has_header) == (key, positions, False)
    assert layout.header == tuple(str(number) for number in range(1, len(first) + 1))


@pytest.mark.parametrize(
    ("header", "options", "code", "sentence"),
    [
        (["name", "city"], {}, "no_key_column",
         "The file has no column of e-mails, phones, references or ids; its columns are “name”, "
         "“city”."),
        (["email"], {"key": "phone"}, "no_key_column",
         "The file has no column of the phone; its columns are “email”."),
        (["email", "E-mail"], {}, "doubled_column",
         "Two columns of the file mean the same, “email” and “E-mail”; say by its number which "
         "one is meant."),
        (["x", "x"], {"columns": {"email": "x"}}, "doubled_column",
         "Two columns of the file mean the same, “x” and “x”; say by its number which one is "
         "meant."),
        (["x"], {"columns": {"email": "mail"}}, "no_such_column",
         "The file has no column “mail”; its columns are “x”."),
        (["x"], {"columns": {"email": 2}}, "no_such_column",
         "The file has 1 columns; there is no column 2."),
    ],
)  # fmt: skip
def test_c2_a_header_that_says_too_little_is_refused(header, options, code, sentence):
    with pytest.raises(UnreadableFile) as refusal:
        layout_of(header, options)

    assert (refusal.value.code, refusal.value.message) == (code, sentence)


@pytest.mark.parametrize(
    ("cells", "column", "value", "code"),
    [
        (["", "", "x"], "email", "", "empty"),
        (["alice", "", ""], "email", "alice", "not_an_email"),
        (["a\x00@b.co", "", ""], "email", "a\u2400@b.co", "null_character"),
        (["\ufffd@b.co", "", ""], "email", "\ufffd@b.co", "not_in_encoding"),
        (["a@b.co", "soon", ""], "until", "soon", "not_a_date"),
        (["a@b.co", "12/31/2099", ""], "until", "12/31/2099", "not_a_date"),
        (["a@b.co", "31.02.2099", ""], "until", "31.02.2099", "not_a_date"),
        (["a@b.co", "9999-12-31", ""], "until", "9999-12-31", "not_a_date"),
        (["a@b.co", "20991231", ""], "until", "20991231", "not_a_date"),
        (["a@b.co", "2026-05-31", ""], "until", "2026-05-31", "until_is_over"),
        (["a@b.co", "", "x" * 501], "reason", "x" * 200, "reason_too_long"),
        (["a@b.co", "", "\x00"], "reason", "\u2400", "null_character"),
        (["a@b.co", "", "", "", "more"], "", "more", "too_many_cells"),
    ],
)
def test_a_bad_line_names_column_and_value(cells, column, value, code):
    (line,) = lines([Record(7, cells)])

    assert (line.line, line.column, line.value, line.code) == (7, column, value, code)
    assert problems.sentence(line.code, detail=2)


@pytest.mark.parametrize(
    "cells", [["A@b.co "], ["a@b.co", ""], ["a@b.co", "", ""], ["a@b.co", "", "", "", ""]]
)
def test_a_good_line_may_be_short_or_have_empty_cells_too_many(cells):
    (line,) = lines([Record(7, cells)])

    assert (line.name, line.value, line.until, line.reason, line.code) == (
        "a@b.co",
        cells[0].strip(),
        None,
        "",
        "",
    )


def lines(records):
    layout = layout_of(["email", "until", "reason"], {})
    return list(interpret(records, layout, now=NOW, zone=UTC, region=None))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-31", "2027-01-01T00:00:00+01:00"),
        ("31.12.2026", "2027-01-01T00:00:00+01:00"),
        ("1.7.2026", "2026-07-02T00:00:00+02:00"),
        ("2026-12-31T18:00", "2026-12-31T18:00:00+01:00"),
        ("2026-12-31 18:00:30", "2026-12-31T18:00:30+01:00"),
        ("2026-12-31T18:00Z", "2026-12-31T18:00:00+00:00"),
        ("2026-12-31T18:00-05:00", "2026-12-31T18:00:00-05:00"),
    ],
)
def test_a_day_is_meant_as_a_whole_and_a_moment_in_the_shops_zone(text, moment):
    assert moment_of(text, ZoneInfo("Europe/Warsaw")).isoformat() == moment


def test_every_problem_has_a_sentence():
    for code in problems.SENTENCES:
        assert problems.sentence(code, detail=2).endswith(".")


def test_columns_that_are_not_named_mean_nothing_without_guessing():
    options = {"columns": {"reference": 2}, "guess": False}
    found = layout_of(["email", "code", "until"], options)
    assert (found.key, found.positions, found.has_header) == ("reference", {"reference": 1}, True)
    guessed = layout_of(["email", "code", "until"], {"columns": {"reference": 2}})
    assert (guessed.key, guessed.positions) == ("email", {"reference": 1, "email": 0, "until": 2})


def test_guessing_is_on_or_off():
    with pytest.raises(WrongOption) as refusal:
        refuse_wrong_options({"guess": "no"})
    assert refusal.value.option == "guess"
