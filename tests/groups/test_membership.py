"""Customers join and leave groups, and each real change is one line of history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.groups import membership
from saleor_customer_groups.groups.membership import Added, Changed, Removed
from saleor_customer_groups.models import Membership, MembershipEvent

from .conftest import requested

pytestmark = pytest.mark.django_db
UNKNOWN = 2_000_000_000


def history() -> list[tuple]:
    """Everything that was written into the history, oldest first."""
    return list(
        MembershipEvent.objects.order_by("id").values_list("customer_id", "action", "group_name")
    )


def test_a_customer_joins_a_group(alice, vip, now, tomorrow):
    result = membership.add(
        vip, [alice.pk], source="import", reason="Spring", actor="User:1", until=tomorrow, now=now
    )

    assert result == Added(added=(alice.pk,))
    row = Membership.objects.get()
    assert (row.group, row.customer, row.source) == (vip, alice, "import")
    assert (row.started_at, row.until, row.reason, row.actor) == (now, tomorrow, "Spring", "User:1")
    line = MembershipEvent.objects.get()
    assert (line.group_id, line.group_name, line.customer_id) == (vip.pk, "VIP", alice.pk)
    assert (line.action, line.source, line.at) == ("joined", "import", now)
    assert (line.until, line.reason, line.actor) == (tomorrow, "Spring", "User:1")
    assert requested() == [alice.pk]


def test_the_answer_names_who_joined_who_was_in_and_who_does_not_exist(alice, bob, charlie, vip):
    membership.add(vip, [bob.pk], source="manual")

    result = membership.add(vip, [UNKNOWN, charlie.pk, bob.pk, alice.pk, alice.pk], source="manual")

    assert result == Added(added=(alice.pk, charlie.pk), already=(bob.pk,), unknown=(UNKNOWN,))
    assert history() == [
        (bob.pk, "joined", "VIP"),
        (alice.pk, "joined", "VIP"),
        (charlie.pk, "joined", "VIP"),
    ]
    assert requested() == [bob.pk, alice.pk, charlie.pk]


def test_joining_again_changes_nothing(alice, vip, tomorrow):
    membership.add(vip, [alice.pk], source="manual", reason="first")

    result = membership.add(vip, [alice.pk], source="import", reason="second", until=tomorrow)

    assert result == Added(already=(alice.pk,))
    row = Membership.objects.get()
    assert (row.source, row.reason, row.until) == ("manual", "first", None)
    assert len(history()) == 1
    assert requested() == [alice.pk]


def test_an_ended_membership_begins_anew(alice, vip, now, tomorrow):
    membership.add(vip, [alice.pk], source="manual", reason="first", until=tomorrow, now=now)
    later = tomorrow + timedelta(seconds=1)

    result = membership.add(vip, [alice.pk], source="api", reason="second", now=later)

    assert result == Added(added=(alice.pk,))
    row = Membership.objects.get()
    assert (row.source, row.reason, row.started_at, row.until) == ("api", "second", later, None)
    assert history() == [(alice.pk, "joined", "VIP"), (alice.pk, "joined", "VIP")]


def test_a_membership_ends_in_the_very_moment_of_its_until(alice, vip, now, tomorrow):
    membership.add(vip, [alice.pk], source="manual", until=tomorrow, now=now)

    assert membership.remove(vip, [alice.pk], source="manual", now=tomorrow).absent == (alice.pk,)
    assert membership.add(vip, [alice.pk], source="manual", now=tomorrow).added == (alice.pk,)


def test_a_customer_leaves_a_group(alice, bob, vip, now):
    membership.add(vip, [alice.pk, bob.pk], source="manual")

    result = membership.remove(
        vip, [alice.pk, UNKNOWN], source="api", reason="Winter", actor="App:3", now=now
    )

    assert result == Removed(removed=(alice.pk,), absent=(UNKNOWN,))
    assert list(Membership.objects.values_list("customer_id", flat=True)) == [bob.pk]
    line = MembershipEvent.objects.get(action="left")
    assert (line.group_id, line.group_name, line.customer_id) == (vip.pk, "VIP", alice.pk)
    assert (line.source, line.reason, line.actor, line.at) == ("api", "Winter", "App:3", now)
    assert line.until is None
    assert requested() == [alice.pk, bob.pk, alice.pk]


def test_leaving_twice_is_one_line_of_history(alice, vip):
    membership.add(vip, [alice.pk], source="manual")
    membership.remove(vip, [alice.pk], source="manual")

    assert membership.remove(vip, [alice.pk], source="manual") == Removed(absent=(alice.pk,))
    assert history() == [(alice.pk, "joined", "VIP"), (alice.pk, "left", "VIP")]


def test_the_end_of_a_membership_moves(alice, bob, charlie, vip, now, tomorrow):
    membership.add(vip, [alice.pk], source="manual")
    membership.add(vip, [bob.pk], source="manual", until=tomorrow)

    result = membership.set_until(
        vip, [alice.pk, bob.pk, charlie.pk], tomorrow, source="manual", actor="User:1", now=now
    )

    assert result == Changed(changed=(alice.pk,), unchanged=(bob.pk,), absent=(charlie.pk,))
    assert set(Membership.objects.values_list("until", flat=True)) == {tomorrow}
    line = MembershipEvent.objects.get(action="changed")
    assert (line.customer_id, line.until, line.actor) == (alice.pk, tomorrow, "User:1")
    assert requested() == [alice.pk, bob.pk, alice.pk]


def test_a_membership_may_last_again(alice, vip, tomorrow):
    membership.add(vip, [alice.pk], source="manual", until=tomorrow)

    assert membership.set_until(vip, [alice.pk], None, source="manual").changed == (alice.pk,)
    assert Membership.objects.get().until is None


def test_everybody_leaves_in_two_statements(alice, bob, vip, standard, counted):
    membership.add(vip, [alice.pk, bob.pk], source="manual")
    membership.add(standard, [alice.pk], source="manual")

    with counted() as statements:
        assert membership.remove_everybody(vip, source="manual", reason="closing") == 2

    assert len(statements) == 2
    assert Membership.objects.get().group == standard
    assert MembershipEvent.objects.filter(action="left", reason="closing").count() == 2


def test_the_history_outlives_group_and_customer(alice, vip):
    membership.add(vip, [alice.pk], source="manual")
    customer_id, group_id = alice.pk, vip.pk

    alice.delete()
    vip.delete()

    assert not Membership.objects.exists()
    line = MembershipEvent.objects.get()
    assert (line.customer_id, line.group_id, line.group_name) == (customer_id, group_id, "VIP")


def test_the_history_has_the_groups_name_of_the_day(alice, vip):
    type(vip).objects.filter(pk=vip.pk).update(name="Gold")

    membership.add(vip, [alice.pk], source="manual")

    assert MembershipEvent.objects.get().group_name == "Gold"


@pytest.mark.parametrize(
    ("arguments", "field", "code", "sentence"),
    [
        (
            {"source": "magic"},
            "source",
            "invalid_choice",
            "“magic” is not a source; choose one of manual, import, rule, channel, default, api.",
        ),
        (
            {"reason": "x" * 501},
            "reason",
            "max_length",
            "The reason must have at most 500 characters; it has 501.",
        ),
        (
            {"actor": "x" * 101},
            "actor",
            "max_length",
            "The actor must have at most 100 characters; it has 101.",
        ),
        (
            {"reason": "a\x00b"},
            "reason",
            "null_character",
            "The reason must not contain a null character.",
        ),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(alice, vip, arguments, field, code, sentence):
    with pytest.raises(InvalidInput) as refusal:
        membership.add(vip, [alice.pk], **{"source": "manual", **arguments})

    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert str(refusal.value) == sentence
    assert not Membership.objects.exists()
    assert not MembershipEvent.objects.exists()
    assert requested() == []


@pytest.mark.parametrize("act", ["add", "set_until"])
def test_an_end_that_is_over_is_refused(act, alice, vip, now):
    arguments = {"add": (), "set_until": (now,)}[act]
    keywords = {"add": {"until": now}, "set_until": {}}[act]

    with pytest.raises(InvalidInput, match=r"would have ended already: .* is over\.$") as refusal:
        getattr(membership, act)(vip, [alice.pk], *arguments, source="manual", now=now, **keywords)

    assert (refusal.value.field, refusal.value.code) == ("until", "until_is_over")
    assert not Membership.objects.exists()


def test_an_end_without_a_time_zone_is_refused(alice, vip, tomorrow):
    with pytest.raises(InvalidInput, match="The until must have a time zone") as refusal:
        membership.add(vip, [alice.pk], source="manual", until=tomorrow.replace(tzinfo=None))

    assert refusal.value.field == "until"


def test_the_guest_group_holds_nobody(alice, guests):
    with pytest.raises(InvalidInput) as refusal:
        membership.add(guests, [alice.pk], source="manual")

    assert str(refusal.value) == (
        "Guests is the guest group: it stands for shoppers who are not logged in and holds no "
        "customers."
    )
    assert (refusal.value.field, refusal.value.code) == ("group", "guest_group")
    assert not Membership.objects.exists()


def test_a_group_that_is_gone_is_refused(alice, vip):
    type(vip).objects.filter(pk=vip.pk).delete()

    with pytest.raises(InvalidInput, match="There is no group VIP any more.") as refusal:
        membership.add(vip, [alice.pk], source="manual")

    assert refusal.value.code == "not_found"


def test_nobody_needs_no_statement(vip, counted):
    with counted() as statements:
        assert membership.add(vip, [], source="manual") == Added()
        assert membership.remove(vip, [], source="manual") == Removed()
        assert membership.set_until(vip, [], None, source="manual") == Changed()

    assert statements == []


@pytest.mark.parametrize("number", [1, 50])
def test_many_cost_as_many_statements_as_one(number, customer, vip, tomorrow, counted):
    ids = [customer(f"person{n}").pk for n in range(number)]

    with counted() as add:
        membership.add(vip, ids, source="manual")
    with counted() as again:
        membership.add(vip, ids, source="manual")
    with counted() as change:
        membership.set_until(vip, ids, tomorrow, source="manual")
    with counted() as remove:
        membership.remove(vip, ids, source="manual")

    # the group, the members with their history and the event, whose prices; "again": who of them
    # exists, and no price
    assert [len(s) for s in (add, again, change, remove)] == [3, 3, 3, 3]


def test_a_long_list_goes_in_chunks(customer, vip, settings, counted):
    settings.SALEOR_CUSTOMER_GROUPS = {"ASSIGN_CHUNK": 2}
    ids = [customer(f"person{n}").pk for n in range(5)]

    with counted() as statements:
        result = membership.add(vip, reversed(ids), source="manual")

    assert result == Added(added=tuple(ids))
    assert len(statements) == 3 * 3
    assert requested() == ids
