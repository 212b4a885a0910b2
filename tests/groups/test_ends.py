"""Ends that come by the clock are told on time, once, whoever else is at work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_customer_groups import events, tasks
from saleor_customer_groups.groups import deleting, editing, ends, membership, queries, snapshots
from saleor_customer_groups.models import CustomerGroup, Membership
from tests.heard import forget, heard, names

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def left() -> list[tuple[list[str], str, str]]:
    return [(data["customers"], data["source"], data["at"]) for _, data in heard("membership.left")]


@pytest.fixture
def guest_for_an_hour(alice, vip):
    """Alice is in VIP from noon to one."""
    membership.add(vip, [alice.pk], source="manual", until=NOON + HOUR, now=NOON)
    forget()
    return alice


class TestMemberships:
    def test_an_end_is_told_when_it_comes_and_once(self, guest_for_an_hour, vip):
        assert ends.tell(NOON + HOUR - timedelta(microseconds=1)) == 0
        assert ends.tell(NOON + HOUR) == 1
        assert ends.tell(NOON + 2 * HOUR) == 0

        said = {
            "group": events.group_id(vip.pk),
            "customers": [events.customer_id(guest_for_an_hour.pk)],
            "customer_count": 1,
            "source": "until",
            "reason": "",
            "actor": "",
            "at": (NOON + HOUR).isoformat(),
        }
        assert heard() == [("membership.left", said)]

    def test_the_sweep_tells(self, alice, vip):
        membership.add(
            vip, [alice.pk], source="manual", until=NOON - HOUR, now=NOON - timedelta(days=400)
        )
        forget()

        tasks.sweep()

        assert names() == ["membership.left"]

    def test_an_end_that_was_moved_is_not_told(self, guest_for_an_hour, vip):
        again = NOON + 3 * HOUR
        ids = [guest_for_an_hour.pk]
        membership.set_until(vip, ids, again, source="manual", now=NOON)

        assert ends.tell(NOON + 2 * HOUR) == 0
        assert ends.tell(again) == 1

    def test_who_was_taken_out_before_is_not_told_again(self, guest_for_an_hour, vip):
        membership.remove(vip, [guest_for_an_hour.pk], source="manual", now=NOON)

        assert ends.tell(NOON + 2 * HOUR) == 0
        assert [source for _, source, _ in left()] == ["manual"]

    def test_who_joins_again_before_the_sweep_left_first(self, guest_for_an_hour, vip):
        later = NOON + HOUR + timedelta(seconds=10)
        membership.add(vip, [guest_for_an_hour.pk], source="manual", now=later)

        assert ends.tell(NOON + 2 * HOUR) == 0
        assert names() == ["membership.left", "membership.joined"]

    def test_who_joins_again_after_the_sweep_ends_again(self, guest_for_an_hour, vip):
        ids = [guest_for_an_hour.pk]
        ends.tell(NOON + HOUR)
        membership.add(vip, ids, source="manual", until=NOON + 3 * HOUR, now=NOON + 2 * HOUR)
        ends.tell(NOON + 3 * HOUR)

        assert names() == ["membership.left", "membership.joined", "membership.left"]

    def test_an_act_on_others_leaves_their_ends_to_the_sweep(
        self, guest_for_an_hour, bob, charlie, vip
    ):
        membership.add(vip, [bob.pk, charlie.pk], source="manual", now=NOON + 2 * HOUR)

        assert names() == ["membership.joined"]
        assert ends.tell(NOON + 2 * HOUR) == 1

    def test_an_end_that_was_told_cannot_be_moved_by_an_act_that_began_before(
        self, guest_for_an_hour, vip
    ):
        ids = [guest_for_an_hour.pk]
        ends.tell(NOON + HOUR)

        late = {"source": "manual", "now": NOON + HOUR - timedelta(seconds=1)}
        assert membership.set_until(vip, ids, None, **late).changed == ()
        assert membership.remove(vip, ids, **late).removed == ()

        assert names() == ["membership.left"]

    def test_a_deleted_group_tells_of_ends_before_it_goes(self, guest_for_an_hour, bob, vip):
        membership.add(vip, [bob.pk], source="manual", now=NOON)
        forget()

        deleting.delete_group(vip)

        assert [source for _, source, _ in left()] == ["until", "manual"]
        assert names()[-1] == "group.deleted"

    def test_many_ends_are_told_in_chunks_of_any_size(self, customer, vip, standard, monkeypatch):
        monkeypatch.setattr(ends, "CHUNK", 3)
        ids = [customer(f"person{n}").pk for n in range(7)]
        membership.add(vip, ids, source="manual", until=NOON + HOUR, now=NOON)
        membership.add(standard, ids[:2], source="manual", until=NOON + HOUR, now=NOON)
        forget()

        assert ends.tell(NOON + HOUR) == 9
        told = sorted(one for customers, _, _ in left() for one in customers)
        assert told == sorted(map(events.customer_id, [*ids, *ids[:2]]))

    @pytest.mark.django_db(transaction=True)
    def test_two_sweeps_and_one_who_joins_again_tell_once(self, customer, vip, at_once):
        ids = [customer(f"person{n}").pk for n in range(300)]
        membership.add(vip, ids, source="manual", until=NOON + HOUR, now=NOON)
        forget()
        again = partial(membership.add, vip, ids, source="manual", now=NOON + 2 * HOUR)

        sweep = partial(ends.tell, NOON + 2 * HOUR)
        at_once(sweep, again, sweep, again)

        told = [one for customers, _, _ in left() for one in customers]
        assert sorted(told) == sorted(map(events.customer_id, ids))
        joined = [one for _, data in heard("membership.joined") for one in data["customers"]]
        assert sorted(joined) == sorted(map(events.customer_id, ids))
        assert Membership.objects.filter(until=None, end_told=False).count() == 300


class TestSnapshots:
    @pytest.fixture
    def spring(self, db, now):
        spring = snapshots.freeze("Spring", [])
        CustomerGroup.objects.filter(pk=spring.pk).update(expires_at=now)
        forget()
        return spring

    def test_its_end_is_told_once(self, spring, now):
        assert ends.tell(now - timedelta(microseconds=1)) == 0
        assert ends.tell(now) == 1
        assert ends.tell(now + HOUR) == 0

        said = {"group": events.group_id(spring.pk), "slug": "spring", "at": now.isoformat()}
        assert heard() == [("group.expired", said)]

    def test_a_renewed_one_expires_again(self, spring, now):
        ends.tell(now)
        snapshots.renew(spring, days=1)
        ends.tell(now + timedelta(days=2))

        assert names() == ["group.expired", "group.updated", "group.expired"]

    def test_one_that_is_renewed_before_the_sweep_had_expired(self, spring, now):
        snapshots.renew(spring, days=1)

        assert ends.tell(now + HOUR) == 0
        assert names() == ["group.expired", "group.updated"]

    def test_another_change_does_not_tell_it_again(self, spring, now):
        ends.tell(now)
        editing.update_group(spring, priority=5)
        ends.tell(now + HOUR)

        assert names() == ["group.expired", "group.updated"]

    def test_two_sweeps_at_once_tell_once(self, spring, now):
        assert ends.tell(now) + ends.tell(now) == 1


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["join", "until", "leave", "move", "last", "sweep"]),
        st.sets(st.integers(0, 3), min_size=1),
        st.integers(1, 4),
    ),
    max_size=12,
)


@given(acts=ACTS)
@settings(max_examples=60)
def test_who_only_listens_knows_who_is_in(acts, customer, request):
    """After each sweep, whoever has heard all events has the members that the database has."""
    people = _people(request, customer)
    group = editing.create_group("Listened to")
    now = NOON
    for act, chosen, hours in [*acts, ("sweep", {0}, 9)]:
        now += timedelta(minutes=20)
        _do(act, group, [people[n] for n in chosen], now + timedelta(minutes=25 * hours), now)
        if act == "sweep":
            active = queries.members_of(group, now=now).values_list("customer_id", flat=True)
            assert _replayed(group) == set(map(events.customer_id, active))


def _people(request, customer) -> list[int]:
    if not hasattr(request, "people"):
        request.people = [customer(f"person{n}").pk for n in range(4)]
    return request.people


def _do(act: str, group, ids: list[int], until: datetime, now: datetime) -> None:
    common = {"source": "manual", "now": now}
    match act:
        case "join":
            membership.add(group, ids, **common)
        case "until":
            membership.add(group, ids, until=until, **common)
        case "leave":
            membership.remove(group, ids, **common)
        case "move":
            membership.set_until(group, ids, until, **common)
        case "last":
            membership.set_until(group, ids, None, **common)
        case "sweep":
            ends.tell(now)


def _replayed(group) -> set[str]:
    """Who is in, says who has only listened; each join and leave comes once."""
    members: set[str] = set()
    told = [(name, data) for name, data in heard() if data["group"] == events.group_id(group.pk)]
    for name, data in told:
        for one in data.get("customers", ()):
            assert (one in members) == (name != "membership.joined"), (name, data)
            if name == "membership.joined":
                members.add(one)
            elif name == "membership.left":
                members.remove(one)
    return members
