"""What other systems hear of rules and of what they do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_customer_groups import changes, events
from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import Segment
from saleor_customer_groups.segments import editing, refresh, schedule
from saleor_customer_groups.segments.splits import Part, split
from tests.heard import forget, heard, names
from tests.segments.people import domain

pytestmark = pytest.mark.django_db
STAFF = events.customer_id(1)


@pytest.fixture
def friends(db):
    group = editing.create_dynamic("Friends", domain("friends.example"), actor="User:1")
    forget()
    return group


def refreshed(group, joined: int, left: int, *, drift: bool = False) -> tuple[str, dict]:
    said = {"group": events.group_id(group.pk), "joined": joined, "left": left, "drift": drift}
    return "segment.refreshed", said


def test_a_full_run_tells_what_it_did_after_who_joined(friends, customer):
    ada = customer("ada@friends.example")

    schedule.run_due()

    assert names() == ["membership.joined", "segment.refreshed"]
    joined = heard("membership.joined")[0][1]
    assert joined["customers"] == [events.customer_id(ada.pk)]
    assert (joined["source"], joined["reason"], joined["actor"]) == (
        "rule",
        "The rule of Friends",
        "",
    )
    assert heard("segment.refreshed") == [refreshed(friends, 1, 0)]


def test_a_run_that_changes_nothing_is_not_told(friends, customer):
    customer("ada@friends.example")
    schedule.run_due()
    forget()

    schedule.run(Segment.objects.get())

    assert heard() == []


def test_a_repair_that_found_something_says_that_it_is_drift(friends, customer):
    schedule.run_due()
    customer("ada@friends.example")  # of whom no event told

    schedule.run(Segment.objects.get())

    assert heard("segment.refreshed") == [refreshed(friends, 1, 0, drift=True)]


def test_one_customer_who_changed_is_told_as_who_left(friends, customer):
    ada = customer("ada@friends.example")
    schedule.run_due()
    forget()
    type(ada).objects.filter(pk=ada.pk).update(email="ada@example.com")
    changes.record([ada.pk], changes.Fact.PROFILE)

    refresh.work_off()

    [(name, data)] = heard()
    assert (name, data["source"], data["reason"]) == (
        "membership.left",
        "rule",
        "The rule of Friends",
    )


def test_another_rule_is_a_change_of_the_group(friends):
    editing.set_rule(friends, domain("example.com"), actor="User:1")
    manual = groups.create_group("Manual")
    editing.set_rule(manual, domain("example.com"), actor="User:1")

    told = [data for _, data in heard("group.updated")]
    assert [(data["group"], data["changed"], data["actor"]) for data in told] == [
        (events.group_id(friends.pk), ["rule"], STAFF),
        (events.group_id(manual.pk), ["kind", "rule"], STAFF),
    ]


@pytest.mark.parametrize("parts", [{"percent": Decimal(50)}, {"count": 1}])
def test_the_parts_of_a_split_are_told_with_who_cut_it(parts, customer):
    group = groups.create_group("All")
    membership.add(group, [customer(f"{n}@example.com").pk for n in range(2)], source="manual")
    forget()

    split(group, [Part("A", **parts), Part("B", **parts)], actor="User:1")

    created = heard("group.created")
    assert [(data["slug"], data["actor"]) for _, data in created] == [("a", STAFF), ("b", STAFF)]
