"""An import from the upload to the undo: dry run, modes, report, repetition."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from saleor_customer_groups import events, repricing
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.importing import applying, files, jobs, report, staging, undoing
from saleor_customer_groups.models import (
    CustomerChange,
    CustomerGroup,
    Import,
    ImportPart,
    ImportRow,
    Membership,
    MembershipEvent,
    MirrorRequest,
    RepricingRequest,
    Segment,
)
from tests.heard import forget, heard, names

from .conftest import members, problems_of

pytestmark = pytest.mark.django_db

YEAR = "2099-12-31"


class TestDryRun:
    def test_it_says_what_would_happen_and_does_nothing(self, alice, bob, vip, checked):
        membership.add(vip, [bob.pk], source="manual")

        job = checked("email", "alice@example.com", "Bob@Example.com", "dora@example.com")

        assert (job.status, job.counts) == ("checked", {"join": 1, "already": 1, "unknown": 1})
        assert problems_of(job) == [(4, "email", "dora@example.com", "unknown_customer")]
        assert (job.done, job.total) == (3, 3)
        assert members(vip) == [bob]

    def test_it_records_what_was_found_in_the_file(self, alice, checked):
        job = checked(data="e-mail;valid until\nalice@example.com;\n".encode("utf-16"))

        assert job.layout == {
            "encoding": "utf-16",
            "delimiter": ";",
            "header": ["e-mail", "valid until"],
            "has_header": True,
            "key": "email",
            "positions": {"email": 0, "until": 1},
        }

    def test_the_exact_address_wins_over_the_one_in_lower_case(self, customer, checked, vip):
        old = get_user_model().objects.create(email="Old@Example.com")
        customer("Old")

        job = applying.apply(checked("email", "Old@Example.com").pk)

        assert (job.counts, members(vip)) == ({"join": 1}, [old])

    def test_it_may_be_repeated(self, alice, checked):
        job = checked("email", "alice@example.com", "dora@example.com")
        get_user_model().objects.create(email="dora@example.com")

        again = staging.check(job.pk)

        assert (again.status, again.counts) == ("checked", {"join": 2})
        assert ImportRow.objects.count() == 2

    def test_members_whom_a_replacement_does_not_name_are_counted(self, alice, bob, vip, checked):
        membership.add(vip, [bob.pk], source="manual")

        job = checked("email", "alice@example.com", mode="replace")

        assert job.counts == {"join": 1, "leaving": 1}
        assert members(vip) == [bob]

    def test_a_file_that_is_no_longer_kept_fails_with_a_sentence(self, alice, checked):
        job = checked("email", "alice@example.com")
        ImportPart.objects.all().delete()

        failed = staging.check(job.pk)

        assert (failed.status, failed.error_code) == ("failed", "file_is_gone")


class TestModes:
    def test_append_adds_with_until_and_reason(self, alice, bob, vip, applied):
        job = applied(
            "email,until,reason", f"alice@example.com,{YEAR},Spring fair", "bob@example.com,,"
        )

        assert (job.status, job.counts) == ("applied", {"join": 2})
        row = Membership.objects.get(customer=alice)
        assert f"{row.until:%Y-%m-%d %H:%M}" == "2100-01-01 00:00"
        assert (row.reason, row.source, row.actor) == ("Spring fair", "import", "User:1")
        assert Membership.objects.get(customer=bob).reason == f"Import {job.pk}"
        events = MembershipEvent.objects.order_by("customer_id")
        assert [(event.customer_id, event.reason, event.import_id) for event in events] == [
            (alice.pk, "Spring fair", job.pk),
            (bob.pk, f"Import {job.pk}", job.pk),
        ]

    def test_append_moves_the_end_of_who_is_in(self, alice, bob, vip, applied, tomorrow):
        membership.add(vip, [alice.pk, bob.pk], source="manual", until=tomorrow)

        job = applied("email,until", f"alice@example.com,{YEAR}", "bob@example.com,")

        assert job.counts == {"change": 1, "already": 1}
        assert Membership.objects.get(customer=alice).until.year == 2100
        assert Membership.objects.get(customer=bob).until == tomorrow

    def test_replace_takes_everybody_else_out(self, alice, bob, charlie, vip, applied):
        membership.add(vip, [bob.pk, charlie.pk], source="manual")

        job = applied("email", "alice@example.com", "bob@example.com", mode="replace")

        assert job.counts == {"join": 1, "already": 1, "leaving": 1}
        assert members(vip) == [alice, bob]
        left = MembershipEvent.objects.get(action="left")
        assert (left.customer_id, left.source, left.import_id) == (charlie.pk, "import", job.pk)

    def test_replace_leaves_those_who_joined_after_the_dry_run(self, alice, bob, vip, checked):
        job = checked("email", "alice@example.com", mode="replace")
        membership.add(vip, [bob.pk], source="manual")

        applying.apply(job.pk)

        assert members(vip) == [alice, bob]

    def test_a_replacement_that_names_nobody_empties_no_group(self, alice, vip, applied):
        membership.add(vip, [alice.pk], source="manual")

        job = applied("email", "dora@example.com", mode="replace")

        assert (job.status, job.error_code) == ("failed", "nobody_named")
        assert members(vip) == [alice]

    def test_remove_takes_them_out(self, alice, bob, vip, applied):
        membership.add(vip, [alice.pk], source="manual")

        job = applied("email", "alice@example.com", "bob@example.com", mode="remove")

        assert job.counts == {"leave": 1, "absent": 1}
        assert members(vip) == []

    def test_all_or_nothing_does_nothing_for_one_bad_line(self, alice, vip, checked):
        job = checked("email", "alice@example.com", "alice")

        failed = applying.apply(job.pk, all_or_nothing=True)

        assert (failed.status, failed.error_code) == ("failed", "bad_lines")
        assert (
            failed.error == "1 lines are bad, and all or nothing was asked for: nothing was done."
        )
        assert members(vip) == []

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("phone", "+48 501 234 567"),
            ("phone", "0048501234567"),
            ("external reference", "CRM-7"),
            ("customer id", "{id}"),
        ],
    )
    def test_customers_are_named_in_other_ways(self, customer, vip, applied, key, value, address):
        alice = customer("Alice", external_reference="CRM-7")
        alice.addresses.add(address("+48501234567"))

        job = applied(key, value.format(id=alice.pk))

        assert (job.counts, members(vip)) == ({"join": 1}, [alice])

    def test_a_number_that_two_share_names_nobody(self, alice, bob, applied, address, vip):
        home = address("+48501234567")
        alice.addresses.add(home)
        get_user_model().objects.filter(pk=bob.pk).update(default_billing_address=home)

        job = applied("phone", "+48501234567")

        assert job.counts == {"ambiguous": 1}
        assert problems_of(job) == [(2, "phone", "+48501234567", "several_customers")]
        assert report.page(job.pk)[0].reason.startswith("2 customers share this value")
        assert members(vip) == []

    def test_the_prices_of_those_who_came_and_went_are_asked_for(self, alice, bob, vip, applied):
        membership.add(vip, [bob.pk], source="manual")
        RepricingRequest.objects.all().delete()

        applied("email", "alice@example.com", mode="replace")

        asked = RepricingRequest.objects.values_list("customer_id", "group_id")
        assert sorted(asked) == [(alice.pk, None), (bob.pk, None)]

    def test_a_wide_import_asks_for_the_group_once_a_chunk(
        self, alice, bob, charlie, vip, applied, monkeypatch, settings
    ):
        monkeypatch.setattr(repricing, "NAMED", 1)
        membership.add(vip, [charlie.pk], source="manual")
        RepricingRequest.objects.all().delete()

        applied("email", "alice@example.com", "bob@example.com", mode="replace")

        asked = RepricingRequest.objects.order_by("id").values_list("customer_id", "group_id")
        assert list(asked) == [(None, None), (None, vip.pk)]

    def test_of_a_wide_import_it_is_told_who_did_not_join(
        self, alice, bob, charlie, vip, checked, monkeypatch
    ):
        monkeypatch.setattr(repricing, "NAMED", 1)
        job = checked("email", "alice@example.com", "bob@example.com", "charlie@example.com")
        membership.add(vip, [bob.pk], source="manual")
        editing.update_group(vip, member_limit=3)  # whoever is in takes no room a second time

        done = applying.apply(job.pk)

        assert done.counts == {"join": 2, "already": 1}
        assert list(
            MembershipEvent.objects.filter(import_id=job.pk)
            .order_by("customer_id")
            .values_list("customer_id", "action")
        ) == [(alice.pk, "joined"), (charlie.pk, "joined")]
        assert Membership.objects.get(customer=bob).source == "manual"

    def test_the_limit_holds_for_a_wide_import(
        self, alice, bob, charlie, vip, checked, monkeypatch
    ):
        monkeypatch.setattr(repricing, "NAMED", 1)
        job = checked("email", "alice@example.com", "bob@example.com", "charlie@example.com")
        editing.update_group(vip, member_limit=2)

        done = applying.apply(job.pk)

        assert (members(vip), done.counts) == ([alice, bob], {"join": 2, "full": 1})
        assert problems_of(done) == [(4, "", "charlie@example.com", "group_full")]

    def test_a_wide_import_tells_the_mirror_of_each(
        self, alice, bob, vip, checked, monkeypatch, settings
    ):
        monkeypatch.setattr(repricing, "NAMED", 1)
        job = checked("email", "alice@example.com", "bob@example.com")
        settings.SALEOR_CUSTOMER_GROUPS = {"METADATA_KEY": "groups"}

        assert applying.apply(job.pk).counts == {"join": 2}

        asked = MirrorRequest.objects.order_by("customer_id").values_list("customer_id", flat=True)
        assert list(asked) == [alice.pk, bob.pk]

    def test_a_wide_import_tells_the_rules_that_ask_who_is_in_the_group(
        self, alice, bob, vip, checked, monkeypatch
    ):
        monkeypatch.setattr(repricing, "NAMED", 1)
        job = checked("email", "alice@example.com", "bob@example.com")
        others = CustomerGroup.objects.create(name="Rule", slug="rule", kind="dynamic")
        Segment.objects.create(group=others, rule={}).refers_to.add(vip)

        assert applying.apply(job.pk).counts == {"join": 2}

        told = CustomerChange.objects.filter(fact="groups").order_by("customer_id")
        assert list(told.values_list("customer_id", flat=True)) == [alice.pk, bob.pk]


class TestRepetition:
    def test_c4_the_same_file_twice_changes_nothing_the_second_time(self, alice, bob, vip, applied):
        lines = ("email,until", f"alice@example.com,{YEAR}", "bob@example.com,")
        applied(*lines)
        before = list(MembershipEvent.objects.values()), list(Membership.objects.values())

        job = applied(*lines)

        assert job.counts == {"already": 2}
        assert (list(MembershipEvent.objects.values()), list(Membership.objects.values())) == before

    def test_applying_twice_is_applying_once(self, alice, vip, applied):
        job = applied("email", "alice@example.com")
        membership.remove(vip, [alice.pk], source="manual")

        again = applying.apply(job.pk)

        assert (again.status, members(vip)) == ("applied", [])

    def test_what_happened_since_the_dry_run_is_respected_and_told(
        self, alice, bob, charlie, vip, checked
    ):
        job = checked("email", "alice@example.com", "bob@example.com", "charlie@example.com")
        membership.add(vip, [alice.pk], source="manual")
        bob.delete()

        done = applying.apply(job.pk)

        assert done.counts == {"already": 1, "unknown": 1, "join": 1}
        assert problems_of(done) == [(3, "", "bob@example.com", "unknown_customer")]
        assert Membership.objects.get(customer=alice).source == "manual"

    def test_a_customer_named_twice_counts_once(self, alice, vip, applied):
        job = applied(
            "email,until", "alice@example.com,", f"ALICE@example.com,{YEAR}", "alice@example.com,"
        )

        assert job.counts == {"join": 1, "duplicate": 2}
        assert problems_of(job) == [
            (3, "email", "ALICE@example.com", "duplicate"),
            (4, "email", "alice@example.com", "duplicate"),
        ]
        assert {row.reason for row in report.page(job.pk)} == {
            "The same customer as on line 2, which counts."
        }
        assert Membership.objects.get().until is None


class TestUndo:
    def test_who_joined_leaves_and_who_left_is_put_back(
        self, alice, bob, charlie, vip, applied, tomorrow
    ):
        membership.add(vip, [bob.pk], source="api", reason="Partner", until=tomorrow)
        membership.add(vip, [charlie.pk], source="manual")
        job = applied(
            "email,until", "alice@example.com,", f"charlie@example.com,{YEAR}", mode="replace"
        )
        assert job.counts == {"join": 1, "change": 1, "leaving": 1}

        undone = undoing.undo(job.pk)

        assert (undone.status, undone.counts["undone"], undone.counts["kept"]) == ("undone", 3, 0)
        assert members(vip) == [bob, charlie]
        back = Membership.objects.get(customer=bob)
        assert (back.source, back.reason, back.until) == ("api", "Partner", tomorrow)
        assert Membership.objects.get(customer=charlie).until is None
        last = MembershipEvent.objects.last()
        assert (last.reason, last.actor) == ("Partner", "User:1")

    def test_the_end_before_the_last_change_comes_back(self, alice, vip, applied, tomorrow):
        membership.add(vip, [alice.pk], source="manual")
        membership.set_until(vip, [alice.pk], tomorrow, source="manual")

        undoing.undo(applied("email,until", f"alice@example.com,{YEAR}").pk)

        assert Membership.objects.get().until == tomorrow

    def test_what_somebody_changed_since_stays_and_is_told(
        self, alice, bob, vip, applied, tomorrow
    ):
        job = applied("email", "alice@example.com", "bob@example.com")
        membership.set_until(vip, [alice.pk], tomorrow, source="manual")

        undone = undoing.undo(job.pk)

        assert (undone.counts["undone"], undone.counts["kept"]) == (1, 1)
        assert members(vip) == [alice]
        assert problems_of(undone) == [(2, "", "alice@example.com", "changed_since")]

    def test_a_membership_that_would_be_over_is_not_put_back(
        self, alice, bob, vip, applied, now, tomorrow
    ):
        membership.add(vip, [alice.pk, bob.pk], source="manual", until=tomorrow)
        gone = applied("email", "alice@example.com", mode="remove")
        moved = applied("email,until", f"bob@example.com,{YEAR}")

        for job in (gone, moved):
            undoing.undo(job.pk, now=now + timedelta(days=2))

        assert members(vip) == []

    def test_undoing_twice_is_undoing_once(self, alice, vip, applied):
        job = applied("email", "alice@example.com")
        undoing.undo(job.pk)
        membership.add(vip, [alice.pk], source="manual")

        again = undoing.undo(job.pk)

        assert (again.status, members(vip)) == ("undone", [alice])

    def test_an_undone_import_is_not_applied_again(self, alice, applied):
        job = undoing.undo(applied("email", "alice@example.com").pk)

        with pytest.raises(Refused, match="checked, and not undone"):
            applying.apply(job.pk)

    def test_an_import_that_was_only_checked_is_not_undone(self, alice, checked):
        with pytest.raises(Refused, match="Only an import that was applied can be undone"):
            undoing.undo(checked("email", "alice@example.com").pk)

    def test_it_is_possible_after_the_file_is_forgotten(
        self, alice, vip, applied, now, monkeypatch
    ):
        monkeypatch.setattr(jobs, "PURGED", 2)
        job = applied("email", "alice@example.com", "nobody", "no one", "none")
        assert jobs.purge(now + timedelta(days=29)) == 0
        assert jobs.purge(now + timedelta(days=31)) == 1
        assert (ImportPart.objects.count(), ImportRow.objects.count()) == (0, 0)
        assert jobs.purge(now + timedelta(days=31)) == 0

        undoing.undo(job.pk)

        assert members(vip) == []

    def test_a_member_whom_the_file_does_not_name_is_told_after_the_lines(
        self, alice, bob, charlie, vip, applied, tomorrow
    ):
        membership.add(vip, [bob.pk, charlie.pk], source="manual")
        job = applied("email", "alice@example.com", "nobody", mode="replace")
        membership.add(vip, [bob.pk, charlie.pk], source="manual", until=tomorrow)

        undone = undoing.undo(job.pk)

        first = report.page(undone.pk, first=1)
        second = report.page(undone.pk, after=first[-1], first=1)
        third = report.page(undone.pk, after=second[-1])
        told = [(one.line, one.code, one.customer_id) for one in (*first, *second, *third)]
        assert told == [
            (3, "not_an_email", None),
            (None, "changed_since", bob.pk),
            (None, "changed_since", charlie.pk),
        ]
        assert report.page(undone.pk) == (*first, *second, *third)

        assert jobs.forget([bob.pk, alice.pk]) == 1
        assert [one.customer_id for one in report.page(undone.pk)] == [None, charlie.pk]
        assert not ImportRow.objects.filter(customer_id__in=[alice.pk, bob.pk]).exists()


class TestWhoLeavesTheShop:
    def test_files_and_lines_that_name_her_go(self, alice, bob, applied):
        applied("email", "alice@example.com", "bob@example.com")
        other = applied("email", "bob@example.com")

        assert jobs.forget([alice.pk]) == 1

        assert not ImportRow.objects.filter(value="alice@example.com").exists()
        assert not ImportRow.objects.filter(customer_id=alice.pk).exists()
        assert set(ImportPart.objects.values_list("job_id", flat=True)) == {other.pk}

    def test_a_file_that_is_still_needed_stays(self, alice, checked):
        checked("email", "alice@example.com")
        assert jobs.forget([alice.pk]) == 0
        assert ImportPart.objects.count() == 1


class TestMemberLimit:
    def test_who_finds_no_room_is_named(self, alice, bob, charlie, vip, checked):
        job = checked("email", "charlie@example.com", "alice@example.com", "bob@example.com")
        editing.update_group(vip, member_limit=2)

        done = applying.apply(job.pk)

        assert members(vip) == [alice, bob]
        assert done.counts == {"join": 2, "full": 1}
        assert problems_of(done) == [(2, "", "charlie@example.com", "group_full")]


class TestRefusals:
    @pytest.mark.parametrize(
        ("kind", "fields", "code"),
        [
            ("guest", {}, "guest_group"),
            ("dynamic", {}, "kept_by_rule"),
            ("channel", {}, "kept_by_rule"),
            ("snapshot", {"expires_at": "2020-01-01T00:00:00Z"}, "expired"),
        ],
    )
    def test_groups_that_something_else_keeps(self, db, kind, fields, code):
        CustomerGroup.objects.create(name="Kept", slug="kept", kind=kind, **fields)
        group = CustomerGroup.objects.get(slug="kept")

        with pytest.raises((InvalidInput, Refused)) as refusal:
            files.create_import(group, mode="append", name="people.csv", data=b"email\n")

        assert refusal.value.code == code
        assert not Import.objects.exists()

    def test_a_snapshot_that_holds_takes_an_import(self, alice, tomorrow):
        group = CustomerGroup.objects.create(
            name="June", slug="june", kind="snapshot", expires_at=tomorrow
        )

        job = files.create_import(group, mode="append", name="a.csv", data=b"alice@example.com")
        staging.check(job.pk)

        assert applying.apply(job.pk).counts == {"join": 1}

    @pytest.mark.parametrize(
        ("arguments", "field", "code"),
        [
            ({"mode": "merge"}, "mode", "invalid"),
            ({"data": b""}, "data", "empty_file"),
            ({"data": [b"", b""]}, "data", "empty_file"),
            ({"data": b"\xd0\xcf\x11\xe0 old"}, "data", "old_excel"),
            ({"data": b"x" * 1_000_001}, "data", "file_too_large"),
            ({"options": {"encoding": "klingon"}}, "encoding", "invalid"),
            ({"options": {"encoding": "base64"}}, "encoding", "invalid"),
            ({"options": {"delimiter": "::"}}, "delimiter", "invalid"),
            ({"options": {"delimiter": '"'}}, "delimiter", "invalid"),
            ({"options": {"key": "name"}}, "key", "invalid"),
            ({"options": {"region": "pl"}}, "region", "invalid"),
            ({"options": {"columns": {"name": 1}}}, "columns", "invalid"),
            ({"options": {"columns": {"email": 0}}}, "columns", "invalid"),
            ({"options": {"columns": "email"}}, "columns", "invalid"),
            ({"options": {"header": "perhaps"}}, "header", "invalid"),
            ({"options": {"speed": 1}}, "speed", "invalid"),
        ],
    )
    def test_arguments_that_make_no_sense(self, vip, settings, arguments, field, code):
        settings.SALEOR_CUSTOMER_GROUPS = {"IMPORT_MEGABYTES": 1}
        given = {"mode": "append", "name": "a.csv", "data": b"email\n", **arguments}

        with pytest.raises(InvalidInput) as refusal:
            files.create_import(vip, **given)

        assert (refusal.value.field, refusal.value.code) == (field, code)
        assert not Import.objects.exists()

    def test_a_group_that_became_dynamic_meanwhile(self, alice, vip, checked):
        job = checked("email", "alice@example.com")
        CustomerGroup.objects.update(kind="dynamic")

        failed = applying.apply(job.pk)

        assert (failed.status, failed.error_code) == ("failed", "kept_by_rule")
        assert members(vip) == []

    @pytest.mark.parametrize("step", [staging.check, applying.apply])
    def test_a_group_that_is_gone(self, alice, vip, checked, step):
        job = checked("email", "alice@example.com")
        vip.delete()

        failed = step(job.pk)

        assert (failed.status, failed.error) == ("failed", "There is no group VIP any more.")
        assert failed.group_name == "VIP"

    def test_an_import_that_is_not_there(self, db):
        with pytest.raises(InvalidInput, match=r"There is no import 7\."):
            applying.apply(7)

    def test_an_import_that_was_not_checked(self, vip):
        job = files.create_import(vip, mode="append", name="a.csv", data=b"email\n")

        with pytest.raises(Refused, match="Only an import that was checked"):
            applying.apply(job.pk)


class TestReport:
    def test_it_is_formula_safe_csv(self, checked):
        job = checked("phone", "+1", "=1+1", '"\tx"', "-5", "@a", "＝1")

        lines = list(
            csv.reader(io.StringIO(b"".join(report.report_csv(job.pk)).decode("utf-8-sig")))
        )

        assert lines[0] == ["line", "column", "value", "problem", "reason"]
        assert [line[:4] for line in lines[1:]] == [
            ["2", "phone", "'+1", "not_a_phone"],
            ["3", "phone", "'=1+1", "not_a_phone"],
            ["4", "phone", "'\tx", "not_a_phone"],
            ["5", "phone", "'-5", "not_a_phone"],
            ["6", "phone", "'@a", "not_a_phone"],
            ["7", "phone", "'＝1", "not_a_phone"],
        ]

    def test_a_page_costs_one_statement(self, checked, counted):
        job = checked("email", *[f"person{number}" for number in range(20)])

        with counted() as statements:
            page = report.page(job.pk, first=5)

        assert ([row.line for row in page], len(statements)) == ([2, 3, 4, 5, 6], 1)

    def test_pages_follow_each_other(self, checked, monkeypatch):
        monkeypatch.setattr(report, "PAGE", 3)
        job = checked("email", *[f"person{number}" for number in range(10)])

        lines = b"".join(report.report_csv(job.pk)).decode("utf-8-sig").splitlines()

        assert [line.split(",")[0] for line in lines[1:]] == [str(line) for line in range(2, 12)]


def test_the_file_is_kept_in_parts_of_a_megabyte(vip):
    pieces = [b"a" * 1_500_000, b"", b"b" * 700_000]

    job = files.create_import(vip, mode="append", name="a.csv", data=pieces)

    sizes = [len(part.data) for part in ImportPart.objects.order_by("number")]
    assert (sizes, job.file_bytes) == ([1_000_000, 1_000_000, 200_000], 2_200_000)
    assert b"".join(files.parts_of(job)) == b"".join(pieces)


class TestTelling:
    """What other systems hear of an import."""

    def test_that_it_was_applied_with_its_counts_after_who_joined(
        self, alice, bob, charlie, vip, applied, tomorrow
    ):
        membership.add(vip, [bob.pk, charlie.pk], source="manual")
        forget()

        job = applied(
            "email,until",
            f"alice@example.com,{YEAR}",
            "bob@example.com,",
            "bob@example.com,",
            "dora@example.com,",
            mode="replace",
        )

        assert names() == ["membership.left", "membership.joined", "import.finished"]
        assert heard("import.finished")[0][1] == {
            "group": events.group_id(vip.pk),
            "import_id": events.global_id("CustomerGroupImport", job.pk),
            "mode": "replace",
            "joined": 1,
            "changed": 0,
            "left": 1,
            "unchanged": 2,
            "refused": 1,
            "actor": events.customer_id(1),
        }
        [(_, joined)] = heard("membership.joined")
        assert (joined["source"], joined["reason"]) == ("import", f"Import {job.pk}")
        assert joined["until"] == "2100-01-01T00:00:00+00:00"

    def test_that_it_was_undone(self, alice, bob, vip, applied, tomorrow):
        job = applied("email", "alice@example.com", "bob@example.com")
        membership.set_until(vip, [alice.pk], tomorrow, source="manual")
        forget()

        undoing.undo(job.pk)

        assert names() == ["membership.left", "import.undone"]
        assert heard("import.undone")[0][1] == {
            "group": events.group_id(vip.pk),
            "import_id": events.global_id("CustomerGroupImport", job.pk),
            "undone": 1,
            "kept": 1,
            "actor": events.customer_id(1),
        }

    def test_nothing_of_a_file_that_was_only_checked_or_refused(self, alice, vip, checked):
        job = checked("email", "dora@example.com")
        applying.apply(job.pk, all_or_nothing=True)

        assert heard() == []

    def test_nothing_twice_when_it_is_applied_again(self, alice, vip, applied):
        job = applied("email", "alice@example.com")

        applying.apply(job.pk)

        assert names() == ["membership.joined", "import.finished"]
