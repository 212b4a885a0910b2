"""Rules of groups: who may have one, what they may name, and circles."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_customer_groups import changes
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import CustomerGroup, Segment
from saleor_customer_groups.segments import copying, editing, refresh, schedule
from tests.segments.people import domain, members
from tests.segments.shop import order


def names(*groups):
    return {"in_group": {"one_of": [group.pk for group in groups]}}


def test_a_manual_group_becomes_dynamic(customer, db):
    ada, bea = customer("ada@friends.example"), customer("bea@example.com")
    group = groups.create_group("Friends")
    membership.add(group, [bea.pk], source="manual")

    segment = editing.set_rule(group, domain("friends.example"))
    schedule.run_due()

    assert CustomerGroup.objects.get(pk=group.pk).kind == "dynamic"
    assert segment.facts == ["profile"]
    assert members(group) == [ada.pk]


def test_saving_a_rule_again_replaces_it(db):
    group = editing.create_dynamic("Friends", domain("friends.example"))
    editing.set_rule(group, domain("other.example"))
    assert Segment.objects.get().rule == domain("other.example")


@pytest.mark.parametrize("kind", ["guest", "channel", "snapshot"])
def test_other_kinds_get_no_rule(kind, db, channel):
    more = {"channel_id": channel("main").pk} if kind == "channel" else {}
    group = groups.create_group("Group", kind=kind, **more)
    with pytest.raises(InvalidInput) as refusal:
        editing.set_rule(group, domain("friends.example"))
    assert (refusal.value.field, refusal.value.code) == ("kind", "kind_change")
    assert not Segment.objects.exists()


def test_a_default_group_gets_no_rule(db):
    standard = CustomerGroup.objects.get(slug="standard")
    with pytest.raises(InvalidInput) as refusal:
        editing.set_rule(standard, domain("friends.example"))
    assert (refusal.value.field, refusal.value.code) == ("kind", "default_group")


def test_a_broken_rule_makes_no_group(db):
    with pytest.raises(InvalidInput) as refusal:
        editing.create_dynamic("Friends", {"all": []})
    assert refusal.value.field == "rule"
    assert not CustomerGroup.objects.filter(name="Friends").exists()


def test_a_rule_names_only_groups_that_exist(db):
    with pytest.raises(InvalidInput) as refusal:
        editing.create_dynamic("Best", {"in_group": {"one_of": [987_654]}})
    assert refusal.value.code == "unknown_group"
    assert "987654" in refusal.value.message


def test_rules_never_run_in_a_circle(db):
    first = editing.create_dynamic("First", domain("a.example"))
    second = editing.create_dynamic("Second", names(first))
    third = editing.create_dynamic("Third", names(second))
    with pytest.raises(InvalidInput) as refusal:
        editing.set_rule(first, {"not": names(third)})
    assert refusal.value.message == (
        "The rules would run in a circle: First → Third → Second → First."
    )
    assert Segment.objects.get(group=first).rule == domain("a.example")


def test_a_rule_may_name_its_own_group(db, customer):
    """Once in, always in."""
    ada = customer("ada@friends.example")
    group = editing.create_dynamic("Friends", domain("friends.example"))
    editing.set_rule(group, {"any": [domain("friends.example"), names(group)]})
    schedule.run_due()
    type(ada).objects.update(email="ada@example.com")
    schedule.run(Segment.objects.get())
    assert members(group) == [ada.pk]


def test_a_rule_never_asks_that_its_customers_are_not_in_its_own_group(db):
    """They would go in and out for ever."""
    group = editing.create_dynamic("Friends", domain("friends.example"))
    with pytest.raises(InvalidInput, match="in and out for ever"):
        editing.set_rule(group, {"all": [domain("a.example"), {"not": names(group)}]})
    editing.set_rule(group, {"not": {"not": names(group)}})


def test_ends_given_by_hand_end_when_a_rule_takes_over(customer, db):
    ada = customer("ada@friends.example")
    group = groups.create_group("Friends")
    membership.add(group, [ada.pk], source="manual", until=timezone.now() + timedelta(days=1))
    editing.set_rule(group, domain("friends.example"))
    schedule.run_due()
    assert group.memberships.get().until is None


def test_ids_that_no_customer_can_have_are_passed_over(customer, db):
    group = editing.create_dynamic("Friends", domain("friends.example"))
    ada = customer("ada@example.com")
    assert editing.pin(group, [ada.pk, 99_999_999_999, -1], included=True) == 1
    assert members(group) == [ada.pk]
    assert Segment.objects.get().error == ""


def test_the_group_of_a_channel_holds_who_registered_or_bought_in_it(customer, channel, db):
    from saleor_customer_groups.models import CustomerChannel

    ada, main, other = customer("ada@example.com"), channel("main"), channel("other")
    customer("bea@example.com")
    CustomerChannel.objects.create(customer=ada, channel=main)
    group = editing.create_of_channel("Customers of Main", main.pk)
    elsewhere = editing.create_of_channel("Customers of Other", other.pk)
    schedule.run_due()

    assert members(group) == [ada.pk]
    assert group.memberships.get().source == "channel"
    assert members(elsewhere) == []


def test_buying_in_a_second_channel_makes_a_customer_of_both(customer, channel, db):
    from saleor_customer_groups.models import CustomerChannel

    ada, main, other = customer("ada@example.com"), channel("main"), channel("other")
    CustomerChannel.objects.create(customer=ada, channel=main)
    group = editing.create_of_channel("Customers of Main", main.pk)
    elsewhere = editing.create_of_channel("Customers of Other", other.pk)
    schedule.run_due()

    order(ada, other, timezone.now(), "10", status="canceled")
    changes.record([ada.pk], changes.Fact.ORDERS)
    refresh.work_off()
    assert (members(group), members(elsewhere)) == ([ada.pk], [])

    order(ada, other, timezone.now(), "10", status="unfulfilled")
    changes.record([ada.pk], changes.Fact.ORDERS)
    refresh.work_off()
    assert (members(group), members(elsewhere)) == ([ada.pk], [ada.pk])


def test_copying_takes_the_rule(db):
    group = editing.create_dynamic("Friends", domain("friends.example"))
    copy = editing.copy_rule(group, "Friends too")
    assert copy.kind == "dynamic"
    assert copy.segment.rule == domain("friends.example")


def test_a_copy_has_the_details_and_the_rule_but_no_channel_that_is_gone(db, channel, customer):
    ada, main = customer("ada@friends.example"), channel("main")
    friends = editing.create_dynamic("Friends", domain("friends.example"), priority=3)
    everybody = editing.create_of_channel("Everybody", main.pk, colour="#112233")
    schedule.run_due()

    again = copying.copy(friends, name="Again", actor="User:1")
    both = copying.copy(everybody, name="Both")
    schedule.run_due()

    assert (again.kind, again.priority, members(again)) == ("dynamic", 3, [ada.pk])
    assert (both.kind, both.channel, both.colour) == ("channel", main, "#112233")
    main.delete()
    everybody.refresh_from_db()
    with pytest.raises(InvalidInput, match="The channel of Everybody is gone."):
        copying.copy(everybody, name="More")


def test_a_group_without_a_rule_has_none_to_copy_or_pin(db, customer):
    group = groups.create_group("Manual")
    for act in (
        lambda: editing.copy_rule(group, "X"),
        lambda: editing.pin(group, [1], included=True),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "no_rule"


def test_pins_of_customers_who_do_not_exist_are_passed_over(db, customer):
    group = editing.create_dynamic("Friends", domain("friends.example"))
    ada = customer("ada@example.com")
    assert editing.pin(group, [ada.pk, 987_654], included=True) == 1
    assert editing.pin(group, [ada.pk], included=True) == 0
