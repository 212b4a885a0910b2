"""Joins and leaves at the same time, on connections of their own."""

from __future__ import annotations

from functools import partial
from threading import Barrier

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import CustomerGroup, Membership, MembershipEvent

from .conftest import PATIENCE, wait_until_somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture
def crowd(customer):
    """The ids of forty customers."""
    return [customer(f"person{number}").pk for number in range(40)]


def test_eight_who_add_the_same_customers_add_each_once(crowd, vip, at_once):
    forwards = partial(membership.add, vip, crowd, source="manual")
    backwards = partial(membership.add, vip, crowd[::-1], source="import")

    results = at_once(*[forwards, backwards] * (THREADS // 2))

    joined = [customer_id for result in results for customer_id in result.added]
    assert sorted(joined) == crowd
    assert {len(result.added) + len(result.already) for result in results} == {len(crowd)}
    assert Membership.objects.count() == len(crowd)
    assert MembershipEvent.objects.count() == len(crowd)


def test_eight_who_take_out_the_same_customers_take_each_once(crowd, vip, at_once):
    membership.add(vip, crowd, source="manual")

    results = at_once(*[partial(membership.remove, vip, crowd, source="manual")] * THREADS)

    left = [customer_id for result in results for customer_id in result.removed]
    assert sorted(left) == crowd
    assert not Membership.objects.exists()
    assert MembershipEvent.objects.filter(action="left").count() == len(crowd)


def test_an_ended_membership_begins_anew_once(alice, vip, now, tomorrow, at_once):
    membership.add(vip, [alice.pk], source="manual", until=tomorrow, now=now)

    results = at_once(
        *[partial(membership.add, vip, [alice.pk], source="manual", now=tomorrow)] * THREADS
    )

    assert sum(len(result.added) for result in results) == 1
    assert MembershipEvent.objects.filter(action="joined").count() == 2


def test_adding_and_removing_leave_a_history_that_adds_up(crowd, vip, tomorrow, at_once):
    add = partial(membership.add, vip, crowd, source="manual")
    remove = partial(membership.remove, vip, crowd, source="manual")
    change = partial(membership.set_until, vip, crowd, tomorrow, source="manual")

    at_once(add, remove, change, add, remove, change, add, remove)

    members = set(Membership.objects.values_list("customer_id", flat=True))
    for customer_id in crowd:
        actions = list(
            MembershipEvent.objects.filter(customer_id=customer_id, group_id=vip.pk)
            .exclude(action="changed")
            .order_by("id")
            .values_list("action", flat=True)
        )
        assert actions == ["joined", "left"] * (len(actions) // 2) + ["joined"] * (len(actions) % 2)
        assert (customer_id in members) == (len(actions) % 2 == 1)


def test_who_waits_for_a_join_that_is_taken_back_joins(alice, vip, at_once):
    """The second writer waits on the first one's uncommitted row, and then goes on itself."""
    written, waiting = Barrier(2), Barrier(2)

    def join_and_take_back():
        with transaction.atomic():
            membership.add(vip, [alice.pk], source="manual", reason="taken back")
            written.wait(PATIENCE)
            waiting.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()
            transaction.set_rollback(True)

    def join():
        written.wait(PATIENCE)
        waiting.wait(PATIENCE)
        return membership.add(vip, [alice.pk], source="manual", reason="stays")

    _, result = at_once(join_and_take_back, join)

    assert result.added == (alice.pk,)
    assert Membership.objects.get().reason == "stays"
    assert MembershipEvent.objects.get().reason == "stays"


def test_a_customer_who_is_deleted_meanwhile_is_unknown(alice, bob, vip, at_once):
    deleted = Barrier(2)

    def delete():
        with transaction.atomic():
            get_user_model().objects.get(pk=alice.pk).delete()
            deleted.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()

    def join():
        deleted.wait(PATIENCE)
        return membership.add(vip, [alice.pk, bob.pk], source="manual")

    _, result = at_once(delete, join)

    assert (result.added, result.unknown) == ((bob.pk,), (alice.pk,))
    assert Membership.objects.get().customer == bob


def test_a_member_who_is_deleted_meanwhile_is_waited_for_by_nobody(alice, vip, at_once):
    membership.add(vip, [alice.pk], source="manual")
    deleted, joined = Barrier(2), Barrier(2)

    def delete():
        with transaction.atomic():
            get_user_model().objects.get(pk=alice.pk).delete()
            deleted.wait(PATIENCE)
            joined.wait(PATIENCE)

    def join():
        deleted.wait(PATIENCE)
        result = membership.add(vip, [alice.pk], source="manual")
        joined.wait(PATIENCE)
        return result

    _, result = at_once(delete, join)

    assert result.already == (alice.pk,)
    assert not Membership.objects.exists()


def test_a_group_cannot_become_the_guest_group_while_somebody_joins(alice, vip, at_once):
    changed = Barrier(2)

    def change():
        with transaction.atomic():
            CustomerGroup.objects.filter(pk=vip.pk).update(kind="guest")
            changed.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()

    def join():
        changed.wait(PATIENCE)
        with pytest.raises(InvalidInput, match="is the guest group"):
            membership.add(vip, [alice.pk], source="manual")

    at_once(change, join)

    assert not Membership.objects.exists()


@pytest.mark.parametrize("act", ["remove", "set_until"])
def test_rows_are_locked_in_the_order_of_the_customers(act, alice, bob, vip, tomorrow, at_once):
    """Who waits for Alice's row has not taken Bob's yet, though his lies first in the table."""
    membership.add(vip, [bob.pk], source="manual")
    membership.add(vip, [alice.pk], source="manual")
    locked = Barrier(2)

    def hold_alice():
        with transaction.atomic():
            Membership.objects.select_for_update().get(customer=alice)
            locked.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()
            free = Membership.objects.select_for_update(skip_locked=True).exclude(customer=alice)
            return [row.customer for row in free]

    def write_both():
        locked.wait(PATIENCE)
        arguments = (tomorrow,) if act == "set_until" else ()
        return getattr(membership, act)(vip, [bob.pk, alice.pk], *arguments, source="manual")

    free, _ = at_once(hold_alice, write_both)

    assert free == [bob]


def test_customers_join_in_the_order_of_their_ids(alice, bob, vip, at_once):
    """Who waits for Alice's join has not written Bob's yet, though he lies first in the table."""
    get_user_model().objects.filter(pk=alice.pk).update(first_name="Alice")  # to the table's end
    joined = Barrier(2)

    def join_one_after_the_other():
        with transaction.atomic():
            membership.add(vip, [alice.pk], source="manual")
            joined.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()
            return membership.add(vip, [bob.pk], source="manual")

    def join_together():
        joined.wait(PATIENCE)
        return membership.add(vip, [alice.pk, bob.pk], source="manual")

    one, together = at_once(join_one_after_the_other, join_together)

    assert one.added == (bob.pk,)
    assert together.already == (alice.pk, bob.pk)
