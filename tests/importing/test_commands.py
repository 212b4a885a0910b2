"""The commands: thin doors to imports and pasted lines."""

from __future__ import annotations

import io
import sys

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups.groups import membership
from saleor_customer_groups.management.commands import customer_group_import
from saleor_customer_groups.models import Import

from .conftest import members


def run(*arguments: str) -> list[str]:
    """The lines that the command prints, also of one that fails."""
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out, no_color=True)
    finally:
        run.printed = out.getvalue().splitlines()
    return run.printed


@pytest.fixture
def file(tmp_path):
    """A file of these lines."""

    def write(*lines: str) -> str:
        path = tmp_path / "people.csv"
        path.write_text("\n".join(lines))
        return str(path)

    return write


@pytest.mark.django_db
class TestImport:
    def test_a_dry_run_says_and_does_nothing(self, alice, vip, file):
        path = file("email", "alice@example.com", "alice")

        printed = run("customer_group_import", "vip", path)

        job = Import.objects.get()
        assert printed == [
            f"Import {job.pk}: 29 bytes of people.csv",
            "line,column,value,problem,reason",
            "3,email,alice,not_an_email,This is not an e-mail address.",
            f"Import {job.pk} is checked: 1 invalid, 1 join",
        ]
        assert members(vip) == []

    def test_it_applies_and_undoes(self, alice, bob, vip, file):
        membership.add(vip, [bob.pk], source="manual")
        run(
            "customer_group_import", "vip", file("mail", "alice@example.com"), "--apply",
            "--mode", "replace", "--options", '{"columns": {"email": "mail"}}',
        )  # fmt: skip
        job = Import.objects.get()
        assert (members(vip), job.actor) == ([alice], "command")

        printed = run("customer_group_import", "--undo", str(job.pk))

        assert printed[-1] == f"Import {job.pk} is undone: 1 join, 0 kept, 1 leaving, 2 undone"
        assert members(vip) == [bob]

    def test_an_import_that_was_checked_is_applied_later(self, alice, vip, file):
        run("customer_group_import", "vip", file("alice@example.com"))

        run("customer_group_import", "--resume", str(Import.objects.get().pk))

        assert members(vip) == [alice]

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ((), "Name the group and the file."),
            (("nope", "{file}"), "There is no group nope."),
            (("vip", "/no/such/file"), "There is no file /no/such/file."),
            (
                ("guests", "{file}"),
                "Guests is the guest group: it stands for shoppers who are not logged in",
            ),
            (("vip", "{file}", "--options", '{"speed": 1}'), "There is no option speed."),
            (("vip", "{file}", "--apply", "--all-or-nothing"), "1 lines are bad"),
            (("--undo", "7"), "There is no import 7."),
            (("--resume", "7"), "There is no import 7."),
        ],
    )
    def test_it_refuses_what_makes_no_sense(self, alice, vip, guests, file, arguments, sentence):
        path = file("email", "alice@example.com", "alice")

        with pytest.raises(CommandError) as refusal:
            run("customer_group_import", *[one.format(file=path) if one == "{file}" else one
                                           for one in arguments])  # fmt: skip

        assert sentence in str(refusal.value)
        assert members(vip) == []


@pytest.mark.django_db(transaction=True)
def test_an_import_shows_how_far_it_is(alice, vip, file, monkeypatch):
    monkeypatch.setattr(customer_group_import, "EVERY_SECONDS", 0.0)

    printed = run("customer_group_import", "vip", file("alice@example.com"), "--apply")

    assert members(vip) == [alice]
    progress = [line for line in printed if " of " in line and "bytes" not in line]
    assert {line.split(":")[0] for line in progress} <= {
        "uploaded", "checking", "checked", "applying", "applied"
    }  # fmt: skip


@pytest.mark.django_db
class TestPaste:
    def test_it_answers_each_line(self, alice, vip, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.StringIO("alice@example.com\n\n+48 12\n"))

        with pytest.raises(CommandError, match="1 of 2 lines came to nothing"):
            run("customer_group_paste", "vip")

        assert run.printed == [
            "1  alice@example.com  added",
            "3  +48 12  invalid  This is not a telephone number.",
        ]
        assert members(vip) == [alice]

    def test_it_removes(self, alice, vip, monkeypatch):
        membership.add(vip, [alice.pk], source="manual")
        monkeypatch.setattr(sys, "stdin", io.StringIO("alice@example.com"))

        assert run("customer_group_paste", "vip", "--by", "email", "--remove") == [
            "1  alice@example.com  removed"
        ]
        assert members(vip) == []

    def test_it_refuses_a_group_that_is_none(self, db, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))

        with pytest.raises(CommandError, match=r"There is no group nope\."):
            run("customer_group_paste", "nope")
