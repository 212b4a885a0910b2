"""The command: an export that is made where it is called, and its file."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups.exporting import exports, report, running
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import Export

from .conftest import csv_rows, sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def members(alice, bob, vip):
    membership.add(vip, [alice.pk, bob.pk], source="manual")


def run(*arguments: object) -> list[str]:
    """The lines that the command prints, without the speed."""
    out = StringIO()
    call_command("customer_group_export", *map(str, arguments), stdout=out, no_color=True)
    return [line.split(" (")[0] for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("columns", [["email", "source"], ["email,source"]])
def test_it_writes_a_csv_file_and_says_how_far_it_is(members, chunk_of, tmp_path, started, columns):
    chunk_of(1)
    file = tmp_path / "vip.csv"

    printed = run("vip", "--columns", *columns, "--output", file)

    assert printed == [
        "1 of 2 customers",
        "2 of 2 customers",
        "2 of 2 customers",
        f"{file}: 2 customers of VIP",
    ]
    assert csv_rows(file.read_bytes()) == [
        ["Email", "Source"],
        ["alice@example.com", "manual"],
        ["bob@example.com", "manual"],
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["vip.csv"]
    assert (Export.objects.get().actor, started) == ("command", [])


def test_it_writes_an_xlsx_file(members, alice, tmp_path):
    file = tmp_path / "vip.xlsx"

    run("vip", "--format", "xlsx", "--output", file)

    [rows] = sheets(file.read_bytes())
    assert rows[:2] == [
        ["Customer id", "Email", "First name", "Last name"],
        [alice.pk, "alice@example.com", "", ""],
    ]


def test_an_unknown_group_or_column_is_refused(vip, tmp_path):
    with pytest.raises(CommandError, match="There is no group vup"):
        run("vup", "--output", tmp_path / "file")
    with pytest.raises(CommandError, match="There is no column “shoes”. Known are: id, email, "):
        run("vip", "--columns", "shoes", "--output", tmp_path / "file")

    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(members, tmp_path):
    file = tmp_path / "nowhere" / "vip.csv"

    with pytest.raises(CommandError, match="vip.csv cannot be written: No such file or directory"):
        run("vip", "--output", file)
    with pytest.raises(CommandError, match="is a folder; name a file"):
        run("vip", "--output", tmp_path)

    assert not Export.objects.exists()


def test_an_export_that_failed_is_told(members, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(report, "size", lambda *args, **options: 1 / 0)

    with pytest.raises(CommandError, match="The export failed. ZeroDivisionError"):
        run("vip", "--output", tmp_path / "file")


def test_stopping_it_cancels_the_export(members, tmp_path, monkeypatch):
    def stopped(export_id, **options):
        assert exports.claim(export_id)
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "run", stopped)

    with pytest.raises(CommandError, match="Stopped; there is no file"):
        run("vip", "--output", tmp_path / "file")

    assert Export.objects.get().status == "cancelled"
    assert not list(tmp_path.iterdir())
