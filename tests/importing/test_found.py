"""Everybody whom a rule finds, put in or taken out by an import."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_customer_groups import conf
from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.groups import membership
from saleor_customer_groups.importing import (
    applying,
    files,
    found,
    jobs,
    selecting,
    sources,
    staging,
    undoing,
)
from saleor_customer_groups.models import Import, ImportMode, MembershipSource

from .conftest import members, problems_of
from .test_jobs import Killed, kill_in_chunk

pytestmark = pytest.mark.django_db
RULE = {"email": {"one_of": ["alice@example.com", "bob@example.com"]}}


def test_the_check_hands_it_on_to_be_applied(vip, alice, bob, charlie, tomorrow):
    job = found.import_found(
        vip, RULE, mode=ImportMode.APPEND, until=tomorrow, reason="By, and 50 %", actor="User:1"
    )

    assert (job.status, job.file_name) == ("checking", "filter")
    assert staging.check(job.pk).status == "applying"
    done = applying.apply(job.pk)

    assert (done.status, done.counts) == ("applied", {"join": 2})
    assert members(vip) == [alice, bob]
    assert {(row.until, row.reason) for row in vip.memberships.all()} == {
        (tomorrow, "By, and 50 %")
    }


def test_what_it_did_is_undone(vip, alice, bob):
    job = found.import_found(vip, RULE, mode=ImportMode.APPEND)
    staging.check(job.pk)
    applying.apply(job.pk)

    assert undoing.undo(job.pk).counts["undone"] == 2
    assert members(vip) == []


def test_a_check_that_was_killed_before_it_handed_on_comes_again(vip, alice, bob, monkeypatch):
    job = found.import_found(vip, RULE, mode=ImportMode.APPEND)
    with monkeypatch.context() as killed:
        killed.setattr(jobs, "request_apply", lambda import_id: jobs.find(import_id))
        assert staging.check(job.pk).status == "checked"

    assert staging.check(job.pk).status == "applying"
    assert applying.apply(job.pk).counts == {"join": 2}


def test_it_takes_everybody_out_whom_the_rule_finds(vip, alice, charlie):
    membership.add(vip, [alice.pk, charlie.pk], source=MembershipSource.MANUAL)
    job = found.import_found(vip, RULE, mode=ImportMode.REMOVE)

    staging.check(job.pk)
    applying.apply(job.pk)

    assert members(vip) == [charlie]


def test_nobody_found_is_no_failure(vip):
    job = found.import_found(vip, {"email": {"eq": "x@example.com"}}, mode=ImportMode.APPEND)

    staging.check(job.pk)

    assert applying.apply(job.pk).status == "applied"
    assert members(vip) == []


def test_an_end_that_is_over_and_a_long_reason_are_refused(vip, now):
    for wrong, field in (
        ({"until": now - timedelta(days=1)}, "until"),
        ({"reason": "x" * 501}, "reason"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            found.import_found(vip, RULE, mode=ImportMode.APPEND, **wrong)
        assert refusal.value.field == field
    assert not Import.objects.exists()


def test_columns_are_said_after_the_upload(vip, alice):
    job = files.create_import(vip, mode="append", name="a.csv", data=b"who\nalice@example.com")
    assert staging.check(job.pk).error_code == "no_key_column"

    with pytest.raises(InvalidInput):
        files.check_again(job.pk, options={"key": "name"})
    files.check_again(job.pk, options={"columns": {"email": "who"}})

    assert staging.check(job.pk).counts == {"join": 1}


def test_who_is_found_is_decided_when_it_is_checked(vip, alice, bob, customer):
    job = found.import_found(vip, {"email_domain": {"eq": "example.com"}}, mode=ImportMode.APPEND)
    alice.delete()
    dora = customer("dora")

    staging.check(job.pk)
    applying.apply(job.pk)

    assert members(vip) == [bob, dora]


def test_a_check_that_is_repeated_begins_anew(vip, alice, bob):
    source = sources.of_rule(RULE)
    job = found.import_source(vip, source, mode=ImportMode.APPEND, name="filter", apply=False)

    assert staging.check(job.pk).counts == {"join": 2}
    bob.delete()
    jobs.request_check(job.pk)

    assert staging.check(job.pk).counts == {"join": 1}


def test_ends_move_and_members_are_told_apart(vip, alice, bob, charlie, tomorrow):
    membership.add(vip, [bob.pk], source=MembershipSource.MANUAL)
    membership.add(vip, [charlie.pk], source=MembershipSource.MANUAL)
    job = found.import_found(vip, RULE, mode=ImportMode.REMOVE)
    assert staging.check(job.pk).counts == {"absent": 1, "leave": 1}

    moved = found.import_found(vip, RULE, mode=ImportMode.APPEND, until=tomorrow)
    assert staging.check(moved.pk).counts == {"change": 1, "join": 1}


def test_the_lines_of_its_report_name_the_customers(vip, alice, bob, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"MEMBER_LIMIT": 1}
    job = found.import_found(vip, RULE, mode=ImportMode.APPEND)
    staging.check(job.pk)

    assert applying.apply(job.pk).counts == {"full": 1, "join": 1}
    assert problems_of(job) == [(2, "", str(bob.pk), "group_full")]


def test_nothing_can_be_said_of_a_file_that_there_is_not(vip, alice):
    job = found.import_found(vip, RULE, mode=ImportMode.APPEND)

    with pytest.raises(InvalidInput, match="has no file") as refusal:
        files.check_again(job.pk, options={"key": "id"})
    assert refusal.value.field == "options"
    assert staging.check(job.pk).counts == {"join": 1}


def test_whom_it_was_for_is_forgotten_with_its_lines(vip, alice, now):
    source = sources.of_rule(RULE)
    job = found.import_source(vip, source, mode=ImportMode.APPEND, name="filter", apply=False)
    staging.check(job.pk)
    later = now + timedelta(days=conf.get("IMPORT_DAYS") + 1)

    assert jobs.purge(later) == 1

    kept = jobs.find(job.pk)
    assert (kept.options, kept.rows.count()) == ({"reason": ""}, 0)
    assert applying.apply(job.pk).error_code == "file_is_gone"
    assert staging.check(job.pk).error_code == "file_is_gone"
    assert jobs.purge(later) == 0
    assert members(vip) == []


def test_a_customer_who_is_erased_is_in_no_line(vip, alice, bob):
    job = found.import_found(vip, RULE, mode=ImportMode.APPEND)
    staging.check(job.pk)
    applying.apply(job.pk)

    assert jobs.forget([alice.pk]) == 1

    assert set(job.rows.values_list("customer_id", "value")) == {(0, ""), (bob.pk, str(bob.pk))}
    assert sources.KEY not in jobs.find(job.pk).options


@pytest.mark.parametrize("step", ["check", "apply"])
def test_it_goes_on_after_a_kill(vip, alice, bob, monkeypatch, settings, step):
    settings.SALEOR_CUSTOMER_GROUPS = {"IMPORT_CHUNK": 1}
    job = found.import_found(vip, RULE, mode=ImportMode.APPEND)
    if step == "check":
        kill_in_chunk(monkeypatch, selecting, "stage", 1, Killed)
        with pytest.raises(Killed):
            staging.check(job.pk)
    else:
        staging.check(job.pk)
        kill_in_chunk(monkeypatch, applying, "_apply_lines", 1, Killed)
        with pytest.raises(Killed):
            applying.apply(job.pk)
    monkeypatch.undo()
    Import.objects.update(leased_until=timezone.now())
    if step == "check":
        staging.check(job.pk)

    assert applying.apply(job.pk).counts == {"join": 2}
    assert members(vip) == [alice, bob]
    assert vip.memberships.count() == 2
