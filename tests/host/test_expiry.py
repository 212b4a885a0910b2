"""A change of members, rules or windows expires the open checkouts it touches, and no others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from saleor_customer_groups import events, repricing, tasks
from saleor_customer_groups.host import expiry
from saleor_customer_groups.models import (
    CustomerGroup,
    Membership,
    PriceRule,
    RepricingClock,
    RepricingRequest,
)
from saleor_customer_groups.pricing import windows
from tests.heard import heard

pytestmark = pytest.mark.django_db(databases=["default", "replica"])

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def channel() -> Any:
    """The shop's channel."""
    return apps.get_model("channel", "Channel").objects.create(
        name="Main", slug="main", currency_code="USD", default_country="US"
    )


@pytest.fixture
def people(channel: Any) -> dict[str, Any]:
    """Alice (VIP), Bob and a guest, with an open checkout each whose prices are believed."""
    vip = CustomerGroup.objects.create(name="VIP", slug="vip")
    alice = get_user_model().objects.create(email="alice@example.com")
    bob = get_user_model().objects.create(email="bob@example.com")
    Membership.objects.create(group=vip, customer=alice, source="manual")
    return {
        "vip": vip,
        "alice": alice,
        "bob": bob,
        "alices": open_checkout(channel, alice),
        "bobs": open_checkout(channel, bob),
        "guests": open_checkout(channel, None),
    }


def open_checkout(channel: Any, user: Any) -> Any:
    """A checkout priced a moment ago."""
    later = timezone.now() + timedelta(hours=1)
    return apps.get_model("checkout", "Checkout").objects.create(
        channel=channel,
        user=user,
        currency="USD",
        price_expiration=later,
        discount_expiration=later,
    )


def expired(people: dict[str, Any]) -> list[str]:
    """Whose checkout must be priced again."""
    names = []
    for name in ("alices", "bobs", "guests"):
        people[name].refresh_from_db()
        if people[name].price_expiration <= timezone.now():
            assert people[name].discount_expiration <= timezone.now()
            names.append(name)
    return names


def test_a_customers_checkout_is_expired_and_nobody_elses(people):
    repricing.request_for_customers([people["bob"].pk])

    assert expiry.work_off() == 1
    assert expired(people) == ["bobs"]


def test_a_groups_members_are_expired(people):
    repricing.request_for_groups([people["vip"].pk])

    expiry.work_off()

    assert expired(people) == ["alices"]


def test_the_guest_group_stands_for_everybody_who_is_not_logged_in(people):
    guests = CustomerGroup.objects.create(name="Guests", slug="guests", kind="guest")
    repricing.request_for_groups([guests.pk])

    expiry.work_off()

    assert expired(people) == ["guests"]


def test_everybody_is_everybody(people):
    repricing.request_for_everybody()

    expiry.work_off()

    assert expired(people) == ["alices", "bobs", "guests"]


def test_more_checkouts_than_a_chunk_are_all_expired(people, channel, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"REPRICING_CHUNK": 3}
    for _ in range(7):
        open_checkout(channel, people["bob"])
    repricing.request_for_customers([people["bob"].pk])

    expiry.work_off()

    believed = apps.get_model("checkout", "Checkout").objects.filter(
        user=people["bob"], price_expiration__gt=timezone.now()
    )
    assert believed.count() == 0


def test_a_recalculation_under_way_sees_that_the_checkout_changed(people):
    before = people["alices"].last_change
    repricing.request_for_everybody()

    expiry.work_off()

    people["alices"].refresh_from_db()
    assert people["alices"].last_change == before + timedelta(microseconds=1)


def test_a_request_is_worked_off_once_and_settled_a_while_later(people):
    repricing.request_for_customers([people["alice"].pk])
    assert (expiry.work_off(), expiry.work_off()) == (1, 0)
    assert expiry.settle() == 0  # not a while yet

    # What a recalculation under way stored meanwhile, with the old rules.
    later = timezone.now() + timedelta(hours=1)
    type(people["alices"]).objects.update(price_expiration=later, discount_expiration=later)
    RepricingRequest.objects.update(expired_at=timezone.now() - timedelta(minutes=1))

    assert expiry.settle() == 1
    assert expired(people) == ["alices"]
    assert RepricingRequest.objects.count() == 0


def test_a_change_that_is_rolled_back_asks_for_nothing(people):
    with transaction.atomic():
        repricing.request_for_everybody()
        transaction.set_rollback(True)

    assert RepricingRequest.objects.count() == 0


def test_the_task_starts_after_commit(people, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        repricing.request_for_customers([people["alice"].pk])

    assert len(callbacks) == 1
    assert expired(people) == ["alices"]


# -- the clock


def rule(people: dict[str, Any], **window: Any) -> PriceRule:
    """A rule for VIPs."""
    made = PriceRule.objects.create(
        name="Rule", kind="percentage_off", percentage=Decimal(10), everything=True, **window
    )
    made.groups.add(people["vip"])
    return made


def groups_asked_for() -> list[int | None]:
    """The groups in the queue."""
    return list(RepricingRequest.objects.values_list("group_id", flat=True))


def test_the_first_sweep_only_starts_the_clock(people):
    rule(people, starts_at=NOON - timedelta(hours=1))

    windows.sweep(NOON)

    assert groups_asked_for() == []
    assert RepricingClock.objects.get().swept_until == NOON


@pytest.mark.parametrize("edge", ["starts_at", "ends_at"])
def test_a_window_that_opens_or_closes_asks_for_its_groups_once(edge, people):
    rule(people, **{edge: NOON + timedelta(seconds=30)})
    windows.sweep(NOON)

    windows.sweep(NOON + timedelta(seconds=29))
    assert groups_asked_for() == []
    windows.sweep(NOON + timedelta(seconds=30))
    windows.sweep(NOON + timedelta(seconds=60))

    assert groups_asked_for() == [people["vip"].pk]
    said = {"cause": "window", "groups": [events.group_id(people["vip"].pk)], "group_count": 1}
    assert heard() == [("prices.context_changed", {**said, "channel": ""})]


def test_a_rule_that_is_switched_off_asks_for_nothing(people):
    rule(people, starts_at=NOON + timedelta(seconds=30), active=False)
    windows.sweep(NOON)

    windows.sweep(NOON + timedelta(minutes=1))

    assert groups_asked_for() == []


def test_a_membership_that_ends_asks_for_its_customer(people):
    now = timezone.now()
    Membership.objects.update(started_at=now - timedelta(days=1), until=now + timedelta(seconds=30))
    windows.sweep(now)

    windows.sweep(now + timedelta(minutes=1))

    customers = RepricingRequest.objects.values_list("customer_id", flat=True)
    assert list(customers) == [people["alice"].pk]


def test_a_membership_that_begins_later_asks_for_its_customer_then(people):
    now = timezone.now()
    Membership.objects.update(started_at=now + timedelta(seconds=30))
    windows.sweep(now)

    windows.sweep(now + timedelta(minutes=1))

    assert RepricingRequest.objects.get().customer_id == people["alice"].pk


def test_a_clock_that_goes_back_changes_nothing(people):
    windows.sweep(NOON)

    windows.sweep(NOON - timedelta(hours=1))

    assert RepricingClock.objects.get().swept_until == NOON


def test_the_sweep_does_what_a_killed_task_left(people):
    RepricingRequest.objects.create(customer_id=people["bob"].pk)

    tasks.sweep()

    assert expired(people) == ["bobs"]
