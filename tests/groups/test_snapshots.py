"""Snapshots: frozen, renewed, replaced, appended to."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import membership, snapshots
from saleor_customer_groups.groups.bulk import AddedCounts
from saleor_customer_groups.models import CustomerGroup, Membership, MembershipEvent

pytestmark = pytest.mark.django_db
UNKNOWN = 2_000_000_000


@pytest.fixture
def members():
    """The ids of those who are in a group: members(group)."""

    def find(group: CustomerGroup) -> list[int]:
        rows = Membership.objects.active(timezone.now()).filter(group=group)
        return sorted(rows.values_list("customer_id", flat=True))

    return find


@pytest.fixture
def spring(alice, bob):
    """A snapshot of Alice and Bob."""
    return snapshots.freeze("Spring", [alice.pk, bob.pk])


def expire(snapshot: CustomerGroup) -> None:
    """Its time was over a second ago."""
    over = timezone.now() - timedelta(seconds=1)
    CustomerGroup.objects.filter(pk=snapshot.pk).update(expires_at=over)


def test_a_groups_members_are_frozen(alice, bob, charlie, vip, members, now):
    membership.add(vip, [alice.pk, bob.pk], source="manual")
    past = now - timedelta(days=1)
    membership.add(vip, [charlie.pk], source="manual", until=now, now=past)

    snapshot = snapshots.freeze("Spring", vip, days=10, actor="User:1")
    membership.remove(vip, [alice.pk], source="manual")

    assert (snapshot.name, snapshot.kind, snapshot.slug) == ("Spring", "snapshot", "spring")
    assert (snapshot.expires_at - timezone.now()).days == 9
    assert members(snapshot) == [alice.pk, bob.pk]
    line = MembershipEvent.objects.get(group_id=snapshot.pk, customer_id=alice.pk)
    assert (line.reason, line.actor, line.source) == ("Frozen from VIP.", "User:1", "manual")


def test_what_a_filter_found_is_frozen_and_the_unknown_left_out(alice, bob, members):
    snapshot = snapshots.freeze("Spring", iter([bob.pk, UNKNOWN, alice.pk, bob.pk]))

    assert members(snapshot) == [alice.pk, bob.pk]


def test_a_snapshot_that_fails_half_way_is_not_there(alice, bob, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"ASSIGN_CHUNK": 1}

    def found():
        yield alice.pk
        raise RuntimeError("The filter broke.")

    with pytest.raises(RuntimeError):
        snapshots.freeze("Spring", found())

    assert not CustomerGroup.objects.filter(name="Spring").exists()
    assert not MembershipEvent.objects.exists()


@pytest.mark.parametrize("number", [1, 6])
def test_freezing_costs_as_many_statements_for_many_as_for_one(number, customer, vip, counted):
    membership.add(vip, [customer(f"person{n}").pk for n in range(number)], source="manual")

    with counted() as statements:
        snapshots.freeze("Spring", vip)

    # slug: taken? group: unique? written, told; source: there? members read; the group locked,
    # members with their event, prices
    assert len(statements) == 9


@pytest.mark.parametrize("days", [0, -1, 36_501, "ten", 1.5])
def test_days_that_are_none_are_refused(days, spring):
    before = spring.expires_at
    for act in (partial(snapshots.freeze, "More", []), partial(snapshots.renew, spring)):
        with pytest.raises(InvalidInput, match="A snapshot lasts from 1 to 36,500 days, not") as no:
            act(days=days)
        assert no.value.field == "days"

    assert CustomerGroup.objects.get(pk=spring.pk).expires_at == before


def test_the_guest_group_cannot_be_frozen(guests):
    with pytest.raises(InvalidInput, match="it holds nobody who could be frozen"):
        snapshots.freeze("Spring", guests)

    assert not CustomerGroup.objects.filter(name="Spring").exists()


def test_a_snapshot_beyond_the_member_limit_is_not_made(alice, bob, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"MEMBER_LIMIT": 1}

    with pytest.raises(Refused, match="Spring has no room for 1 of the customers") as refusal:
        snapshots.freeze("Spring", [alice.pk, bob.pk])

    assert refusal.value.code == "full"
    assert not CustomerGroup.objects.filter(name="Spring").exists()
    assert not Membership.objects.exists()


def test_an_expired_snapshot_is_renewed(spring, charlie, members):
    expire(spring)

    renewed = snapshots.renew(spring, days=3)
    snapshots.append(renewed, [charlie.pk])

    assert (renewed.expires_at - timezone.now()).days == 2
    assert charlie.pk in members(spring)


def test_members_are_replaced_and_who_stays_is_not_touched(spring, alice, bob, charlie, members):
    answer = snapshots.replace(spring, iter([charlie.pk, bob.pk]), actor="User:1")

    assert answer == AddedCounts(added=1, already=1)
    assert members(spring) == [bob.pk, charlie.pk]
    lines = MembershipEvent.objects.filter(group_id=spring.pk, id__gt=0).order_by("id")
    assert [(e.customer_id, e.action) for e in lines] == [
        (alice.pk, "joined"),
        (bob.pk, "joined"),
        (alice.pk, "left"),
        (charlie.pk, "joined"),
    ]


def test_a_group_takes_the_place_of_the_members(spring, charlie, vip, members):
    membership.add(vip, [charlie.pk], source="manual")

    assert snapshots.replace(spring, vip) == AddedCounts(added=1)
    assert members(spring) == [charlie.pk]


def test_further_customers_are_appended(spring, alice, bob, charlie, members):
    assert snapshots.append(spring, [charlie.pk, alice.pk, UNKNOWN]) == AddedCounts(
        added=1, already=1, unknown=1
    )
    assert members(spring) == [alice.pk, bob.pk, charlie.pk]


@pytest.mark.parametrize("act", [snapshots.replace, snapshots.append])
def test_an_expired_snapshot_is_neither_replaced_nor_appended_to(
    act, spring, alice, bob, charlie, members
):
    expire(spring)

    with pytest.raises(Refused) as refusal:
        act(spring, [charlie.pk])

    assert refusal.value.code == "expired"
    assert members(spring) == [alice.pk, bob.pk]


@pytest.mark.parametrize(
    "act",
    [
        lambda source, into: snapshots.freeze("Again", source),
        lambda source, into: snapshots.replace(into, source),
        lambda source, into: snapshots.append(into, source),
    ],
)
def test_the_members_of_an_expired_snapshot_go_into_no_snapshot_until_it_is_renewed(
    act, spring, charlie, members
):
    into = snapshots.freeze("Autumn", [charlie.pk])
    expire(spring)
    spring.refresh_from_db()

    with pytest.raises(Refused, match="Spring is a snapshot that expired on .*; renew it first"):
        act(spring, into)

    assert members(into) == [charlie.pk]
    assert not CustomerGroup.objects.filter(name="Again").exists()


@pytest.mark.parametrize("act", [snapshots.replace, snapshots.append, snapshots.renew])
def test_a_group_that_is_no_snapshot_is_refused(act, vip):
    arguments = {} if act is snapshots.renew else {"source": []}

    with pytest.raises(InvalidInput, match="VIP is no snapshot.") as refusal:
        act(vip, **arguments)

    assert refusal.value.code == "not_a_snapshot"


@pytest.mark.django_db(transaction=True)
def test_two_who_replace_at_once_leave_the_members_of_one(spring, alice, bob, charlie, at_once):
    at_once(
        *[partial(snapshots.replace, spring, [alice.pk])] * 4,
        *[partial(snapshots.replace, spring, [charlie.pk])] * 4,
    )

    assert Membership.objects.filter(group=spring).count() == 1
