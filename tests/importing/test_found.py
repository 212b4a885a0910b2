"""Everybody whom a rule finds, put in or taken out by an import."""

from __future__ import annotations

from datetime import timedelta

import pytest

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.groups import membership
from saleor_customer_groups.importing import applying, files, found, jobs, staging, undoing
from saleor_customer_groups.models import Import, ImportMode, MembershipSource

from .conftest import members

pytestmark = pytest.mark.django_db
RULE = {"email": {"one_of": ["alice@example.com", "bob@example.com"]}}


def test_the_check_hands_it_on_to_be_applied(vip, alice, bob, charlie, tomorrow):
    job = found.import_found(
        vip, RULE, mode=ImportMode.APPEND, until=tomorrow, reason="By, and 50 %", actor="User:1"
    )

    assert (job.status, job.file_name) == ("checking", "filter.csv")
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


def test_listed_customers_wait_for_who_asked(vip, alice, bob):
    job = found.import_customers(vip, [alice.pk, bob.pk], name="2 customers", actor="User:1")

    checked = staging.check(job.pk)

    assert (checked.status, checked.file_name, checked.actor) == (
        "checked",
        "2 customers",
        "User:1",
    )
    assert (checked.counts, members(vip)) == ({"join": 2}, [])
