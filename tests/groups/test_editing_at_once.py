"""Groups that are made, moved and deleted at the same time, on connections of their own."""

from __future__ import annotations

from functools import partial

import pytest

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import deleting, editing
from saleor_customer_groups.models import CustomerGroup, DefaultGroup

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def test_eight_who_choose_a_default_end_with_one(channel, at_once):
    DefaultGroup.objects.all().delete()
    main = channel("main")
    groups = [editing.create_group(f"Group {number}") for number in range(THREADS // 2)]

    results = at_once(
        *[
            partial(editing.set_default, group, channel_id=where)
            for group in groups
            for where in (None, main.pk)
        ]
    )

    assert [result.group for result in results] == [g for g in groups for _ in range(2)]
    assert DefaultGroup.objects.filter(channel=None).count() == 1
    assert DefaultGroup.objects.filter(channel=main).count() == 1


def test_eight_groups_of_one_name_get_eight_slugs(at_once):
    groups = at_once(*[partial(editing.create_group, "VIP")] * THREADS)

    assert sorted(group.slug for group in groups) == ["vip", *[f"vip-{n}" for n in range(2, 9)]]


def test_of_eight_guest_groups_one_is_made(at_once):
    def make():
        try:
            return editing.create_group("Guests", kind="guest")
        except InvalidInput as refusal:
            return refusal.code

    results = at_once(*[make] * THREADS)

    assert sorted(map(str, results)) == ["Guests", *["guest_group_exists"] * (THREADS - 1)]
    assert CustomerGroup.objects.filter(kind="guest").count() == 1


def test_a_group_is_either_deleted_or_the_default(standard, vip, at_once):
    def delete():
        try:
            deleting.delete_group(vip)
        except Refused as refusal:
            return refusal.code
        return "deleted"

    def choose():
        try:
            editing.set_default(vip)
        except InvalidInput as refusal:
            return refusal.code
        return "chosen"

    results = at_once(delete, choose)

    assert results in (["deleted", "not_found"], ["default_group", "chosen"])
    expected = standard if results[0] == "deleted" else vip
    assert DefaultGroup.objects.get().group == expected
