"""C4: imports that are killed, taken over, cancelled, and run twice at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from celery import current_app
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F
from django.utils import timezone

from saleor_customer_groups import conf, repricing
from saleor_customer_groups.errors import Refused
from saleor_customer_groups.groups import deleting, membership
from saleor_customer_groups.importing import applying, files, jobs, staging, undoing
from saleor_customer_groups.models import Import, ImportRow, Membership, MembershipEvent

from ..waiting import PATIENCE, until
from .conftest import members

PEOPLE = 25
CHUNK = 10


class Killed(BaseException):
    """What a process meets that is killed: nothing of ours catches it."""


@pytest.fixture
def crowd(customer):
    """Twenty-five customers."""
    return [customer(f"person{number}") for number in range(PEOPLE)]


@pytest.fixture
def ready(crowd, checked, settings):
    """An import of the crowd, checked; applied in chunks of ten."""
    settings.SALEOR_CUSTOMER_GROUPS = {"IMPORT_CHUNK": CHUNK}
    return partial(checked, "email", *[one.email for one in reversed(crowd)])


def kill_in_chunk(monkeypatch, module, name: str, number: int, error: type[BaseException]) -> None:
    """The numbered call of the function (from 1) does its work and then dies."""
    original, calls = getattr(module, name), []

    def act(*args, **kwargs):
        result = original(*args, **kwargs)
        calls.append(1)
        if len(calls) == number:
            raise error
        return result

    monkeypatch.setattr(module, name, act)


def after_each_chunk(monkeypatch, act) -> None:
    """What somebody else does between one chunk of an application and the next."""
    original = applying._apply_lines

    def apply_lines(*args, **kwargs):
        more = original(*args, **kwargs)
        act()
        return more

    monkeypatch.setattr(applying, "_apply_lines", apply_lines)


def by_itself(act):
    """Its result; it acts on a connection of its own."""
    try:
        return act()
    finally:
        connections.close_all()


def somebody_waits_for_a_lock() -> bool:
    """Asked within a transaction, pg_stat_activity would always say the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE NOT granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


def lose_lease() -> None:
    Import.objects.update(leased_until=timezone.now() - timedelta(seconds=1))


def events() -> list[tuple[int, str]]:
    return sorted(MembershipEvent.objects.values_list("customer_id", "action"))


@pytest.mark.django_db
class TestKilled:
    @pytest.mark.parametrize("chunk", [1, 2, 3])
    def test_c4_an_application_goes_on_after_the_last_whole_chunk(
        self, crowd, ready, vip, monkeypatch, chunk
    ):
        job = ready()
        with monkeypatch.context() as patch:
            kill_in_chunk(patch, applying, "join_selected", chunk, Killed)
            with pytest.raises(Killed):
                applying.apply(job.pk)

        left = jobs.find(job.pk)
        assert (left.status, left.done) == ("applying", (chunk - 1) * CHUNK)
        assert Membership.objects.count() == (chunk - 1) * CHUNK

        lose_lease()
        done = applying.apply(job.pk)

        assert (done.status, done.counts, done.done) == ("applied", {"join": PEOPLE}, PEOPLE)
        assert events() == [(one.pk, "joined") for one in crowd]

    def test_c4_a_dry_run_begins_again(self, crowd, checked, monkeypatch):
        monkeypatch.setattr(staging, "CHUNK", CHUNK)
        job = checked("email", *[one.email for one in crowd])
        with monkeypatch.context() as patch:
            kill_in_chunk(patch, staging, "_stage", 2, Killed)
            with pytest.raises(Killed):
                staging.check(job.pk)
        assert ImportRow.objects.count() == 2 * CHUNK

        lose_lease()
        done = staging.check(job.pk)

        assert (done.status, done.counts, done.done) == ("checked", {"join": PEOPLE}, PEOPLE)
        assert ImportRow.objects.count() == PEOPLE

    def test_a_chunk_of_the_dry_run_ends_when_it_takes_too_long(self, crowd, checked, monkeypatch):
        monkeypatch.setattr(staging, "COPIED", CHUNK)
        monkeypatch.setattr(staging, "LONGEST", -1.0)
        counts = []
        original = staging._stage

        def stage(job, *args, **kwargs):
            more = original(job, *args, **kwargs)
            counts.append(jobs.find(job.pk).done)
            return more

        monkeypatch.setattr(staging, "_stage", stage)

        job = checked("email", *[one.email for one in crowd])

        assert counts == [CHUNK, 2 * CHUNK, PEOPLE, PEOPLE]
        assert (job.status, job.counts) == ("checked", {"join": PEOPLE})

    def test_c4_an_undo_goes_on(self, crowd, ready, vip, monkeypatch):
        job = applying.apply(ready().pk)
        with monkeypatch.context() as patch:
            kill_in_chunk(patch, undoing, "leave_each", 2, Killed)
            with pytest.raises(Killed):
                undoing.undo(job.pk)
        assert Membership.objects.count() == PEOPLE - CHUNK

        lose_lease()
        done = undoing.undo(job.pk)

        assert (done.status, done.counts["undone"]) == ("undone", PEOPLE)
        assert members(vip) == []
        assert MembershipEvent.objects.filter(action="left").count() == PEOPLE

    def test_nobody_else_takes_it_while_the_lease_holds(self, ready, vip, monkeypatch):
        job = ready()
        with monkeypatch.context() as patch:
            kill_in_chunk(patch, applying, "join_selected", 1, Killed)
            with pytest.raises(Killed):
                applying.apply(job.pk)

        assert applying.apply(job.pk).status == "applying"
        assert not Membership.objects.exists()

    def test_a_runner_that_was_taken_for_dead_writes_nothing_more(self, ready, monkeypatch):
        job = ready()
        after_each_chunk(monkeypatch, lambda: Import.objects.update(run=99))

        applying.apply(job.pk)

        left = jobs.find(job.pk)
        assert (left.status, left.run, left.done) == ("applying", 99, CHUNK)
        assert Membership.objects.count() == CHUNK


@pytest.mark.django_db
class TestTakingOver:
    @pytest.fixture
    def started(self, monkeypatch):
        """The tasks that are started, with their arguments."""
        found = []
        for name in (conf.CHECK_IMPORT_TASK, conf.APPLY_IMPORT_TASK, conf.UNDO_IMPORT_TASK):
            task = current_app.tasks[name]
            monkeypatch.setattr(
                task, "apply_async", lambda name=name, **given: found.append((name, given["args"]))
            )
        return found

    @pytest.mark.parametrize(
        ("status", "task"),
        [
            ("checking", conf.CHECK_IMPORT_TASK),
            ("applying", conf.APPLY_IMPORT_TASK),
            ("undoing", conf.UNDO_IMPORT_TASK),
        ],
    )
    def test_the_sweep_restarts_what_lost_its_lease(self, vip, now, started, status, task):
        job = files.create_import(vip, mode="append", name="a.csv", data=b"email\n")
        Import.objects.update(status=status, leased_until=now)

        assert jobs.take_over(now - timedelta(seconds=1)) == 0
        assert jobs.take_over(now) == 1
        assert started == [(task, [job.pk])]

    def test_what_never_ends_is_given_up(self, vip, now, started):
        files.create_import(vip, mode="append", name="a.csv", data=b"email\n")
        Import.objects.update(status="applying", leased_until=now, attempts=jobs.MOST_RUNS)

        assert jobs.take_over(now) == 0
        assert (Import.objects.get().status, started) == ("failed", [])
        assert Import.objects.get().error_code == "never_ends"

    def test_a_request_whose_message_is_lost_is_done_by_the_sweep(
        self, ready, started, django_capture_on_commit_callbacks
    ):
        job = ready()
        with django_capture_on_commit_callbacks(execute=False):
            jobs.request_apply(job.pk, all_or_nothing=True)
        assert started == []

        assert jobs.take_over(timezone.now()) == 1
        assert started == [(conf.APPLY_IMPORT_TASK, [job.pk])]
        assert jobs.find(job.pk).all_or_nothing

    def test_requests_run_as_tasks_after_the_commit(
        self, alice, vip, django_capture_on_commit_callbacks
    ):
        job = files.create_import(vip, mode="append", name="a.csv", data=b"alice@example.com")
        for request, status in (
            (jobs.request_check, "checked"),
            (jobs.request_apply, "applied"),
            (jobs.request_undo, "undone"),
        ):
            with django_capture_on_commit_callbacks(execute=True):
                request(job.pk)
            assert jobs.find(job.pk).status == status

    def test_a_requested_undo_begins_with_the_first_line_of_history(
        self, customer, applied, vip, django_capture_on_commit_callbacks
    ):
        last = [customer(f"late{number}") for number in range(5)][-1]
        get_user_model().objects.filter(pk=last.pk).update(email="moved@example.com")
        job = applied("email", "moved@example.com")
        assert job.position == last.pk
        MembershipEvent.objects.update(id=1)  # before the customer's id

        with django_capture_on_commit_callbacks(execute=True):
            jobs.request_undo(job.pk)

        assert members(vip) == []

    def test_a_step_that_cannot_begin_is_refused(self, vip):
        job = files.create_import(vip, mode="append", name="a.csv", data=b"email\n")

        with pytest.raises(Refused, match="Only an import that was checked"):
            jobs.request_apply(job.pk)

    def test_a_step_that_is_done_is_not_begun_again(self, alice, applied, started):
        job = applied("alice@example.com")

        assert jobs.request_apply(job.pk).status == "applied"


@pytest.mark.django_db
class TestCancelling:
    def test_c4_it_stops_after_the_chunk_that_runs(self, ready, monkeypatch):
        job = ready()

        with monkeypatch.context() as patch:
            after_each_chunk(patch, lambda: jobs.cancel(job.pk))
            stopped = applying.apply(job.pk)

        assert (stopped.status, Membership.objects.count()) == ("cancelled", CHUNK)
        assert not stopped.cancel_requested

        with monkeypatch.context() as patch:
            after_each_chunk(patch, lambda: jobs.cancel(job.pk))
            assert applying.apply(job.pk).done == 2 * CHUNK  # it does not begin at 0 again

        assert applying.apply(job.pk).status == "applied"
        assert Membership.objects.count() == PEOPLE

    def test_what_was_applied_before_can_be_undone(self, ready, vip, monkeypatch):
        job = ready()
        with monkeypatch.context() as patch:
            kill_in_chunk(patch, applying, "join_selected", 2, Killed)
            with pytest.raises(Killed):
                applying.apply(job.pk)
        jobs.cancel(job.pk)
        lose_lease()
        assert applying.apply(job.pk).status == "cancelled"

        undone = undoing.undo(job.pk)

        assert (undone.status, undone.counts["undone"], members(vip)) == ("undone", CHUNK, [])
        assert (undone.done, undone.total) == (CHUNK, CHUNK)

    def test_one_that_waits_is_cancelled_at_once(self, ready):
        assert jobs.cancel(ready().pk).status == "cancelled"

    def test_a_dry_run_that_was_stopped_half_way_cannot_be_applied(self, crowd, ready, monkeypatch):
        job = ready()
        original = staging._stage

        def stop(*args, **kwargs):
            more = original(*args, **kwargs)
            jobs.cancel(job.pk)
            return more

        with monkeypatch.context() as patch:
            patch.setattr(staging, "_stage", stop)
            patch.setattr(staging, "CHUNK", CHUNK)
            assert staging.check(job.pk).status == "cancelled"

        with pytest.raises(Refused, match="Only an import that was checked"):
            applying.apply(job.pk)

    def test_c4_a_dry_run_stops_within_the_lines_that_it_reads_at_a_time(
        self, crowd, ready, monkeypatch
    ):
        job = ready()
        read = []
        original = staging.interpret

        def reading(records, *args, **kwargs):
            for line in original(records, *args, **kwargs):
                read.append(line.line)
                if len(read) == 3:
                    jobs.cancel(job.pk)
                yield line

        monkeypatch.setattr(staging, "interpret", reading)
        monkeypatch.setattr(staging, "COPIED", 2)

        stopped = staging.check(job.pk)

        assert (stopped.status, stopped.cancel_requested, len(read)) == ("cancelled", False, 4)
        assert not ImportRow.objects.filter(job=job).exists()

    def test_one_that_is_done_cannot_be(self, alice, applied):
        job = applied("alice@example.com")

        with pytest.raises(Refused, match="The import is applied; nothing can be stopped"):
            jobs.cancel(job.pk)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_c4_two_who_apply_the_same_import_apply_it_once(self, crowd, ready, vip, at_once):
        job = ready()

        results = at_once(*[partial(applying.apply, job.pk)] * 4)

        assert {one.status for one in results} <= {"applying", "applied"}
        assert jobs.find(job.pk).status == "applied"
        assert events() == [(one.pk, "joined") for one in crowd]

    def test_one_who_is_slow_and_one_who_took_over_write_each_join_once(
        self, crowd, ready, vip, at_once
    ):
        job = ready()

        def impatient():
            for _ in range(5):
                lose_lease()
                applying.apply(job.pk)

        at_once(impatient, impatient, impatient)

        assert jobs.find(job.pk).status == "applied"
        assert jobs.find(job.pk).counts == {"join": PEOPLE}
        assert events() == [(one.pk, "joined") for one in crowd]

    @pytest.mark.parametrize("named", [repricing.NAMED, 1])  # or all are asked for together
    def test_an_import_and_others_who_change_the_same_members(
        self, crowd, ready, vip, at_once, monkeypatch, named
    ):
        monkeypatch.setattr(repricing, "NAMED", named)
        job = ready()
        ids = [one.pk for one in crowd]

        at_once(
            partial(applying.apply, job.pk),
            partial(membership.add, vip, ids[::-1], source="manual"),
            partial(membership.add, vip, ids, source="api"),
        )

        assert jobs.find(job.pk).status == "applied"
        assert events() == [(one, "joined") for one in ids]
        counts = jobs.find(job.pk).counts
        assert counts.get("join", 0) + counts.get("already", 0) == PEOPLE

    def test_two_dry_runs_at_once_stage_each_line_once(self, crowd, ready, at_once):
        job = ready()

        at_once(*[partial(staging.check, job.pk)] * 3)

        assert jobs.find(job.pk).counts == {"join": PEOPLE}
        assert ImportRow.objects.count() == PEOPLE

    def test_dry_runs_that_take_over_from_each_other_stage_each_line_once(
        self, crowd, ready, at_once
    ):
        job = ready()

        def impatient():
            for _ in range(5):
                lose_lease()
                staging.check(job.pk)

        at_once(impatient, impatient, impatient)

        lose_lease()
        assert staging.check(job.pk).counts == {"join": PEOPLE}
        assert ImportRow.objects.count() == PEOPLE

    @pytest.mark.parametrize(
        ("ask", "status"),
        [
            (jobs.cancel, "cancelled"),
            (lambda pk: Import.objects.filter(pk=pk).update(run=F("run") + 1), "checking"),
        ],
    )
    def test_c4_a_dry_run_stops_in_the_middle_of_a_long_statement(self, ready, ask, status):
        job = ready()
        table = connection.ops.quote_name(Membership._meta.db_table)

        with ThreadPoolExecutor(2) as pool, transaction.atomic():
            with connection.cursor() as cursor:  # the statement lasts as long as this
                cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            check = pool.submit(by_itself, partial(staging.check, job.pk))
            until(somebody_waits_for_a_lock)
            pool.submit(by_itself, partial(ask, job.pk)).result(PATIENCE)
            stopped = check.result(PATIENCE)

        assert (stopped.status, stopped.cancel_requested) == (status, False)
        assert not ImportRow.objects.filter(job=job).exists()

    def test_an_undo_respects_who_is_changed_in_the_same_moment(
        self, crowd, ready, vip, at_once, tomorrow
    ):
        job = applying.apply(ready().pk)
        ids = [one.pk for one in crowd]

        at_once(
            partial(undoing.undo, job.pk),
            partial(membership.set_until, vip, ids, tomorrow, source="manual"),
        )

        undone = jobs.find(job.pk)
        assert undone.counts["undone"] + undone.counts["kept"] == PEOPLE
        assert Membership.objects.count() == undone.counts["kept"]

    def test_a_group_that_is_deleted_meanwhile_ends_in_a_sentence(self, crowd, ready, vip, at_once):
        job = ready()

        at_once(partial(applying.apply, job.pk), partial(deleting.delete_group, vip))

        found = jobs.find(job.pk)
        assert found.group is None
        assert found.status in ("applied", "failed")
        assert not Membership.objects.exists()

    @pytest.mark.parametrize("named", [repricing.NAMED, 1])
    def test_a_customer_who_is_deleted_meanwhile_stops_nothing(
        self, crowd, ready, at_once, monkeypatch, named
    ):
        monkeypatch.setattr(repricing, "NAMED", named)
        job = ready()
        gone = get_user_model().objects.filter(pk=crowd[0].pk)

        def delete():
            while gone.exists():
                # Django deletes the memberships that it sees, then the customer; the database
                # refuses when she joined between the two.
                with suppress(IntegrityError):
                    gone.delete()

        at_once(partial(applying.apply, job.pk), delete)

        assert jobs.find(job.pk).status == "applied"
        assert Membership.objects.count() == PEOPLE - 1
