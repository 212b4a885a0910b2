"""Deleting a group that something uses: refused, with the list of what does."""

from __future__ import annotations

import pytest

from saleor_customer_groups.errors import InUse, Reference, Refused
from saleor_customer_groups.groups import deleting, membership, references
from saleor_customer_groups.models import (
    Adjustment,
    Application,
    CustomerGroup,
    EarningRule,
    Membership,
    MembershipEvent,
    PriceList,
    PriceRule,
    Segment,
    SegmentPin,
)

pytestmark = pytest.mark.django_db


def make_rule(name: str, group: CustomerGroup) -> PriceRule:
    rule = PriceRule.objects.create(
        name=name, kind="percentage_off", percentage=5, everything=True, active=False
    )
    rule.groups.add(group)
    return rule


def make_list(name: str, group: CustomerGroup) -> PriceList:
    price_list = PriceList.objects.create(name=name)
    price_list.groups.add(group)
    return price_list


def make_segment(name: str, group: CustomerGroup) -> CustomerGroup:
    """A dynamic group whose rule names the group."""
    dynamic = CustomerGroup.objects.create(name=name, slug=name.lower(), kind="dynamic")
    Segment.objects.create(group=dynamic, rule={}).refers_to.add(group)
    return dynamic


def test_everything_that_uses_a_group_is_listed(vip, standard):
    price_list = make_list("Dealers", vip)
    rules = [make_rule(name, vip) for name in ("Spring", "Winter")]
    dynamic = make_segment("Gold", vip)
    make_rule("Not ours", standard)
    make_segment("Silver", standard)

    assert references.references(vip) == (
        Reference("price rule", rules[0].pk, "Spring"),
        Reference("price rule", rules[1].pk, "Winter"),
        Reference("price list", price_list.pk, "Dealers"),
        Reference("rule of the group", dynamic.pk, "Gold"),
    )


@pytest.mark.parametrize(
    ("status", "guards"),
    [
        ("draft", False),
        ("scheduled", True),
        ("running", True),
        ("paused", True),
        ("done", False),
        ("cancelled", False),
    ],
)
def test_an_adjustment_guards_its_group_from_the_schedule_to_the_end(status, guards, vip, tomorrow):
    made = Adjustment.objects.create(
        unit="points", mode="change", amount=5, reason="Thanks", status=status,
        scheduled_at=tomorrow, group=vip, group_ids=[vip.pk],
    )  # fmt: skip

    used = references.references(vip)

    assert used == ((Reference("adjustment", made.pk, "Thanks"),) if guards else ())


def test_an_earning_rule_guards_its_group_while_it_is_on(vip):
    rule = EarningRule.objects.create(name="One each", group=vip, unit="points", rate=1)

    assert references.references(vip) == (Reference("earning rule", rule.pk, "One each"),)
    EarningRule.objects.update(active=False)
    deleting.delete_group(vip)

    assert not EarningRule.objects.exists()


def test_a_group_that_is_used_is_not_deleted(vip, alice):
    membership.add(vip, [alice.pk], source="manual")
    make_rule("Spring", vip)
    make_segment("Gold", vip)

    with pytest.raises(InUse) as refusal:
        deleting.delete_group(vip)

    assert refusal.value.code == "in_use"
    assert str(refusal.value) == (
        "VIP cannot be deleted, because it is used by the price rule “Spring”, "
        "the rule of the group “Gold”."
    )
    assert refusal.value.references == references.references(vip)
    assert Membership.objects.get().group == vip
    assert MembershipEvent.objects.count() == 1


def test_five_are_named_and_all_are_listed(vip):
    for number in range(7):
        make_rule(f"Rule {number}", vip)

    with pytest.raises(InUse) as refusal:
        deleting.delete_group(vip)

    assert str(refusal.value).endswith("the price rule “Rule 4” and 2 more.")
    assert len(refusal.value.references) == 7


def test_a_group_may_name_itself_and_takes_its_rule_and_applicants_along(alice, bob):
    dynamic = CustomerGroup.objects.create(name="Gold", slug="gold", kind="dynamic")
    segment = Segment.objects.create(group=dynamic, rule={})
    segment.refers_to.add(dynamic)
    SegmentPin.objects.create(segment=segment, customer=alice, included=True)
    Application.objects.create(group=dynamic, customer=bob)
    membership.add(dynamic, [alice.pk], source="rule")

    deleting.delete_group(dynamic, actor="User:1")

    assert not CustomerGroup.objects.filter(slug="gold").exists()
    assert not Segment.objects.exists()
    assert not Application.objects.exists()
    line = MembershipEvent.objects.get(action="left")
    assert (line.customer_id, line.group_name, line.actor) == (alice.pk, "Gold", "User:1")


def test_a_group_that_is_used_no_more_is_deleted(vip):
    rule = make_rule("Spring", vip)
    rule.groups.clear()

    deleting.delete_group(vip)

    assert not CustomerGroup.objects.filter(slug="vip").exists()


def test_a_setting_forbids_deleting(vip, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"DELETE_GROUPS": False}

    with pytest.raises(Refused) as refusal:
        deleting.delete_group(vip)

    assert refusal.value.code == "deleting_is_off"
    assert str(refusal.value) == (
        "Groups cannot be deleted in this shop: the setting DELETE_GROUPS is off."
    )
    assert CustomerGroup.objects.filter(slug="vip").exists()


def test_groups_that_exist_are_held(vip, standard):
    assert references.hold([vip.pk, standard.pk, 0]) == {vip.pk, standard.pk}
    assert references.hold([]) == frozenset()
