"""Copying a group: its details, and its members if asked; never its prices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import copying, editing, membership
from saleor_customer_groups.models import CustomerGroup, Membership, PriceList

pytestmark = pytest.mark.django_db


@pytest.fixture
def club():
    """A group of which nothing is as by default."""
    return editing.create_group(
        "Club", description="Ours", colour="#112233", priority=4, member_limit=3,
        applications_open=True, approved_domains=["example.com"], metadata={"a": 1},
        private_metadata={"b": 2},
    )  # fmt: skip


def test_the_details_are_copied_and_prices_are_not(club):
    PriceList.objects.create(name="List").groups.add(club)
    editing.set_default(club)

    copy = copying.copy_group(club, name="Circle", with_members=False)

    copy.refresh_from_db()
    assert (copy.name, copy.slug, copy.kind) == ("Circle", "circle", "manual")
    assert (copy.description, copy.colour, copy.priority) == ("Ours", "#112233", 4)
    assert (copy.member_limit, copy.applications_open) == (3, True)
    assert (copy.approved_domains, copy.metadata) == (["example.com"], {"a": 1})
    assert copy.private_metadata == {"b": 2}
    assert not copy.price_lists.exists()
    assert not copy.default_for.exists()


def test_members_are_copied_with_their_ends(club, alice, bob, charlie, now, tomorrow):
    membership.add(club, [alice.pk], source="manual")
    membership.add(club, [bob.pk], source="api", until=tomorrow)
    membership.add(club, [charlie.pk], source="api", until=now, now=now - timedelta(days=1))

    copy = copying.copy_group(club, name="Circle", with_members=True, actor="User:1")

    rows = Membership.objects.filter(group=copy).order_by("customer_id")
    assert [(m.customer, m.until, m.source, m.actor, m.reason) for m in rows] == [
        (alice, None, "manual", "User:1", "Copied from Club."),
        (bob, tomorrow, "manual", "User:1", "Copied from Club."),
    ]
    assert Membership.objects.filter(group=club).count() == 3


def test_members_of_one_end_are_copied_in_chunks(vip, customer, settings, counted):
    settings.SALEOR_CUSTOMER_GROUPS = {"ASSIGN_CHUNK": 2}
    membership.add(vip, [customer(f"person{n}").pk for n in range(4)], source="manual")

    with counted() as statements:
        copy = copying.copy_group(vip, name="Circle", with_members=True)

    assert Membership.objects.filter(group=copy).count() == 4
    # the group made and told: 5; the members read; two chunks of: group, members, event, prices
    assert len(statements) == 6 + 2 * 3


def test_a_copied_snapshot_lasts_as_if_made_now(alice, tomorrow):
    spring = CustomerGroup.objects.create(
        name="Spring", slug="spring", kind="snapshot", expires_at=tomorrow
    )
    Membership.objects.create(group=spring, customer=alice, source="manual")

    copy = copying.copy_group(spring, name="Summer", with_members=True)

    assert (copy.kind, (copy.expires_at - timezone.now()).days) == ("snapshot", 179)
    assert Membership.objects.get(group=copy).customer == alice


def test_an_expired_snapshot_is_copied_without_its_members(alice, now):
    spring = CustomerGroup.objects.create(
        name="Spring", slug="spring", kind="snapshot", expires_at=now
    )
    Membership.objects.create(group=spring, customer=alice, source="manual")

    with pytest.raises(Refused, match="Spring is a snapshot that expired on") as refusal:
        copying.copy_group(spring, name="Summer", with_members=True)

    assert refusal.value.code == "expired"
    assert not CustomerGroup.objects.filter(name="Summer").exists()
    copy = copying.copy_group(spring, name="Summer", with_members=False)
    assert (copy.kind, (copy.expires_at - timezone.now()).days) == ("snapshot", 179)


def test_the_rule_not_the_members_of_a_dynamic_group_are_copied(channel, alice):
    group = editing.create_group("Main", kind="channel", channel_id=channel("main").pk)

    with pytest.raises(InvalidInput, match="kept by its rule; copy the rule, not them") as refusal:
        copying.copy_group(group, name="Copy", with_members=True)
    copy = copying.copy_group(group, name="Copy", with_members=False)

    assert (refusal.value.field, refusal.value.code) == ("with_members", "kept_by_rule")
    assert (copy.kind, copy.channel_id) == ("channel", group.channel_id)


def test_there_is_one_guest_group(guests):
    with pytest.raises(InvalidInput, match="Guests is the guest group; there can be one."):
        copying.copy_group(guests, name="More", with_members=False)


def test_more_members_than_the_limit_are_not_copied_at_all(vip, alice, bob, settings):
    membership.add(vip, [alice.pk, bob.pk], source="manual")
    settings.SALEOR_CUSTOMER_GROUPS = {"MEMBER_LIMIT": 1}

    with pytest.raises(Refused, match="VIP has more members than the member limit") as refusal:
        copying.copy_group(vip, name="Circle", with_members=True)

    assert refusal.value.code == "full"
    assert not CustomerGroup.objects.filter(name="Circle").exists()
