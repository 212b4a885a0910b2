"""Splits by count of large groups: the parts are filled by imports, and have nobody in common."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from functools import partial

import pytest
from django.utils import timezone

from saleor_customer_groups.errors import Refused
from saleor_customer_groups.groups import membership
from saleor_customer_groups.importing import applying, cutting, jobs, staging
from saleor_customer_groups.models import CustomerGroup, Import, MembershipEvent
from saleor_customer_groups.segments.splits import Part

from .conftest import members
from .test_jobs import Killed, kill_in_chunk

PARTS = [Part("A", count=25), Part("B", count=5)]


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch):
    """No task works on an import by itself."""
    monkeypatch.setattr(jobs, "_start", lambda step, import_id: None)


@pytest.fixture
def crowd(customer):
    """The ids of sixty customers, in the order of their chance."""
    ids = [customer(f"person{number}").pk for number in range(60)]
    return sorted(ids, key=lambda one: hashlib.md5(f"spring:{one}".encode()).hexdigest())


@pytest.fixture
def large(crowd, vip, monkeypatch):
    """VIP with all of them, which is more than are cut at once."""
    monkeypatch.setattr(cutting, "AT_ONCE", 59)
    membership.add(vip, crowd, source="manual")
    return vip


def ids_of(group):
    return [one.pk for one in members(group)]


def fill(import_id):
    staging.check(import_id)
    return applying.apply(import_id)


@pytest.mark.django_db
class TestCut:
    def test_each_part_is_filled_by_an_import_in_the_order_of_chance(self, crowd, large):
        cut = cutting.cut(large, PARTS, salt="spring", actor="User:1")

        assert (cut.salt, [job.status for job in cut.imports]) == ("spring", ["checking"] * 2)
        assert [(group.name, group.kind, ids_of(group)) for group in cut.groups] == [
            ("A", "manual", []),
            ("B", "manual", []),
        ]
        filled = [fill(job.pk) for job in cut.imports]
        assert [(job.status, job.total, job.counts) for job in filled] == [
            ("applied", 25, {"join": 25}),
            ("applied", 5, {"join": 5}),
        ]
        a, b = cut.groups
        assert (ids_of(a), ids_of(b)) == (sorted(crowd[:25]), sorted(crowd[25:30]))
        told = MembershipEvent.objects.filter(group_id=a.pk).values_list("actor", "reason")
        assert set(told) == {("User:1", "Cut from VIP")}

    def test_a_small_group_is_cut_at_once(self, crowd, large, monkeypatch):
        monkeypatch.setattr(cutting, "AT_ONCE", 60)

        cut = cutting.cut(large, PARTS, salt="spring")

        assert (cut.imports, ids_of(cut.groups[0])) == ((), sorted(crowd[:25]))

    def test_by_percent_the_parts_fill_themselves(self, large):
        cut = cutting.cut(large, [Part("A", percent=Decimal(50))], salt="spring")

        assert (cut.imports, cut.groups[0].kind) == ((), "dynamic")

    def test_who_comes_and_goes_meanwhile_puts_nobody_into_two(self, crowd, large, customer):
        a, b = cutting.cut(large, PARTS, salt="spring").imports
        staging.check(b.pk)
        membership.remove(large, crowd[:20], source="manual")
        late = [customer(f"late{number}").pk for number in range(20)]
        membership.add(large, late, source="manual")

        fill(a.pk)
        applying.apply(b.pk)

        assert ids_of(a.group) == sorted(crowd[:25])
        assert ids_of(b.group) == sorted(crowd[25:30])

    def test_a_part_that_is_checked_again_stays_as_it_is(self, crowd, large):
        a, _ = cutting.cut(large, PARTS, salt="spring").imports
        staging.check(a.pk)
        jobs.cancel(a.pk)
        assert applying.apply(a.pk).status == "cancelled"
        membership.remove(large, crowd[:20], source="manual")
        jobs.request_check(a.pk)

        fill(a.pk)

        assert ids_of(a.group) == sorted(crowd[:25])

    @pytest.mark.parametrize("step", ["stage", "_finish"])
    def test_it_goes_on_after_a_kill(self, crowd, large, monkeypatch, step):
        a, b = cutting.cut(large, PARTS, salt="spring").imports
        with monkeypatch.context() as killing:
            kill_in_chunk(killing, cutting if step == "stage" else staging, step, 1, Killed)
            with pytest.raises(Killed):
                staging.check(a.pk)
        Import.objects.update(leased_until=timezone.now())

        # the part that had come to its end is handed on by its own task
        assert jobs.take_over(timezone.now()) == (2 if step == "stage" else 1)
        for job in (b, a):
            fill(job.pk)

        assert ids_of(a.group) == sorted(crowd[:25])
        assert ids_of(b.group) == sorted(crowd[25:30])

    def test_fewer_than_asked_are_refused_and_nothing_is_made(self, large):
        with pytest.raises(Refused, match="VIP has 60 customers; 61 are asked for") as refusal:
            cutting.cut(large, [Part("A", count=60), Part("B", count=1)])

        assert refusal.value.code == "too_few"
        assert not CustomerGroup.objects.filter(name__in=["A", "B"]).exists()
        assert not Import.objects.exists()

    def test_too_few_by_then_fail_every_part(self, crowd, large):
        imports = cutting.cut(large, [Part("A", count=30), Part("B", count=30)]).imports
        membership.remove(large, crowd[:1], source="manual")

        failed = [staging.check(job.pk) for job in imports]

        assert {(job.status, job.error_code) for job in failed} == {("failed", "too_few")}
        assert failed[1].error == "VIP has 59 customers; 60 are asked for."

    def test_a_group_that_is_deleted_by_then_fails_them(self, large):
        a, _ = cutting.cut(large, PARTS).imports
        CustomerGroup.objects.filter(pk=large.pk).delete()

        assert staging.check(a.pk).error == "The group VIP was deleted meanwhile."

    def test_the_member_limit_is_not_exceeded(self, large, settings):
        settings.SALEOR_CUSTOMER_GROUPS = {"MEMBER_LIMIT": 20}

        with pytest.raises(Refused, match="A would exceed the limit of members"):
            cutting.cut(large, PARTS)

        assert not CustomerGroup.objects.filter(name="A").exists()

    def test_asking_costs_no_more_for_more_customers(self, crowd, large, counted, monkeypatch):
        monkeypatch.setattr(cutting, "AT_ONCE", 1)
        with counted() as few:
            cutting.cut(large, [Part("A", count=1), Part("B", count=1)])
        with counted() as many:
            cutting.cut(large, [Part("C", count=25), Part("D", count=25)])

        assert len(few) == len(many)


@pytest.mark.django_db(transaction=True)
def test_parts_that_are_checked_at_once_have_nobody_in_common(crowd, large, at_once):
    parts = [Part(name, count=10) for name in "ABCDEF"]
    cut = cutting.cut(large, parts, salt="spring")

    at_once(*[partial(fill, job.pk) for job in cut.imports])

    for number, group in enumerate(cut.groups):
        assert ids_of(group) == sorted(crowd[number * 10 : number * 10 + 10])
