"""Segments with many workers at once, each on a connection of its own."""

from __future__ import annotations

from threading import Barrier

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups import changes
from saleor_customer_groups.changes import Fact
from saleor_customer_groups.models import (
    CustomerChange,
    CustomerChannel,
    CustomerGroup,
    MembershipEvent,
    Segment,
)
from saleor_customer_groups.segments import editing, refresh, schedule
from tests.groups.conftest import PATIENCE, wait_until_somebody_waits_for_a_lock
from tests.segments.people import domain, members, moved

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def friends():
    return editing.create_dynamic("Friends", domain("friends.example"))


def test_one_run_at_a_time(friends, customer, at_once):
    ids = [customer(f"c{n}@friends.example").pk for n in range(50)]
    ran = at_once(*[schedule.run_due] * 8)
    assert sorted(ran) == [0] * 7 + [1]
    assert members(friends) == ids
    assert MembershipEvent.objects.count() == 50


def test_eight_workers_share_the_queue(friends, customer, at_once):
    ids = [customer(f"c{n}@friends.example").pk for n in range(40)]
    for _ in range(3):
        changes.record(ids, Fact.PROFILE)
    done = at_once(*[refresh.work_off] * 8)
    assert sum(done) == 120
    assert members(friends) == ids
    assert MembershipEvent.objects.count() == 40
    assert not CustomerChange.objects.exists()


def test_runs_and_events_together_end_as_the_rule_says(friends, customer, at_once):
    people = [customer(f"c{n}@friends.example") for n in range(30)]
    segment = Segment.objects.get()

    def leave(person):
        def act():
            with transaction.atomic():
                moved(person, f"{person.pk}@example.com")
            refresh.work_off()

        return act

    at_once(*[leave(person) for person in people[:6]], lambda: schedule.run(segment))
    refresh.work_off()
    assert members(friends) == [person.pk for person in people[6:]]


def test_two_rules_that_close_a_circle_together_do_not_both_pass(at_once):
    first = editing.create_dynamic("First", domain("a.example"))
    second = editing.create_dynamic("Second", domain("b.example"))

    def point(group, other):
        def act():
            try:
                editing.set_rule(group, {"in_group": {"one_of": [other.pk]}})
            except Exception as error:
                return getattr(error, "code", repr(error))
            return "saved"

        return act

    assert sorted(at_once(point(first, second), point(second, first))) == ["cycle", "saved"]


def test_workers_with_overlapping_groups_never_wait_in_a_circle(customer, at_once):
    """Locks are taken in the order of ids: no deadlock reaches anybody."""
    for n in range(4):
        editing.create_dynamic(f"G{n}", domain("friends.example"))
    ids = [customer(f"c{n}@friends.example").pk for n in range(60)]
    segments = list(Segment.objects.values_list("pk", flat=True))

    def act(order):
        return lambda: refresh.settle(segments[::order], ids[::order])

    at_once(*[act(1), act(-1)] * 4)
    assert MembershipEvent.objects.count() == 4 * 60


def test_workers_with_different_questions_never_wait_in_a_circle(customer, at_once):
    """A transaction asks several sorts of rules; it locks all of them in one order first."""
    editing.create_dynamic("S1", domain("friends.example"))
    editing.create_dynamic("S2", {"orders_count": {"gte": 0}})
    both = {"any": [domain("friends.example"), {"open_basket_older_than": {"hours": 1}}]}
    editing.create_dynamic("S3", both)
    ids = [customer(f"c{n}@friends.example").pk for n in range(30)]

    def act(*facts):
        def do():
            for one in ids:
                changes.record([one], *facts)
                refresh.work_off()

        return do

    at_once(*[act(Fact.PROFILE, Fact.ORDERS), act(Fact.ORDERS, Fact.BASKETS)] * 3)
    assert not CustomerChange.objects.exists()
    assert MembershipEvent.objects.count() == 3 * 30


def test_a_rule_that_was_saved_while_a_worker_waited_is_the_one_that_is_asked(
    friends, customer, at_once
):
    ada = customer("ada@friends.example")
    schedule.run_due()
    held = Barrier(2)

    def save():
        with transaction.atomic():
            CustomerGroup.objects.select_for_update(no_key=True).get(pk=friends.pk)
            held.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()
            Segment.objects.update(rule=domain("other.example"))
            CustomerGroup.objects.update(name="Others")

    def settle():
        held.wait(PATIENCE)
        return refresh.settle([Segment.objects.get().pk], [ada.pk])

    assert at_once(save, settle)[1] == refresh.Settled(left=1)
    assert MembershipEvent.objects.order_by("id").last().group_name == "Others"


def test_a_channel_that_was_renamed_while_a_worker_waited_keeps_its_customers(
    customer, channel, at_once
):
    ada, eu = customer("ada@example.com"), channel("eu")
    CustomerChannel.objects.create(customer=ada, channel=eu)
    group = editing.create_of_channel("Europeans", eu.pk)
    schedule.run_due()
    held = Barrier(2)

    def rename():
        with transaction.atomic():
            CustomerGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
            held.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()
            eu.slug = "europe"
            eu.save()

    def settle():
        held.wait(PATIENCE)
        return refresh.settle([Segment.objects.get().pk], [ada.pk])

    assert at_once(rename, settle)[1] == refresh.Settled()
    assert members(group) == [ada.pk]


def test_one_customers_event_is_two_statements_and_no_savepoint(friends, customer):
    ada = customer("ada@friends.example")
    segments = [Segment.objects.get().pk]
    refresh.settle(segments, [ada.pk])
    with CaptureQueriesContext(connection) as sent:
        refresh.settle(segments, [ada.pk])
    first, *statements, last = (query["sql"] for query in sent)
    assert (first, last) == ("BEGIN", "COMMIT")
    assert len(statements) == 2


def test_who_joins_while_a_rule_that_names_the_group_is_saved_is_found(customer, at_once):
    from saleor_customer_groups.groups import editing as groups
    from saleor_customer_groups.groups import membership

    gold = groups.create_group("Gold")
    ada = customer("ada@example.com")
    written, saved = Barrier(2), Barrier(2)
    made = []

    def join():
        with transaction.atomic():
            membership.add(gold, [ada.pk], source="manual")
            written.wait(30)
            saved.wait(30)

    def save():
        written.wait(30)
        made.append(editing.create_dynamic("Best", {"in_group": {"one_of": [gold.pk]}}))
        saved.wait(30)
        schedule.run_due()

    at_once(join, save)
    assert members(made[0]) == [ada.pk]
