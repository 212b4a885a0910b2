"""Registrations, baskets and the command at the same time, on connections of their own."""

from __future__ import annotations

from functools import partial
from threading import Barrier, local

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from saleor_customer_groups import repricing
from saleor_customer_groups.groups import defaults, editing, membership
from saleor_customer_groups.groups.defaults import Progress
from saleor_customer_groups.models import Membership, MembershipEvent, RepricingRequest

from .conftest import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture
def all_have_looked(monkeypatch):
    """Nobody goes on before all have seen that the customer is a newcomer."""

    def arrange(number: int) -> None:
        barrier, assign, thread = Barrier(number), defaults._assign, local()

        def wait_and_assign(*args, **kwargs):
            if not hasattr(thread, "looked"):
                thread.looked = True
                barrier.wait(PATIENCE)
            return assign(*args, **kwargs)

        monkeypatch.setattr(defaults, "_assign", wait_and_assign)

    return arrange


def test_eight_registrations_of_one_customer_are_one(alice, standard, all_have_looked, at_once):
    all_have_looked(THREADS)

    results = at_once(*[partial(defaults.ensure_default, alice.pk)] * THREADS)

    assert sorted(results) == [False] * (THREADS - 1) + [True]
    assert Membership.objects.get().group == standard
    assert MembershipEvent.objects.get().customer_id == alice.pk
    assert RepricingRequest.objects.get().customer_id == alice.pk


def test_events_with_and_without_a_channel_end_in_one_group(
    alice, channel, vip, all_have_looked, at_once
):
    main = channel("main")
    editing.set_default(vip, channel_id=main.pk)
    all_have_looked(THREADS)
    shop = partial(defaults.ensure_default, alice.pk)
    its_channel = partial(defaults.ensure_default, alice.pk, channel_id=main.pk)

    results = at_once(*[shop, its_channel] * (THREADS // 2))

    assert results.count(True) == 1
    entered = Membership.objects.get().group.slug
    assert entered == ("standard" if results.index(True) % 2 == 0 else "vip")


def test_a_customer_who_is_taken_out_meanwhile_stays_out(alice, standard, at_once, monkeypatch):
    """One sees a newcomer; another registers her and a merchant takes her out; the one goes on."""
    looked, taken_out, assign = Barrier(2), Barrier(2), defaults._assign

    def slow(*args, **kwargs):
        looked.wait(PATIENCE)
        taken_out.wait(PATIENCE)
        return assign(*args, **kwargs)

    def take_out():
        looked.wait(PATIENCE)
        with transaction.atomic():
            assert assign(alice.pk, alice.pk, None, actor="", reason="") == 1
        membership.remove(standard, [alice.pk], source="manual")
        taken_out.wait(PATIENCE)

    monkeypatch.setattr(defaults, "_assign", slow)
    result, _ = at_once(partial(defaults.ensure_default, alice.pk), take_out)

    assert result is False
    assert not Membership.objects.exists()


def test_two_commands_and_registrations_assign_everybody_once(customer, channel, vip, at_once):
    ids = [customer(f"person{number}").pk for number in range(30)]
    main = channel("main")
    editing.set_default(vip, channel_id=main.pk)

    def register():
        return sum(defaults.ensure_default(pk, channel_id=main.pk) for pk in reversed(ids))

    first, second, registered = at_once(
        partial(defaults.assign_everybody, chunk=4),
        partial(defaults.assign_everybody, chunk=7),
        register,
    )

    assert first.added + second.added + registered == 30
    assert sorted(Membership.objects.values_list("customer_id", flat=True)) == ids
    assert sorted(MembershipEvent.objects.values_list("customer_id", flat=True)) == ids


def test_a_killed_command_keeps_its_chunks_and_goes_on(customer):
    ids = [customer(f"person{number}").pk for number in range(10)]

    def kill(progress):
        if progress.done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        defaults.assign_everybody(chunk=3, on_progress=kill)
    assert sorted(Membership.objects.values_list("customer_id", flat=True)) == ids[:6]

    assert defaults.assign_everybody(chunk=3) == Progress(done=10, total=10, added=4)
    assert sorted(Membership.objects.values_list("customer_id", flat=True)) == ids
    assert MembershipEvent.objects.count() == 10


def test_a_chunk_that_fails_leaves_nothing_of_itself(customer, monkeypatch):
    ids = [customer(f"person{number}").pk for number in range(6)]
    request, calls = repricing.request_for_customers, []

    def fail_the_second_time(customer_ids):
        calls.append(customer_ids)
        if len(calls) == 2:
            raise RuntimeError("The database went away.")
        request(customer_ids)

    monkeypatch.setattr(repricing, "request_for_customers", fail_the_second_time)
    with pytest.raises(RuntimeError):
        defaults.assign_everybody(chunk=3)

    assert sorted(Membership.objects.values_list("customer_id", flat=True)) == ids[:3]
    assert sorted(MembershipEvent.objects.values_list("customer_id", flat=True)) == ids[:3]


def test_a_customer_who_is_deleted_meanwhile_stops_nobody(customer):
    ids = [customer(f"person{number}").pk for number in range(6)]

    def delete(progress):
        get_user_model().objects.filter(pk=ids[4]).delete()

    assert defaults.assign_everybody(chunk=3, on_progress=delete).added == 5
