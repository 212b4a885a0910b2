"""Deleting groups of any size: a large one is emptied by an import, and then goes."""

from __future__ import annotations

import pytest
from django.utils import timezone

from saleor_customer_groups import background, conf
from saleor_customer_groups.errors import InUse, Refused
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.importing import (
    applying,
    emptying,
    filling,
    jobs,
    staging,
    undoing,
)
from saleor_customer_groups.models import (
    CustomerGroup,
    Import,
    MembershipEvent,
    MembershipSource,
    Segment,
)
from saleor_customer_groups.segments import editing as segments
from saleor_customer_groups.segments import schedule

from .conftest import members

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(vip, alice, bob, monkeypatch):
    """VIP with Alice and Bob, which is many."""
    monkeypatch.setattr(filling, "AT_ONCE", 1)
    membership.add(vip, [alice.pk, bob.pk], source=MembershipSource.MANUAL)
    return vip


def exists(group):
    return CustomerGroup.objects.filter(pk=group.pk).exists()


def left(group):
    lines = MembershipEvent.objects.filter(group_id=group.pk, action="left")
    return set(lines.values_list("customer_id", "reason", "actor"))


def test_a_small_group_goes_at_once(large, alice, bob, monkeypatch):
    monkeypatch.setattr(filling, "AT_ONCE", 2)

    assert emptying.delete(large, actor="User:1") is None

    assert not exists(large)
    assert left(large) == {(one.pk, "The group was deleted.", "User:1") for one in (alice, bob)}


def test_a_large_one_is_emptied_first(large, alice, bob):
    job = emptying.delete(large, actor="User:1", reason="Over")

    assert (exists(large), members(large)) == (True, [alice, bob])
    staging.check(job.pk)
    assert (exists(large), jobs.emptied(job.pk)) == (True, None)
    applied = applying.apply(job.pk)

    assert (applied.status, applied.counts, applied.group) == ("applied", {"leave": 2}, None)
    assert not exists(large)
    assert {customer_id for customer_id, _, _ in left(large)} == {alice.pk, bob.pk}
    assert jobs.emptied(job.pk) == applied


def test_who_comes_meanwhile_leaves_too(large, charlie):
    job = emptying.delete(large)
    staging.check(job.pk)
    membership.add(large, [charlie.pk], source=MembershipSource.MANUAL)

    applying.apply(job.pk)

    assert not exists(large)
    assert charlie.pk in {customer_id for customer_id, _, _ in left(large)}


def test_it_is_stopped_and_taken_back(large, alice, bob, monkeypatch, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"IMPORT_CHUNK": 1}
    job = emptying.delete(large)
    staging.check(job.pk)
    original = applying._apply_lines

    def stopped(job, *arguments, **more):
        went = original(job, *arguments, **more)
        jobs.cancel(job.pk)
        return went

    monkeypatch.setattr(applying, "_apply_lines", stopped)
    assert applying.apply(job.pk).status == "cancelled"
    assert (exists(large), members(large)) == (True, [bob])

    undoing.undo(job.pk)
    assert members(large) == [alice, bob]


def test_no_rule_fills_it_again_meanwhile(large, alice, bob):
    segments.set_rule(large, {"email_domain": {"eq": "example.com"}})
    schedule.run_due()
    large.refresh_from_db()
    job = emptying.delete(large)

    assert not Segment.objects.filter(group=large).exists()
    schedule.run_due()
    staging.check(job.pk)
    applying.apply(job.pk)
    assert not exists(large)


def test_what_cannot_be_deleted_is_not_emptied(large, alice, settings):
    user = segments.create_dynamic("Both", {"in_group": {"one_of": [large.pk]}})
    with pytest.raises(InUse, match="Both"):
        emptying.delete(large)
    CustomerGroup.objects.filter(pk=user.pk).delete()
    editing.set_default(large)
    with pytest.raises(Refused, match="default group"):
        emptying.delete(large)
    settings.SALEOR_CUSTOMER_GROUPS = {"DELETE_GROUPS": False}
    with pytest.raises(Refused, match="DELETE_GROUPS is off"):
        emptying.delete(large)

    assert (Import.objects.count(), len(members(large))) == (0, 2)


def test_what_uses_it_by_then_keeps_it_and_the_import_says_so(large):
    job = emptying.delete(large)
    segments.create_dynamic("Both", {"in_group": {"one_of": [large.pk]}})
    staging.check(job.pk)

    applied = applying.apply(job.pk)

    assert (applied.status, applied.error_code) == ("applied", "in_use")
    assert "Both" in applied.error
    assert (exists(large), members(large)) == (True, [])


def test_a_worker_that_was_killed_before_the_end_comes_to_it(large, monkeypatch):
    job = emptying.delete(large)
    staging.check(job.pk)
    with monkeypatch.context() as killed:
        killed.setattr(emptying, "finish", lambda job: None)
        applying.apply(job.pk)
    assert exists(large)

    started = []
    monkeypatch.setattr(background, "start", lambda *given: started.append(given))
    assert jobs.take_over(timezone.now()) == 1
    assert started == [(conf.APPLY_IMPORT_TASK, job.pk)]  # also with the message lost

    applying.apply(job.pk)

    assert not exists(large)
    assert jobs.take_over(timezone.now()) == 0
