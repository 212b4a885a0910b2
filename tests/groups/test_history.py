"""Who was in a group on a day, by the history alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_customer_groups.groups import deleting, erasure, membership, queries
from saleor_customer_groups.models import CustomerGroup, Membership, MembershipEvent

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)

# (day, act, which of three customers, how many days until the end or for good)
ACTS = st.tuples(
    st.integers(0, 12),
    st.sampled_from(["add", "remove", "set_until"]),
    st.integers(0, 2),
    st.none() | st.integers(1, 6),
)


def at(group: CustomerGroup, when: datetime) -> list[int]:
    """The customers who were in."""
    return list(queries.members_at(group.pk, when).values_list("customer_id", flat=True))


def test_a_member_is_in_from_the_join_to_the_leave(alice, vip):
    membership.add(vip, [alice.pk], source="manual", now=START)
    membership.remove(vip, [alice.pk], source="manual", now=START + 2 * DAY)
    membership.add(vip, [alice.pk], source="manual", now=START + 4 * DAY)

    days = [bool(at(vip, START + number * DAY)) for number in range(-1, 6)]

    assert days == [False, True, True, False, False, True, True]


def test_an_end_counts_without_anybody_leaving(alice, vip):
    membership.add(vip, [alice.pk], source="manual", now=START, until=START + DAY)
    membership.set_until(vip, [alice.pk], START + 3 * DAY, source="manual", now=START + DAY / 2)

    # what was known then: until the change, the first end held
    assert at(vip, START + DAY / 4) == [alice.pk]
    assert at(vip, START + 3 * DAY - timedelta(microseconds=1)) == [alice.pk]
    assert at(vip, START + 3 * DAY) == []


def test_a_group_that_is_deleted_is_remembered(alice, bob, vip):
    group_id = vip.pk
    membership.add(vip, [alice.pk, bob.pk], source="manual", now=START)

    deleting.delete_group(vip)

    rows = queries.members_at(group_id, START + DAY)
    assert [(row.customer_id, row.group_name) for row in rows] == [
        (alice.pk, "VIP"),
        (bob.pk, "VIP"),
    ]
    assert not queries.members_at(group_id, datetime.now(tz=UTC)).exists()


def test_it_is_one_statement(alice, vip, counted):
    membership.add(vip, [alice.pk], source="manual", now=START)

    with counted() as statements:
        assert queries.members_at(vip.pk, START).count() == 1

    assert len(statements) == 1


def replay(events: list[MembershipEvent], when: datetime) -> set[int]:
    """The history told once more, line by line."""
    ends: dict[int, datetime | None] = {}
    for event in events:
        if event.at > when:
            continue
        if event.action == "left":
            ends.pop(event.customer_id, None)
        else:
            ends[event.customer_id] = event.until
    return {customer for customer, until in ends.items() if until is None or until > when}


@pytest.mark.any_host
@settings(max_examples=60)
@given(acts=st.lists(ACTS, max_size=14), erased=st.booleans())
def test_it_is_what_the_history_says_line_by_line(acts, erased, alice, bob, charlie, vip):
    MembershipEvent.objects.all().delete()
    Membership.objects.all().delete()
    people = [alice.pk, bob.pk, charlie.pk]
    members: dict[datetime, int] = {}
    for day, act, who, days in sorted(acts, key=lambda act: act[0]):
        now = START + day * DAY
        until = None if days is None else now + days * DAY
        arguments = (until,) if act == "set_until" else ()
        keywords = {"until": until} if act == "add" else {}
        getattr(membership, act)(
            vip, [people[who]], *arguments, source="manual", now=now, **keywords
        )
        members[now] = queries.members_of(vip, now=now).count()
    if erased:
        erasure.forget([alice.pk], now=START + 13 * DAY)

    events = list(MembershipEvent.objects.order_by("id"))
    for half_days in range(-1, 42):
        when = START + half_days * DAY / 2
        assert set(at(vip, when)) == replay(events, when)
    for when, number in members.items():
        assert len(at(vip, when)) == number


class TestTheHistoryOfAGroup:
    def test_it_comes_in_pages(self, alice, bob, charlie, vip, standard):
        membership.add(vip, [alice.pk, bob.pk], source="manual")
        membership.add(standard, [alice.pk], source="manual")
        membership.remove(vip, [alice.pk], source="manual")

        first = queries.history_of_group(vip.pk, limit=2)
        second = queries.history_of_group(vip.pk, after=first[-1].pk, limit=2)

        assert [(e.customer_id, e.action) for e in [*first, *second]] == [
            (alice.pk, "joined"),
            (bob.pk, "joined"),
            (alice.pk, "left"),
        ]
        assert queries.history_of_group(vip.pk, after=second[-1].pk) == []


class TestCustomersInGroups:
    def test_customers_are_filtered_by_group_in_one_statement(
        self, alice, bob, charlie, vip, standard, now, tomorrow, counted, django_user_model
    ):
        membership.add(vip, [alice.pk, bob.pk], source="manual", now=now)
        membership.add(standard, [alice.pk], source="manual", now=now)
        membership.add(vip, [charlie.pk], source="manual", until=tomorrow, now=now)
        customers = django_user_model.objects.order_by("id")

        with counted() as statements:
            found = list(
                customers.filter(queries.customers_in([vip.pk, standard.pk], now=tomorrow))
            )

        assert found == [alice, bob]
        assert len(statements) == 1
        assert list(customers.exclude(queries.customers_in([vip.pk], now=now))) == []
        assert list(customers.filter(queries.customers_in([], now=now))) == []
