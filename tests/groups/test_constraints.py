"""What must hold is held by the database itself, each constraint by its name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from saleor_customer_groups.models import (
    CustomerGroup,
    DefaultGroup,
    Membership,
    MembershipEvent,
)

from .conftest import constraint_of

pytestmark = pytest.mark.django_db
SLUG = "saleor_customer_groups_customergroup_slug_key"


def refused_by(model, **fields) -> str:
    """The constraint that refuses the row."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        model.objects.create(**fields)
    return constraint_of(refusal.value)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"name": "Standard", "slug": "standard"}, SLUG),
        ({"name": "VIP", "slug": "vip", "kind": "vipp"}, "customergroup_known_kind"),
        ({"name": "VIP", "slug": "vip", "colour": "green"}, "customergroup_colour_is_hex"),
        ({"name": "VIP", "slug": "vip", "colour": "#12345g"}, "customergroup_colour_is_hex"),
        ({"name": "", "slug": "vip"}, "customergroup_has_name_and_slug"),
        ({"name": "VIP", "slug": ""}, "customergroup_has_name_and_slug"),
        ({"name": "VIP", "slug": "vip", "kind": "guest"}, "customergroup_one_guest_group"),
    ],
)
def test_a_group(guests, fields, constraint):
    assert refused_by(CustomerGroup, **fields) == constraint
    assert CustomerGroup.objects.count() == 2


def test_one_default_for_the_shop(vip):
    assert refused_by(DefaultGroup, group=vip) == "defaultgroup_one_for_the_shop"


def test_one_default_a_channel(standard, vip, channel):
    main = channel("main")
    DefaultGroup.objects.create(group=vip, channel=main)

    assert refused_by(DefaultGroup, group=standard, channel=main) == (
        "saleor_customer_groups_defaultgroup_channel_id_key"
    )


def test_a_second_default_is_refused_by_the_model_too(vip):
    with pytest.raises(ValidationError, match="The shop has a default group already"):
        DefaultGroup(group=vip).full_clean()


def test_a_default_group_is_protected(standard):
    with pytest.raises(ProtectedError):
        standard.delete()


def test_a_channels_default_goes_with_the_channel(vip, channel):
    main = channel("main")
    DefaultGroup.objects.create(group=vip, channel=main)

    main.delete()

    assert DefaultGroup.objects.get().channel is None


def test_a_customer_is_once_in_a_group(alice, vip):
    Membership.objects.create(customer=alice, group=vip, source="manual")

    assert refused_by(Membership, customer=alice, group=vip, source="manual") == (
        "membership_once_in_a_group"
    )


@pytest.mark.parametrize(
    ("source", "lasts", "constraint"),
    [
        ("magic", timedelta(days=1), "membership_known_source"),
        ("manual", timedelta(0), "membership_ends_after_it_starts"),
        ("manual", timedelta(seconds=-1), "membership_ends_after_it_starts"),
    ],
)
def test_a_membership(alice, vip, now, source, lasts, constraint):
    fields = {"customer": alice, "group": vip, "source": source}

    assert refused_by(Membership, **fields, started_at=now, until=now + lasts) == constraint


def test_a_line_of_history_has_a_known_action(alice, vip):
    fields = {"customer_id": alice.pk, "group_id": vip.pk, "group_name": "VIP"}

    assert refused_by(MembershipEvent, **fields, action="vanished", source="manual") == (
        "membershipevent_known_action"
    )
