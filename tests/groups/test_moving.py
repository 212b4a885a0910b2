"""Members who move from one group into another."""

from __future__ import annotations

import pytest

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import editing, membership, moving
from saleor_customer_groups.groups.moving import Moved
from saleor_customer_groups.models import Membership, MembershipEvent, MembershipSource

MANUAL = MembershipSource.MANUAL


@pytest.mark.django_db
def test_who_was_in_the_group_moves_and_the_history_tells_both(vip, alice, bob, charlie, tomorrow):
    other = editing.create_group("Other")
    membership.add(vip, [alice.pk, bob.pk], source=MANUAL)
    membership.add(other, [bob.pk], source=MANUAL)
    ids = [alice.pk, bob.pk, charlie.pk]

    moved = moving.move(vip, other, ids, source=MANUAL, reason="asked", until=tomorrow)

    assert moved == Moved(moved=(alice.pk,), already=(bob.pk,), absent=(charlie.pk,))
    lines = MembershipEvent.objects.filter(customer_id=alice.pk, reason="asked").order_by("id")
    assert [(line.group_name, line.action, line.until) for line in lines] == [
        ("VIP", "left", None),
        ("Other", "joined", tomorrow),
    ]


@pytest.mark.django_db
def test_nobody_moves_where_one_finds_no_room(vip, alice, bob):
    other = editing.create_group("Other", member_limit=1)
    membership.add(vip, [alice.pk, bob.pk], source=MANUAL)

    with pytest.raises(Refused, match="Other has no room for 1 of the customers"):
        moving.move(vip, other, [alice.pk, bob.pk], source=MANUAL)

    assert Membership.objects.filter(group=vip).count() == 2


@pytest.mark.django_db
def test_a_group_is_not_moved_into_itself(vip, alice):
    membership.add(vip, [alice.pk], source=MANUAL)

    with pytest.raises(InvalidInput) as refusal:
        moving.move(vip, vip, [alice.pk], source=MANUAL)

    assert refusal.value.field == "into"


@pytest.mark.django_db(transaction=True)
def test_two_who_move_to_and_fro_do_not_wait_for_each_other_for_ever(vip, alice, bob, at_once):
    other = editing.create_group("Other")
    membership.add(vip, [alice.pk], source=MANUAL)
    membership.add(other, [bob.pk], source=MANUAL)

    at_once(
        lambda: moving.move(vip, other, [alice.pk], source=MANUAL),
        lambda: moving.move(other, vip, [bob.pk], source=MANUAL),
    )

    found = Membership.objects.order_by("customer_id").values_list("customer_id", "group_id")
    assert list(found) == [(alice.pk, other.pk), (bob.pk, vip.pk)]
