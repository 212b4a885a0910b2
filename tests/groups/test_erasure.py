"""Erasing a customer: the history counts on, and names them no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from saleor_customer_groups.groups import erasure, membership, queries
from saleor_customer_groups.models import (
    Application,
    CustomerChannel,
    CustomerGroup,
    Membership,
    MembershipEvent,
    Segment,
    SegmentPin,
)

from .conftest import PATIENCE, requested
from .test_membership_at_once import wait_until_somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
CANARY = "Alice Canary wants it"


def history() -> list[tuple]:
    rows = MembershipEvent.objects.order_by("id")
    return [(e.customer_id, e.action, e.group_name, e.reason, e.actor) for e in rows]


def counts(group: CustomerGroup) -> list[int]:
    """How many were in on each of ten days."""
    return [queries.members_at(group.pk, START + number * DAY).count() for number in range(10)]


@pytest.fixture
def past(alice, bob, vip, standard):
    """Alice was in VIP twice, and still is, and in Standard; Bob is in VIP."""
    membership.add(vip, [alice.pk, bob.pk], source="manual", reason=CANARY, now=START + DAY)
    membership.remove(
        vip, [alice.pk], source="manual", actor=f"User:{alice.pk}", now=START + 3 * DAY
    )
    membership.add(vip, [alice.pk], source="api", actor="App:3", now=START + 5 * DAY)
    membership.add(standard, [alice.pk], source="default", now=START + DAY)


def test_the_history_of_a_deleted_customer_counts_on_without_her(alice, bob, vip, standard, past):
    alice_id, before = alice.pk, (counts(vip), counts(standard))
    alice.delete()

    assert erasure.forget([alice_id], now=START + 20 * DAY) == 1

    nobody = MembershipEvent.objects.first().customer_id
    assert nobody < 0
    assert history() == [
        (nobody, "joined", "VIP", "", ""),
        (bob.pk, "joined", "VIP", CANARY, ""),
        (nobody, "left", "VIP", "", ""),
        (nobody, "joined", "VIP", "", "App:3"),
        (nobody, "joined", "Standard", "", ""),
        (nobody, "left", "VIP", "", "system"),
        (nobody, "left", "Standard", "", "system"),
    ] or history()[5:] == [
        (nobody, "left", "Standard", "", "system"),
        (nobody, "left", "VIP", "", "system"),
    ]
    assert (
        (counts(vip), counts(standard))
        == before
        == (
            [0, 2, 2, 1, 1, 2, 2, 2, 2, 2],
            [0, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        )
    )
    assert queries.members_at(vip.pk, START + 20 * DAY).count() == 1


def test_a_customer_made_anonymous_leaves_everything(alice, bob, vip, channel, past):
    segment = Segment.objects.create(group=vip, rule={})
    for person in (alice, bob):
        SegmentPin.objects.create(segment=segment, customer=person, included=True)
        Application.objects.create(group=vip, customer=person)
        CustomerChannel.objects.create(channel=channel(f"c{person.pk}"), customer=person)
    asked = len(requested())

    assert erasure.forget([alice.pk]) == 1

    for model in (Membership, SegmentPin, Application, CustomerChannel):
        assert model.objects.get().customer == bob
    assert not MembershipEvent.objects.filter(customer_id=alice.pk).exists()
    assert requested()[asked:] == [alice.pk]


def test_forgetting_again_changes_nothing(alice, past):
    erasure.forget([alice.pk])
    before = history()

    assert erasure.forget([alice.pk, before[0][0]]) == 0
    assert history() == before


def test_an_end_that_is_over_needs_no_leave(alice, vip):
    membership.add(vip, [alice.pk], source="manual", until=START + DAY, now=START)

    erasure.forget([alice.pk], now=START + 2 * DAY)

    assert [line[1] for line in history()] == ["joined"]


def test_two_erased_customers_stay_two(alice, bob, vip, past):
    assert erasure.forget([alice.pk, bob.pk]) == 2

    assert MembershipEvent.objects.values("customer_id").distinct().count() == 2
    assert counts(vip)[1] == 2


@pytest.mark.parametrize("number", [1, 20])
def test_many_cost_as_many_statements_as_one(number, customer, vip, counted):
    ids = [customer(f"person{n}").pk for n in range(number)]
    membership.add(vip, ids, source="manual")

    with counted() as statements:
        erasure.forget(ids)

    # history locked, memberships, leaves, pins, applications, channels, prices, segments, names,
    # the event
    assert len(statements) == 10


def test_the_nightly_task_finds_who_was_deleted_without_a_word(customer, vip, monkeypatch):
    monkeypatch.setattr(erasure, "CHUNK", 2)
    people = [customer(f"person{n}") for n in range(6)]
    membership.add(vip, [person.pk for person in people], source="manual", now=START)
    get_user_model().objects.filter(pk__in=[person.pk for person in people[:5]]).delete()

    assert erasure.forget_the_gone() == 5
    assert erasure.forget_the_gone() == 0

    named = MembershipEvent.objects.filter(customer_id__gt=0)
    assert [line.customer_id for line in named] == [people[5].pk]
    assert queries.members_at(vip.pk, START).count() == 6
    assert queries.members_at(vip.pk, datetime.now(tz=UTC)).count() == 1


class TestAtOnce:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_eight_who_forget_the_same_customers(self, customer, vip, at_once):
        ids = [customer(f"person{n}").pk for n in range(10)]
        membership.add(vip, ids, source="manual")

        answers = at_once(*[partial(erasure.forget, ids)] * 8)

        assert sum(answers) == 10
        assert MembershipEvent.objects.values("customer_id").distinct().count() == 10
        assert MembershipEvent.objects.filter(action="left").count() == 10

    def test_a_customer_who_joins_while_deleted_is_deleted_without_an_error(
        self, alice, vip, at_once
    ):
        """Django looked for memberships before there was one; the database takes it along."""
        collected, joined = Barrier(2), Barrier(2)

        def delete():
            with transaction.atomic():
                Membership.objects.filter(customer=alice).delete()
                collected.wait(PATIENCE)
                joined.wait(PATIENCE)
                with connection.cursor() as cursor:  # what Django does last
                    cursor.execute("DELETE FROM account_user WHERE id = %s", [alice.pk])

        def join():
            collected.wait(PATIENCE)
            answer = membership.add(vip, [alice.pk], source="manual")
            joined.wait(PATIENCE)
            return answer

        _, answer = at_once(delete, join)

        assert answer.added == (alice.pk,)
        assert not Membership.objects.exists()
        assert not get_user_model().objects.exists()

    def test_who_is_just_joining_is_waited_for_and_taken_along(self, alice, vip, at_once):
        written = Barrier(2)

        def join():
            with transaction.atomic():
                membership.add(vip, [alice.pk], source="manual")
                written.wait(PATIENCE)
                wait_until_somebody_waits_for_a_lock()

        def delete():
            written.wait(PATIENCE)
            get_user_model().objects.get(pk=alice.pk).delete()
            erasure.forget([alice.pk])

        at_once(join, delete)

        assert not Membership.objects.exists()
        assert [line[1] for line in history()] == ["joined", "left"]
        assert all(line[0] < 0 for line in history())


@pytest.mark.parametrize("model", [Membership, Application, SegmentPin, CustomerChannel])
def test_the_database_takes_a_deleted_customer_along(model):
    sql = """SELECT confdeltype FROM pg_constraint WHERE contype = 'f'
              AND conrelid = %s::regclass AND confrelid = %s::regclass"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [model._meta.db_table, get_user_model()._meta.db_table])
        assert cursor.fetchall() == [("c",)]
