"""Groups filled with whom a source names: a few at once, many by an import."""

from __future__ import annotations

from datetime import timedelta

import pytest

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import editing, membership, snapshots
from saleor_customer_groups.groups.bulk import AddedCounts
from saleor_customer_groups.importing import applying, filling, sources, staging, undoing
from saleor_customer_groups.models import CustomerGroup, Import, MembershipEvent, MembershipSource

from .conftest import members

pytestmark = pytest.mark.django_db
RULE = {"email": {"one_of": ["alice@example.com", "bob@example.com"]}}


@pytest.fixture
def many(monkeypatch):
    """More than one customer is many."""
    monkeypatch.setattr(filling, "AT_ONCE", 1)


@pytest.fixture
def full(vip, alice, bob, tomorrow):
    """VIP with Alice for good and Bob until tomorrow."""
    membership.add(vip, [alice.pk], source=MembershipSource.MANUAL)
    membership.add(vip, [bob.pk], source=MembershipSource.MANUAL, until=tomorrow)
    return vip


def done(filled):
    """The import of what was asked for, checked and applied by the tasks."""
    staging.check(filled.job.pk)
    return applying.apply(filled.job.pk)


def reasons(group):
    return set(MembershipEvent.objects.filter(group_id=group.pk).values_list("reason", flat=True))


def test_a_few_are_frozen_at_once(full, alice, bob):
    made = filling.freeze("Frozen", sources.of_members(full), days=3, actor="User:1")

    assert (made.job, made.group.kind, members(made.group)) == (None, "snapshot", [alice, bob])
    assert reasons(made.group) == {"Frozen from VIP."}


@pytest.mark.parametrize("source", ["group", "rule"])
def test_many_are_frozen_by_an_import(many, full, alice, bob, source):
    given = sources.of_members(full) if source == "group" else sources.of_rule(RULE)

    made = filling.freeze("Frozen", given, days=3, actor="User:1")

    assert (made.group.kind, members(made.group)) == ("snapshot", [])
    assert (made.job.group_id, made.job.mode, made.job.actor) == (made.group.pk, "append", "User:1")
    assert done(made).counts == {"join": 2}
    assert members(made.group) == [alice, bob]
    assert set(made.group.memberships.values_list("until", flat=True)) == {None}
    told = "Frozen from VIP." if source == "group" else f"Import {made.job.pk}"
    assert reasons(made.group) == {told}


def test_what_cannot_be_frozen_makes_nothing(many, full, guests, tomorrow):
    spring = snapshots.freeze("Spring", full, days=1)
    over = spring.expires_at - timedelta(days=2)
    CustomerGroup.objects.filter(pk=spring.pk).update(expires_at=over)
    spring.refresh_from_db()
    before = CustomerGroup.objects.count()

    with pytest.raises(Refused, match="expired"):
        sources.of_members(spring)
    with pytest.raises(InvalidInput, match="guest group"):
        sources.of_members(guests)
    with pytest.raises(InvalidInput, match="from 1 to 36,500 days"):
        filling.freeze("Frozen", sources.of_members(full), days=0)
    with pytest.raises(InvalidInput):
        filling.freeze("Frozen", sources.of_rule({"email": {"is": "x"}}))
    assert (CustomerGroup.objects.count(), Import.objects.count()) == (before, 0)


def test_a_source_that_goes_meanwhile_fails_the_import(many, full):
    made = filling.freeze("Frozen", sources.of_members(full))
    CustomerGroup.objects.filter(pk=full.pk).delete()

    failed = staging.check(made.job.pk)

    assert (failed.status, failed.error) == ("failed", "There is no group VIP any more.")
    assert members(made.group) == []


def test_others_join_a_snapshot_or_take_its_place(full, alice, bob, charlie):
    spring = snapshots.freeze("Spring", [charlie.pk])

    appended = filling.append(spring, sources.of_members(full), actor="User:1")
    assert (appended.counts, appended.job) == (AddedCounts(added=2), None)
    replaced = filling.replace(spring, [alice.pk])
    assert (replaced.counts, replaced.job) == (AddedCounts(already=1), None)
    assert members(spring) == [alice]


def test_many_join_a_snapshot_or_take_its_place_by_an_import(many, full, alice, bob, charlie):
    spring = snapshots.freeze("Spring", [charlie.pk])

    appended = filling.append(spring, sources.of_members(full))
    assert (appended.counts, members(spring)) == (None, [charlie])
    assert done(appended).counts == {"join": 2}
    assert members(spring) == [alice, bob, charlie]

    replaced = filling.replace(spring, sources.of_rule({"email": {"eq": "bob@example.com"}}))
    assert (replaced.counts, replaced.job.mode) == (None, "replace")
    assert done(replaced).counts == {"already": 1, "leaving": 2}
    assert members(spring) == [bob]
    assert undoing.undo(replaced.job.pk).counts["undone"] == 2
    assert members(spring) == [alice, bob, charlie]


def test_a_large_snapshot_is_not_replaced_by_nobody(many, full, alice, bob):
    spring = snapshots.freeze("Spring", full)

    emptied = filling.replace(spring, sources.of_rule({"email": {"eq": "x@example.com"}}))

    assert (done(emptied).status, done(emptied).error_code) == ("failed", "nobody_named")
    assert members(spring) == [alice, bob]


@pytest.mark.parametrize("act", [filling.append, filling.replace])
def test_only_a_snapshot_is_filled_so(many, full, act):
    other = editing.create_group("Other")

    with pytest.raises(InvalidInput, match="Other is no snapshot"):
        act(other, sources.of_members(full))
    assert not Import.objects.exists()


@pytest.mark.parametrize("kind", ["manual", "snapshot"])
def test_a_group_is_made_of_those_who_are_found(full, alice, bob, kind):
    made = filling.gather("New", sources.of_rule(RULE), kind=kind, days=None)

    assert (made.job, made.group.kind, members(made.group)) == (None, kind, [alice, bob])


@pytest.mark.parametrize("kind", ["manual", "snapshot"])
def test_a_group_of_many_is_made_by_an_import(many, full, alice, bob, kind):
    made = filling.gather("New", sources.of_list("", group_id=full.pk), kind=kind, days=None)

    assert (made.group.kind, members(made.group)) == (kind, [])
    done(made)
    assert members(made.group) == [alice, bob]


def test_put_in_shows_what_it_would_be_first(many, full, vip, alice, bob, charlie):
    party = editing.create_group("Party")

    put = filling.put_in(party, sources.of_list("example", group_id=None), name="All")

    checked = staging.check(put.job.pk)
    assert (checked.status, checked.file_name) == ("checked", "All")
    assert (checked.counts, members(party)) == ({"join": 3}, [])
    applying.apply(put.job.pk)
    assert members(party) == [alice, bob, charlie]


def test_staff_are_in_no_list(full, alice, bob):
    type(bob).objects.filter(pk=bob.pk).update(is_staff=True)

    for source in (sources.of_list("", group_id=full.pk), sources.of_customers([alice.pk, bob.pk])):
        assert filling.gather("New", source, kind="manual").group.memberships.count() == 1


@pytest.mark.parametrize("large", [False, True])
def test_a_copy_has_the_members_with_their_ends(full, alice, bob, tomorrow, large, monkeypatch):
    monkeypatch.setattr(filling, "AT_ONCE", 1 if large else 2)

    copy = filling.copy(full, name="Copy", with_members=True, actor="User:1")

    assert (copy.job is not None) == large
    if large:
        assert members(copy.group) == []
        done(copy)
    rows = copy.group.memberships.order_by("customer_id").values_list("customer_id", "until")
    assert list(rows) == [(alice.pk, None), (bob.pk, tomorrow)]
    assert reasons(copy.group) == {"Copied from VIP."}


def test_a_copy_without_members_has_none(many, full):
    copy = filling.copy(full, name="Copy", with_members=False)

    assert (copy.job, members(copy.group)) == (None, [])


def test_asking_costs_no_more_for_more_customers(vip, customer, counted, many):
    membership.add(vip, [customer(f"p{n}").pk for n in range(3)], source=MembershipSource.MANUAL)
    with counted() as few:
        filling.freeze("A", sources.of_members(vip))
    membership.add(vip, [customer(f"q{n}").pk for n in range(30)], source=MembershipSource.MANUAL)
    with counted() as more:
        filling.freeze("B", sources.of_members(vip))

    assert len(few) == len(more)
