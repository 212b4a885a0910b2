"""C2: spreadsheets, good ones, broken ones and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import datetime

import pytest
import xlsxwriter

from saleor_customer_groups.importing import applying, files, spreadsheet, staging
from saleor_customer_groups.importing.problems import UnreadableFile
from saleor_customer_groups.models import Membership

from .conftest import problems_of


def sheet(*rows, before: int = 0) -> bytes:
    """A spreadsheet of these rows, with as many empty sheets before."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as book:
        for _ in range(before):
            book.add_worksheet()
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()


@pytest.mark.django_db
def test_it_is_imported_like_any_file(alice, bob, vip):
    data = sheet(
        ["E-mail", "Until", "Reason"],
        ["alice@example.com", datetime(2099, 12, 31), "Fair"],  # noqa: DTZ001 - a cell has no zone
        [],
        ["bob@example.com"],
        ["dora@example.com"],
        before=1,
    )
    job = files.create_import(vip, mode="append", name="people.xlsx", data=data)

    staging.check(job.pk)
    done = applying.apply(job.pk)

    assert (done.format, done.counts) == ("xlsx", {"join": 2, "unknown": 1})
    assert problems_of(done) == [(5, "E-mail", "dora@example.com", "unknown_customer")]
    assert f"{Membership.objects.get(customer=alice).until:%Y-%m-%d}" == "2100-01-01"


@pytest.mark.django_db
def test_c2_numbers_that_the_spreadsheet_damaged_are_told(checked):
    job = checked(data=sheet(["phone"], [48501234567], [4.85e10], [1.5], ["4.85E+10"], ["1,5"]))

    assert [(line, value, code) for line, _, value, code in problems_of(job)] == [
        (2, "48501234567", "phone_lost_plus"),
        (3, "48500000000", "phone_lost_plus"),
        (4, "1.5", "phone_fraction"),
        (5, "4.85E+10", "phone_scientific"),
        (6, "1,5", "phone_fraction"),
    ]


def packed(**files_in_it: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files_in_it.items():
            archive.writestr(name, content)
    return out.getvalue()


def lying(data: bytes, size: int, declared: int) -> bytes:
    """The archive with another size written wherever the true one was."""
    return data.replace(struct.pack("<L", size), struct.pack("<L", declared))


BOMB = packed(sheet=b"\0" * 201_000_000)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB, "file_too_large"),
        (lying(BOMB, 201_000_000, 1_000), "not_a_spreadsheet"),
        (packed(**{f"f{number}": b"" for number in range(10_001)}), "file_too_large"),
        (spreadsheet.MAGIC + b"\0" * 50_000_000, "file_too_large"),
        (spreadsheet.MAGIC + b"junk", "not_a_spreadsheet"),
        (packed(readme=b"a zip, but no spreadsheet"), "not_a_spreadsheet"),
        (sheet(["email"])[:-30], "not_a_spreadsheet"),
        (sheet(), "empty_file"),
    ],
    ids=["bomb", "lying bomb", "files", "large", "junk", "another zip", "cut off", "empty"],
)
def test_c2_what_is_no_spreadsheet_or_a_bomb_is_refused(data, code):
    with pytest.raises(UnreadableFile) as refusal:
        list(spreadsheet.read_xlsx(data))

    assert refusal.value.code == code


@pytest.mark.django_db
def test_c2_a_bomb_fails_the_import_with_a_sentence(checked):
    job = checked(data=BOMB)

    assert (job.status, job.error_code) == ("failed", "file_too_large")
    assert job.error == (
        "The spreadsheet is too large (limits: 50 MB, unpacked 200 MB); save it as CSV, which "
        "has no such limit."
    )
