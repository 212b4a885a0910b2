"""Questions about groups: right answers, in a known number of statements."""

from __future__ import annotations

from datetime import timedelta

import pytest

from saleor_customer_groups.groups import editing, membership, queries
from saleor_customer_groups.groups.queries import GroupOverview
from saleor_customer_groups.models import CustomerGroup, DefaultGroup

pytestmark = pytest.mark.django_db


def test_a_customers_groups_are_those_that_hold_now(alice, bob, standard, vip, now, tomorrow):
    membership.add(vip, [alice.pk], source="manual", until=tomorrow, now=now)
    membership.add(standard, [alice.pk, bob.pk], source="default", now=now)

    assert queries.group_ids_of(alice.pk, now=now) == tuple(sorted([standard.pk, vip.pk]))
    assert queries.group_ids_of(alice.pk, now=tomorrow) == (standard.pk,)
    assert queries.group_ids_of(alice.pk, now=now - timedelta(seconds=1)) == ()
    assert queries.is_member(alice.pk, vip.pk, now=now)
    assert not queries.is_member(alice.pk, vip.pk, now=tomorrow)
    assert not queries.is_member(bob.pk, vip.pk, now=now)


def test_the_members_of_a_group_are_those_that_hold_now(alice, bob, vip, now, tomorrow):
    membership.add(vip, [alice.pk], source="manual", until=tomorrow, now=now)
    membership.add(vip, [bob.pk], source="manual", now=now)

    assert [m.customer for m in queries.members_of(vip, now=now)] == [alice, bob]
    assert [m.customer for m in queries.members_of(vip, now=tomorrow)] == [bob]


def test_the_overview_counts_members_and_names_defaults(
    alice, bob, channel, standard, vip, now, tomorrow, counted
):
    membership.add(standard, [alice.pk, bob.pk], source="default", now=now)
    membership.add(vip, [alice.pk], source="manual", until=tomorrow, now=now)
    editing.set_default(vip, channel_id=channel("main").pk)

    with counted() as statements:
        rows = queries.overview(now=tomorrow)

    assert rows == [
        GroupOverview(group=standard, members=2, default_of=("the shop",)),
        GroupOverview(group=vip, members=0, default_of=("main",)),
    ]
    assert len(statements) == 4


def test_a_channel_without_its_own_default_has_the_shops(channel, standard, vip, counted):
    main, other = channel("main"), channel("other")
    editing.set_default(vip, channel_id=main.pk)

    with counted() as statements:
        found = [queries.default_group_for(pk) for pk in (main.pk, other.pk, None)]

    assert found == [vip, standard, standard]
    assert len(statements) == 3


def test_a_shop_may_have_no_default_group():
    DefaultGroup.objects.all().delete()

    assert queries.default_group_for(None) is None


class TestTheGuestGroup:
    def test_its_absence_is_remembered(self, counted):
        with counted() as first:
            assert queries.guest_group_id() is None
        with counted() as second:
            assert queries.guest_group_id() is None

        assert (len(first), len(second)) == (1, 0)

    def test_its_id_is_remembered(self, guests, counted):
        with counted() as first:
            assert queries.guest_group_id() == guests.pk
        with counted() as second:
            assert queries.guest_group_id() == guests.pk

        assert (len(first), len(second)) == (1, 0)

    def test_it_can_be_asked_for_afresh(self, guests):
        assert queries.guest_group_id() == guests.pk
        CustomerGroup.objects.filter(pk=guests.pk).delete()

        assert queries.guest_group_id() == guests.pk
        assert queries.guest_group_id(fresh=True) is None
        assert queries.guest_group_id() is None

    def test_it_is_remembered_as_long_as_the_setting_says(self, settings, monkeypatch):
        settings.SALEOR_CUSTOMER_GROUPS = {"CACHE_SECONDS": 7}
        remembered = []
        monkeypatch.setattr(
            queries.cache, "set", lambda key, value, timeout: remembered.append((value, timeout))
        )

        queries.guest_group_id()

        assert remembered == [(0, 7)]


def test_customers_are_found_by_their_address_as_given(alice, customer, counted):
    typed = customer("Bob")
    type(typed).objects.filter(pk=typed.pk).update(email="Bob@Example.com")

    with counted() as statements:
        found = queries.customer_ids_by_email(
            ["Alice@example.com", "Bob@Example.com", "dora@example.com"]
        )

    assert found == {"Alice@example.com": alice.pk, "Bob@Example.com": typed.pk}
    assert len(statements) == 1
