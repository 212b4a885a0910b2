"""The first lines of a file, and what its columns are taken for."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from saleor_customer_groups.importing import files
from saleor_customer_groups.importing.sampling import Sample, sample
from saleor_customer_groups.models import CustomerGroup, ImportPart

pytestmark = pytest.mark.django_db


def _sample(group: CustomerGroup, data: bytes, **options: Any) -> Sample:
    job = files.create_import(group, mode="append", name="a", data=data, options=options)
    return sample(job)


def test_a_header_is_recognised_and_five_lines_are_shown(vip: CustomerGroup) -> None:
    lines = [f"c{number}@example.com;Town" for number in range(9)]
    found = _sample(vip, "\n".join(["E-mail;Where", *lines]).encode())
    assert (found.header, found.has_header, found.key) == (("E-mail", "Where"), True, "email")
    assert (found.meanings, found.problem) == ({0: "email"}, "")
    assert [row[0] for row in found.rows] == [f"c{number}@example.com" for number in range(5)]


def test_a_file_without_a_header_has_numbers(vip: CustomerGroup) -> None:
    found = _sample(vip, b"Alice,alice@example.com\nBob,bob@example.com")
    assert (found.header, found.has_header, found.meanings) == (("1", "2"), False, {1: "email"})
    assert found.rows[0] == ["Alice", "alice@example.com"]


def test_unknown_columns_are_shown_with_the_problem(vip: CustomerGroup) -> None:
    found = _sample(vip, b"who,town\nAlice,Gdynia")
    assert (found.header, found.rows) == (("who", "town"), [["Alice", "Gdynia"]])
    assert found.problem.startswith("The file has no column of e-mails")


def test_a_spreadsheet_is_sampled_too(vip: CustomerGroup) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["phone", "until"])
        sheet.write_row(1, 0, ["+48600100200", "2099-01-01"])
    found = _sample(vip, file.getvalue())
    assert (found.key, found.meanings) == ("phone", {0: "phone", 1: "until"})


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"PK\x03\x04broken", "The file is broken, or is no XLSX spreadsheet."),
        (b"\n\n", "The file has no lines."),
    ],
)
def test_what_cannot_be_read_says_so(vip: CustomerGroup, data: bytes, problem: str) -> None:
    assert _sample(vip, data) == Sample(problem=problem)


def test_a_file_that_is_gone_says_so(vip: CustomerGroup) -> None:
    job = files.create_import(vip, mode="append", name="a", data=b"email\na@example.com")
    ImportPart.objects.all().delete()
    assert sample(job).problem == "The file is no longer kept; upload it again."


def test_a_large_file_is_not_read_as_a_whole(
    vip: CustomerGroup, django_assert_num_queries: Any
) -> None:
    line = "ąęółńś@example.com,Łódź\n".encode()
    data = b"email,town\n" + line * 100_000
    job = files.create_import(vip, mode="append", name="a", data=data)
    with django_assert_num_queries(5):  # the first part, however many there are
        found = sample(job)
    assert ImportPart.objects.count() == 4
    assert found.rows[-1] == ["ąęółńś@example.com", "Łódź"]
