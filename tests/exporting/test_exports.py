"""An export from being asked for to its file's end, killed and taken over on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, OperationalError, transaction

from saleor_customer_groups import conf, events, tasks
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.exporting import exports, queries, report, running
from saleor_customer_groups.groups import deleting, membership
from saleor_customer_groups.host import customers
from saleor_customer_groups.models import PART_BYTES, CustomerGroup, Export, ExportPart
from tests.groups.conftest import constraint_of
from tests.heard import forget, heard

from .conftest import csv_rows, export_of, file_of, sheets

pytestmark = pytest.mark.django_db
COLUMNS = ("id", "email", "groups", "total_spent", "orders")


class Killed(BaseException):
    """The worker dies here: nobody catches this."""


@pytest.fixture
def crowd(customer, vip, order):
    """The ids of ten members, who have ordered."""
    people = [customer(f"person{number}", first_name=f"=P{number}") for number in range(10)]
    for number, person in enumerate(people):
        order(person, f"{number}.50")
    membership.add(vip, [person.pk for person in people], source="manual")
    return [person.pk for person in people]


def killed_after(chunks: int):
    """An `on_progress` that dies after so many chunks."""
    seen = []

    def die(progress: running.Progress) -> None:
        seen.append(progress)
        if len(seen) == chunks:
            raise Killed

    return die


def ids_in(export: Export) -> list[int]:
    return [int(row[0]) for row in csv_rows(file_of(export))[1:]]


class TestCreating:
    def test_it_is_queued_and_its_task_starts_after_commit(
        self, vip, started, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            export = exports.create_export(vip, columns=["id"], format="csv", actor="User:1")
            assert started == []

        assert started == [export.pk]
        assert (export.status, export.group_name, export.columns, export.format, export.actor) == (
            "queued",
            "VIP",
            ["id"],
            "csv",
            "User:1",
        )

    def test_no_task_starts_when_the_caller_makes_it(
        self, vip, started, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            exports.create_export(vip, columns=["id"], format="csv", background=False)

        assert started == []

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"format": "pdf"}, "format", "“pdf” is not a format; choose one of csv, xlsx."),
            ({"actor": "x" * 101}, "actor", "The actor must have at most 100 characters."),
            ({"columns": []}, "columns", "Choose at least one column."),
        ],
    )
    def test_what_is_wrong_is_refused(self, wrong, field, sentence, vip):
        with pytest.raises(InvalidInput) as refusal:
            exports.create_export(vip, **{"columns": ["id"], "format": "csv", **wrong})

        assert (refusal.value.field, refusal.value.message) == (field, sentence)
        assert not Export.objects.exists()

    def test_the_guest_group_has_nobody_to_report(self, guests):
        with pytest.raises(InvalidInput, match="Guests is the guest group and has no members"):
            exports.create_export(guests, columns=["id"], format="csv")

    def test_a_group_that_is_gone_is_refused(self, vip):
        deleting.delete_group(CustomerGroup.objects.get(pk=vip.pk))

        with pytest.raises(InvalidInput, match="There is no group VIP any more"):
            exports.create_export(vip, columns=["id"], format="csv")


class TestRunning:
    def test_it_ends_with_a_file_for_seven_days(self, crowd, vip):
        export = export_of(vip, *COLUMNS)

        assert (export.status, export.done, export.total, export.error) == ("done", 10, 10, "")
        assert export.expires_at - export.finished_at == timedelta(days=7)
        assert export.size == len(file_of(export))
        assert ids_in(export) == crowd

    def test_it_tells_how_far_it_is(self, crowd, vip, chunk_of):
        chunk_of(4)
        export = exports.create_export(vip, columns=["id"], format="csv")
        seen = []

        running.run(export.pk, on_progress=seen.append)

        assert seen == [
            running.Progress(done=4, total=10),
            running.Progress(done=8, total=10),
            running.Progress(done=10, total=10),
        ]

    @pytest.mark.parametrize("size", [1, 3, 5, 9, 10, 11])
    @pytest.mark.parametrize("format", ["csv", "xlsx"])
    def test_the_file_is_the_same_whatever_the_chunk(self, size, format, crowd, vip, chunk_of):
        whole = export_of(vip, *COLUMNS, format=format)
        chunk_of(size)

        in_chunks = export_of(vip, *COLUMNS, format=format)

        assert content(in_chunks) == content(whole)

    @pytest.mark.parametrize("format", ["csv", "xlsx"])
    def test_members_cost_no_statements(self, format, customer, vip, counted):
        counts = {}
        people = 0
        for members in (1, 10, 100):
            while people < members:
                people += 1
                membership.add(vip, [customer(f"p{people}").pk], source="manual")
            with counted() as statements:
                export_of(vip, *COLUMNS, format=format)
            counts[members] = len(statements)

        assert len(set(counts.values())) == 1, counts

    def test_a_chunk_is_four_statements(self, crowd, vip, chunk_of, counted):
        chunk_of(5)
        with counted() as two_chunks_and_an_empty_one:
            export_of(vip, *COLUMNS)
        chunk_of(10)
        with counted() as one_chunk_and_an_empty_one:
            export_of(vip, *COLUMNS)

        assert len(two_chunks_and_an_empty_one) - len(one_chunk_and_an_empty_one) == 4

    def test_a_part_has_at_most_a_megabyte(self, vip):
        data = b"x" * (2 * PART_BYTES + 1)
        export = exports.create_export(vip, columns=["id"], format="csv")
        lease = exports.claim(export.pk)
        exports.append(exports.held(lease), data, customers=4, last=4)
        exports.complete(exports.held(lease))

        sizes = [len(part.data) for part in ExportPart.objects.order_by("number")]
        assert sizes == [PART_BYTES, PART_BYTES, 1]
        assert file_of(export) == data

    def test_an_xlsx_file_has_numbers_and_texts(self, crowd, vip):
        export = export_of(vip, "id", "first_name", "orders", "total_spent", format="xlsx")

        [rows] = sheets(file_of(export))
        assert rows[:2] == [
            ["Customer id", "First name", "Orders", "Total spent USD"],
            [crowd[0], "'=P0", 1, "0.50"],
        ]
        assert len(rows) == 11
        assert ExportPart.objects.filter(export=export).count() == export.parts == 1

    def test_it_needs_no_second_run(self, crowd, vip):
        export = export_of(vip, "id")

        again = running.run(export.pk)

        assert again.finished_at == export.finished_at

    def test_there_may_be_no_such_export(self):
        assert running.run(7) is None

    def test_what_goes_wrong_ends_it_and_is_logged(self, crowd, vip, monkeypatch, caplog):
        monkeypatch.setattr(report, "size", lambda *args, **options: 1 / 0)

        export = export_of(vip, "id")

        assert (export.status, export.error) == (
            "failed",
            "ZeroDivisionError: the log tells more.",
        )
        assert caplog.messages == [f"Export {export.pk} failed."]

    def test_a_group_deleted_meanwhile_ends_it(self, crowd, vip, chunk_of):
        chunk_of(4)
        export = exports.create_export(vip, columns=["id"], format="csv")
        with pytest.raises(Killed):
            running.run(export.pk, on_progress=killed_after(1))
        deleting.delete_group(vip)
        exports.take_over(export.leased_until + timedelta(hours=1))

        export = running.run(export.pk)

        assert (export.status, export.error) == ("failed", "The group was deleted meanwhile.")
        assert export.group_name == "VIP"
        assert not ExportPart.objects.exists()


class TestOfWhichMoment:
    def test_who_leaves_before_being_written_is_absent(self, crowd, customer, vip, chunk_of):
        """And who joins is: it is a report of the moment it was asked for."""
        chunk_of(4)
        export = exports.create_export(vip, columns=["id"], format="csv")

        def meanwhile(progress):
            if progress.done == 4:
                membership.remove(vip, [crowd[1], crowd[5]], source="manual")
                get_user_model().objects.get(pk=crowd[7]).delete()
                membership.add(vip, [customer("Zoe").pk], source="manual")

        export = running.run(export.pk, on_progress=meanwhile)

        assert ids_in(export) == [*crowd[:5], crowd[6], *crowd[8:]]
        assert (export.done, export.total) == (8, 10)

    def test_whose_membership_ends_by_itself_meanwhile_is_in_it(self, alice, vip):
        export = exports.create_export(vip, columns=["id"], format="csv")
        since, until = (export.created_at + timedelta(seconds=n) for n in (-1, 1))
        membership.add(vip, [alice.pk], source="manual", now=since, until=until)
        Export.objects.update(created_at=since)

        export = running.run(export.pk)

        assert ids_in(export) == [alice.pk]


class TestKilled:
    @pytest.mark.parametrize("format", ["csv", "xlsx"])
    @pytest.mark.parametrize("chunks", [1, 2, 3])
    def test_it_goes_on_where_it_was(self, chunks, format, crowd, vip, chunk_of, started):
        chunk_of(4)
        whole = export_of(vip, *COLUMNS, format=format)
        export = exports.create_export(vip, columns=COLUMNS, format=format)
        with pytest.raises(Killed):
            running.run(export.pk, on_progress=killed_after(chunks))
        seen = []
        export.refresh_from_db()

        assert running.run(export.pk).status == "running"  # somebody has the lease
        assert exports.take_over(export.leased_until) == 1
        assert started == [export.pk]
        export = running.run(export.pk, on_progress=seen.append)

        assert content(export) == content(whole)
        assert seen[0].done == min(4 * (chunks + 1), 10)
        assert (export.done, export.total) == (10, 10)

    def test_a_chunk_that_was_not_committed_is_made_anew(self, crowd, vip, chunk_of, monkeypatch):
        chunk_of(4)
        export = exports.create_export(vip, columns=["id"], format="csv")
        append = exports.append

        def dies(row, data, **options):
            append(row, data, **options)
            if row.last_customer_id:
                raise Killed

        monkeypatch.setattr(exports, "append", dies)
        with pytest.raises(Killed):
            running.run(export.pk)
        monkeypatch.undo()
        export.refresh_from_db()
        assert (export.done, export.parts) == (4, 1)
        Export.objects.update(status="queued")

        assert ids_in(running.run(export.pk)) == crowd

    def test_a_workbook_that_was_not_finished_is_built_anew(self, crowd, vip, monkeypatch):
        export = exports.create_export(vip, columns=["id"], format="xlsx")

        def dies(row):
            raise Killed

        monkeypatch.setattr(exports, "complete", dies)
        with pytest.raises(Killed):
            running.run(export.pk)
        monkeypatch.undo()
        Export.objects.update(status="queued")

        assert len(content(running.run(export.pk))[0]) == 11

    def test_one_that_was_taken_for_dead_writes_nothing_more(self, crowd, vip, chunk_of):
        chunk_of(4)
        export = exports.create_export(vip, columns=["id"], format="csv")

        def taken_over(progress):
            if progress.done == 4:
                assert exports.take_over(export.leased_until + timedelta(hours=1)) == 1

        late = running.run(export.pk, on_progress=taken_over)

        assert (late.status, late.done, late.parts) == ("queued", 4, 1)
        assert ids_in(running.run(export.pk)) == crowd

    def test_the_sweep_leaves_alone_what_is_worked_on_or_just_asked_for(self, vip, started):
        export = exports.create_export(vip, columns=["id"], format="csv")

        assert exports.take_over(export.created_at) == 0
        assert exports.claim(export.pk)
        assert exports.take_over(export.created_at) == 0
        assert started == []

    def test_what_waits_long_is_announced_again_but_not_every_minute(self, vip, started):
        export = exports.create_export(vip, columns=["id"], format="csv")
        later = export.leased_until

        assert [exports.take_over(later), exports.take_over(later)] == [1, 0]
        assert exports.take_over(later + exports.LEASE) == 1
        assert started == [export.pk, export.pk]

    def test_it_fails_when_it_was_begun_five_times_without_getting_on(self, crowd, vip):
        export = exports.create_export(vip, columns=["id"], format="csv")
        for _ in range(5):
            assert exports.claim(export.pk)
            Export.objects.update(status="queued")

        export = running.run(export.pk)

        assert (export.status, export.error) == (
            "failed",
            "It was begun 5 times without getting on.",
        )

    def test_a_database_that_is_away_is_no_failure(self, crowd, vip, monkeypatch):
        def away(*args, **options):
            raise OperationalError("the server closed the connection")

        monkeypatch.setattr(report, "chunk", away)
        export = exports.create_export(vip, columns=["id"], format="csv")

        with pytest.raises(OperationalError):
            running.run(export.pk)

        export.refresh_from_db()
        assert export.status == "running"


class TestCancelling:
    def test_one_that_waits_is_cancelled(self, crowd, vip):
        export = exports.create_export(vip, columns=["id"], format="csv")

        assert exports.cancel(export.pk).status == "cancelled"
        assert running.run(export.pk).done == 0

    @pytest.mark.parametrize("format", ["csv", "xlsx"])
    def test_one_that_runs_stops_at_its_next_chunk(self, format, crowd, vip, chunk_of):
        chunk_of(4)
        export = exports.create_export(vip, columns=["id"], format=format)

        def cancel(progress):
            exports.cancel(export.pk)

        export = running.run(export.pk, on_progress=cancel)

        assert (export.status, export.done, export.parts, export.size) == ("cancelled", 4, 0, 0)
        assert not ExportPart.objects.exists()

    def test_a_workbook_that_is_being_built_stops(self, crowd, vip, chunk_of):
        chunk_of(4)
        export = exports.create_export(vip, columns=["id"], format="xlsx")

        def cancel(progress):
            if progress.done == 10:
                exports.cancel(export.pk)

        assert running.run(export.pk, on_progress=cancel).status == "cancelled"
        assert not ExportPart.objects.exists()

    def test_what_has_ended_cannot_be_cancelled(self, vip):
        export = export_of(vip, "id")

        with pytest.raises(Refused, match="The export of VIP has ended already: it is done."):
            exports.cancel(export.pk)

        assert file_of(export)

    def test_there_may_be_no_such_export(self):
        with pytest.raises(InvalidInput, match="There is no export 7"):
            exports.cancel(7)


class TestTheFile:
    def test_there_is_none_before_the_end(self, vip):
        export = exports.create_export(vip, columns=["id"], format="csv")

        with pytest.raises(Refused, match="The export of VIP has no file: it is queued"):
            queries.read(export.pk)

    def test_there_may_be_no_such_export(self):
        with pytest.raises(InvalidInput, match="There is no export 7"):
            queries.read(7)

    def test_it_goes_when_it_expires_and_the_row_stays(self, crowd, vip, settings):
        settings.SALEOR_CUSTOMER_GROUPS = {"EXPORT_DAYS": 2}
        export = export_of(vip, "id")
        end = export.finished_at + timedelta(days=2)

        assert exports.purge(end - timedelta(seconds=1)) == 0
        assert exports.purge(end) == 1
        assert exports.purge(end) == 0

        assert not ExportPart.objects.exists()
        assert (Export.objects.get().status, Export.objects.get().size) == ("done", 0)
        Export.objects.update(expires_at=export.finished_at)
        with pytest.raises(Refused, match=r"The file of VIP was kept until \d{4}-\d\d-\d\d\."):
            queries.read(export.pk)

    def test_one_that_has_expired_is_not_read_though_it_is_still_there(self, vip):
        export = export_of(vip, "id")
        Export.objects.update(expires_at=export.finished_at)

        with pytest.raises(Refused, match="was kept until"):
            queries.read(export.pk)

    def test_who_reads_while_it_is_removed_is_told(self, vip):
        export = export_of(vip, "id")
        pieces = queries.read(export.pk)
        exports.purge(export.expires_at)

        with pytest.raises(Refused, match="The file was removed while it was read"):
            next(pieces)

    def test_it_outlives_its_group(self, crowd, vip):
        export = export_of(vip, "id")

        deleting.delete_group(vip)

        assert ids_in(export) == crowd


class TestErasing:
    def test_the_files_that_may_tell_of_a_customer_go(self, alice, bob, vip):
        dealers = CustomerGroup.objects.create(name="Dealers", slug="dealers")
        membership.add(vip, [alice.pk], source="manual")
        membership.add(dealers, [bob.pk], source="manual")
        hers, his = export_of(vip, "email"), export_of(dealers, "email")
        membership.remove(vip, [alice.pk], source="manual")

        assert exports.forget([alice.pk]) == 1

        with pytest.raises(Refused):
            queries.read(hers.pk)
        assert b"bob@example.com" in file_of(his)

    def test_an_export_that_is_being_made_begins_again(self, crowd, vip, chunk_of):
        chunk_of(4)
        export = exports.create_export(vip, columns=["id"], format="csv")

        def erase(progress):
            if progress.done == 4:
                with transaction.atomic():
                    exports.forget([crowd[0]])
                    get_user_model().objects.get(pk=crowd[0]).delete()

        late = running.run(export.pk, on_progress=erase)
        assert (late.status, late.done, late.parts) == ("queued", 0, 0)

        assert ids_in(running.run(export.pk)) == crowd[1:]

    def test_an_export_that_has_not_come_to_the_customer_goes_on(self, crowd, vip, chunk_of):
        chunk_of(4)
        export = exports.create_export(vip, columns=["id"], format="csv")

        def erase(progress):
            if progress.done == 4:
                with transaction.atomic():
                    exports.forget([crowd[9]])
                    get_user_model().objects.get(pk=crowd[9]).delete()

        assert ids_in(running.run(export.pk, on_progress=erase)) == crowd[:9]

    def test_files_of_groups_that_are_gone_go_too(self, crowd, vip):
        export = export_of(vip, "email")
        deleting.delete_group(vip)

        assert exports.forget([crowd[0]]) == 1

        with pytest.raises(Refused):
            queries.read(export.pk)


class TestConstraints:
    @pytest.mark.parametrize(
        ("wrong", "constraint"),
        [
            ({"status": "lost"}, "export_finished_once"),
            ({"format": "pdf"}, "export_known_format"),
            ({"status": "cancelled"}, "export_finished_once"),
            ({"finished_at": "2026-01-01T00:00Z"}, "export_finished_once"),
            ({"size": 1}, "export_files_expire"),
        ],
    )
    def test_the_database_refuses(self, wrong, constraint, vip):
        export = exports.create_export(vip, columns=["id"], format="csv")

        with pytest.raises(IntegrityError) as error, transaction.atomic():
            Export.objects.filter(pk=export.pk).update(**wrong)

        assert constraint_of(error.value) == constraint

    @pytest.mark.parametrize(
        ("number", "size", "constraint"),
        [(0, 1, "exportpart_once"), (1, PART_BYTES + 1, "exportpart_is_small")],
    )
    def test_the_database_refuses_a_part(self, number, size, constraint, vip):
        export = export_of(vip, "id")

        with pytest.raises(IntegrityError) as error, transaction.atomic():
            ExportPart.objects.create(export=export, number=number, data=b"x" * size)

        assert constraint_of(error.value) == constraint


class TestTasks:
    def test_one_makes_the_file(self, crowd, vip):
        export = exports.create_export(vip, columns=["id"], format="csv")

        tasks.run_export(export.pk)

        assert tasks.run_export.name == conf.EXPORT_TASK
        assert ids_in(export) == crowd

    def test_the_sweep_starts_what_was_left_and_removes_what_has_expired(self, vip, started):
        expired, left = (
            export_of(vip, "id"),
            exports.create_export(vip, columns=["id"], format="csv"),
        )
        Export.objects.filter(pk=expired.pk).update(expires_at=expired.finished_at)
        Export.objects.filter(pk=left.pk).update(leased_until=left.created_at)

        tasks.sweep()

        assert started == [left.pk]
        assert not ExportPart.objects.exists()

    def test_the_files_that_may_tell_of_a_deleted_customer_go(self, crowd, vip):
        export = export_of(vip, "email")
        customer = get_user_model().objects.get(pk=crowd[0])
        customer.delete()
        customer.pk = crowd[0]  # as Saleor hands it over

        customers.forget(customer)

        with pytest.raises(Refused, match="was removed: a customer in it was erased"):
            queries.read(export.pk)


def content(export: Export):
    """What is in the file: of CSV the bytes, of XLSX (which holds its hour of birth) the cells."""
    return sheets(file_of(export)) if export.format == "xlsx" else file_of(export)


class TestTelling:
    """What other systems hear of an export: that there is a file, and nothing of what is in it."""

    @pytest.mark.parametrize("format", ["csv", "xlsx"])
    def test_a_finished_one_is_told_once(self, crowd, vip, format):
        export = exports.create_export(vip, columns=["email"], format=format, actor="User:1")
        forget()

        running.run(export.pk)
        running.run(export.pk)

        said = {
            "group": events.group_id(vip.pk),
            "export": events.global_id("CustomerGroupExport", export.pk),
            "format": format,
            "customer_count": 10,
            "actor": events.customer_id(1),
        }
        assert heard() == [("export.finished", said)]

    def test_one_that_fails_or_is_cancelled_is_not(self, crowd, vip):
        export = exports.create_export(vip, columns=["email"], format="csv")
        forget()
        exports.cancel(export.pk)

        running.run(export.pk)

        assert heard() == []
