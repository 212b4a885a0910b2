"""What an adjustment may be, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import snapshots
from saleor_customer_groups.loyalty.adjustments import drafts, steps
from saleor_customer_groups.loyalty.adjustments.drafts import Draft
from saleor_customer_groups.models import Adjustment, CustomerGroup, LoyaltyEntry
from saleor_customer_groups.segments.audience import Audience
from saleor_customer_groups.segments.rules import InvalidRule

pytestmark = pytest.mark.django_db
CREDIT = Draft(unit="credit", currency="USD", amount=Decimal("10.00"), reason="Thanks")


def test_it_prepares_without_touching_a_balance(vip, members, launched):
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk), actor="User:1")

    assert (adjustment.status, adjustment.amount, adjustment.mode) == ("draft", 1000, "change")
    assert (adjustment.group_name, adjustment.actor, adjustment.reason) == (
        "VIP",
        "User:1",
        "Thanks",
    )
    assert launched == []
    assert not LoyaltyEntry.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"amount": Decimal("0.00")}, "amount", "must not be 0"),
        ({"amount": Decimal("1.005")}, "amount", "has a fraction"),
        ({"amount": 10}, "amount", "must be a Decimal"),
        ({"unit": "points", "currency": "", "amount": Decimal("5")}, "amount", "whole number"),
        ({"unit": "miles"}, "unit", "is no unit"),
        ({"currency": ""}, "currency", "needs a currency"),
        ({"unit": "points", "amount": 5}, "currency", "Points have no currency"),
        ({"absolute": True, "amount": Decimal("-1.00")}, "amount", "below zero"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expires_at", "is over"),
        ({"expires_at": datetime(2099, 1, 1)}, "expires_at", "time zone"),  # noqa: DTZ001 - meant
        ({"valid_days": 0}, "valid_days", "1 to 36,500"),
        ({"valid_days": 30, "amount": Decimal("-1.00")}, "valid_days", "does not expire"),
        ({"reason": "x" * 501}, "reason", "at most 500"),
        ({"comment": "x" * 5001}, "comment", "at most 5,000"),
    ],
)
def test_it_refuses_what_makes_no_sense(vip, changes, field, words):
    with pytest.raises(InvalidInput) as refusal:
        drafts.create(replace(CREDIT, **changes), Audience(group_id=vip.pk))

    assert refusal.value.field == field
    assert words in refusal.value.message
    assert not Adjustment.objects.exists()


def test_it_refuses_two_ends(vip):
    two = replace(CREDIT, valid_days=3, expires_at=timezone.now() + timedelta(days=9))

    with pytest.raises(InvalidInput, match="not both"):
        drafts.create(two, Audience(group_id=vip.pk))


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        (Audience(), "one of the three"),
        (Audience(group_id=1, customer_ids=[1]), "one of the three"),
        (Audience(customer_ids=[]), "Pick at least one customer"),
        (Audience(customer_ids=[0, 5]), "that no customer can have"),
        (Audience(customer_ids=[2**31]), "that no customer can have"),
        (Audience(customer_ids=range(10_001)), "At most 10,000 customers"),
        (Audience(group_id=0), "There is no group 0"),
    ],
)
def test_it_refuses_an_audience_of_nobody(audience, words):
    with pytest.raises(InvalidInput, match=words):
        drafts.create(CREDIT, audience)


def test_it_refuses_a_filter_that_cannot_be_read():
    with pytest.raises(InvalidRule):
        drafts.create(CREDIT, Audience(rule={"field": "shoe_size", "eq": 43}))


def test_it_refuses_the_guest_group_and_an_expired_snapshot(vip, members):
    guests = CustomerGroup.objects.create(name="Guests", slug="guests", kind="guest")
    with pytest.raises(InvalidInput, match="holds no customers"):
        drafts.create(CREDIT, Audience(group_id=guests.pk))

    frozen = snapshots.freeze("Frozen", members, days=1)
    CustomerGroup.objects.filter(pk=frozen.pk).update(expires_at=timezone.now())
    with pytest.raises(Refused) as refusal:
        drafts.create(CREDIT, Audience(group_id=frozen.pk))
    assert refusal.value.code == "expired"


def test_a_group_that_expires_before_the_start_starts_nothing(members, launched):
    frozen = snapshots.freeze("Frozen", members, days=1)
    adjustment = drafts.create(CREDIT, Audience(group_id=frozen.pk))
    later = timezone.now() + timedelta(days=2)
    steps.schedule(adjustment.pk, later - timedelta(hours=1))

    assert steps.start_due(later) == 1

    adjustment.refresh_from_db()
    assert adjustment.status == "failed"
    assert "Frozen is a snapshot that expired" in adjustment.error
    assert launched == []


def test_picked_customers_are_kept_once_and_in_order(alice, bob):
    adjustment = drafts.create(CREDIT, Audience(customer_ids=[bob.pk, alice.pk, bob.pk]))

    assert adjustment.customer_ids == [alice.pk, bob.pk]
