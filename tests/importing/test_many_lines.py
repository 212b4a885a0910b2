"""C1: ten thousand bad lines of twelve kinds among a hundred thousand."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from django.contrib.auth import get_user_model

from saleor_customer_groups.importing import applying, files, report, staging
from saleor_customer_groups.models import Membership

pytestmark = pytest.mark.django_db

GOOD, OF_EACH = 90_000, 900
LONG = b"y" * 140_000  # longer than a cell can be: a hundred of them are enough
# kind: (the line, {n} being a number; column; value or None for the whole line; code)
KINDS = {
    "empty": (b",2099-12-31,empty {n}", "email", "", "empty"),
    "no address": (b"person {n},,", "email", "person {n}", "not_an_email"),
    "unknown": (b"nobody{n}@example.com,,", "email", "nobody{n}@example.com", "unknown_customer"),
    "twice": (b"PERSON{n}@example.com,,", "email", "PERSON{n}@example.com", "duplicate"),
    "no date": (b"x{n}@example.com,12/31/{n},", "until", "12/31/{n}", "not_a_date"),
    "over": (b"x{n}@example.com,2020-01-01,", "until", "2020-01-01", "until_is_over"),
    "long reason": (b"x{n}@example.com,," + b"r" * 501, "reason", "r" * 200, "reason_too_long"),
    "null": (b"x\0{n}@example.com,,", "email", "x\u2400{n}@example.com", "null_character"),
    "bytes": (b"\xff{n}@example.com,,", "email", "\ufffd{n}@example.com", "not_in_encoding"),
    "cells": (b"x{n}@example.com,,,,extra {n}", "", "extra {n}", "too_many_cells"),
    "quotes": (b'"x{n}"@example.com,,', "", '"x{n}"@example.com,,', "bad_quotes"),
    "long cell": (LONG, "", "y" * 200, "cell_too_long"),
}


@pytest.fixture(scope="module")
def story():
    """The file, and what must be told about it: {line: (column, value, code)}."""
    lines: list[tuple[bytes, tuple[str, str, str] | None]] = [
        (f"person{n}@example.com,,žluť".encode(), None) for n in range(GOOD)
    ]
    for kind, (content, column, value, code) in KINDS.items():
        for n in range(100 if kind == "long cell" else OF_EACH):
            number = str(n).encode()
            told = (column, value.replace("{n}", str(n)), code)
            lines.append((content.replace(b"{n}", number), told))
    random.Random(1).shuffle(lines)
    # Of two lines about one customer the first counts, whichever that is.
    return [line for line, _ in lines], {
        number: told for number, (_, told) in enumerate(lines, 2) if told
    }


@pytest.mark.any_host
def test_c1_each_of_ten_thousand_bad_lines_is_named(vip, story):
    lines, expected = story
    users = get_user_model().objects
    users.bulk_create(
        (get_user_model()(email=f"person{n}@example.com") for n in range(GOOD)), batch_size=10_000
    )
    data = b"email,until,reason\n" + b"\n".join(lines)
    job = files.create_import(vip, mode="append", name="people.csv", data=data)

    checked = staging.check(job.pk)
    reported = list(report_of(job.pk))

    assert len(reported) == len(expected) == 10_000
    duplicates = [row for row in reported if row.code == "duplicate"]
    others = {
        row.line: (row.column, row.value, row.code) for row in reported if row.code != "duplicate"
    }
    assert others == {line: told for line, told in expected.items() if told[2] != "duplicate"}
    assert len(duplicates) == OF_EACH
    for row in duplicates:
        number = int("".join(filter(str.isdigit, row.value)))
        first = lines[row_detail(row) - 2].lower()
        assert first.startswith(f"person{number}@example.com,".encode())
    assert {row.reason for row in reported if row.code == "not_a_date"} == {
        "This is not a moment; write 2026-12-31, or 2026-12-31T18:00+01:00."
    }
    assert Counter(row.code for row in reported) == {
        code: 100 if kind == "long cell" else OF_EACH for kind, (_, _, _, code) in KINDS.items()
    }
    assert checked.counts["join"] == GOOD

    refused = applying.apply(job.pk, all_or_nothing=True)
    assert (refused.error_code, Membership.objects.count()) == ("bad_lines", 0)

    applied = applying.apply(job.pk)
    assert (applied.status, applied.counts["join"]) == ("applied", GOOD)
    assert Membership.objects.filter(group=vip).count() == GOOD
    assert len(b"".join(report.report_csv(job.pk)).splitlines()) == 10_001


def report_of(import_id):
    after = None
    while page := report.page(import_id, after=after, first=1_000):
        yield from page
        after = page[-1]


def row_detail(row) -> int:
    """The line that the sentence of a duplicate names."""
    return int(row.reason.removeprefix("The same customer as on line ").split(",")[0])
