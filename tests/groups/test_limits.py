"""A member limit: who comes too late is told so, and it is never exceeded."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from saleor_customer_groups import repricing
from saleor_customer_groups.groups import bulk, defaults, editing, membership
from saleor_customer_groups.groups.bulk import AddedCounts, RemovedCounts
from saleor_customer_groups.groups.membership import Added
from saleor_customer_groups.models import Membership, RepricingRequest

from .conftest import requested

pytestmark = pytest.mark.django_db
UNKNOWN = 2_000_000_000


@pytest.fixture
def people(customer):
    """The ids of five customers."""
    return [customer(f"person{number}").pk for number in range(5)]


def limit(group, number):
    return editing.update_group(group, member_limit=number)


def test_a_full_group_says_who_came_too_late(people, vip):
    limit(vip, 3)
    membership.add(vip, [people[4]], source="manual")

    answer = membership.add(vip, [*people, UNKNOWN], source="manual")

    assert answer == Added(
        added=tuple(people[:2]),
        already=(people[4],),
        unknown=(UNKNOWN,),
        full=(people[2], people[3]),
    )
    assert Membership.objects.count() == 3


def test_a_place_that_comes_free_is_taken(people, vip, now, tomorrow):
    limit(vip, 2)
    membership.add(vip, people[:1], source="manual")
    membership.add(vip, people[1:2], source="manual", until=tomorrow, now=now)

    assert membership.add(vip, people[2:3], source="manual", now=now).full == (people[2],)
    membership.remove(vip, people[:1], source="manual", now=now)
    assert membership.add(vip, people[2:3], source="manual", now=now).added == (people[2],)
    # the second ends
    assert membership.add(vip, people[3:5], source="manual", now=tomorrow) == Added(
        added=(people[3],), full=(people[4],)
    )


@pytest.mark.parametrize(("own", "setting", "room"), [
    (None, None, 5), (None, 2, 2), (3, 2, 3), (3, None, 3), (0, 2, 0), (9, 2, 5),
])  # fmt: skip
def test_the_groups_own_limit_goes_before_the_setting(own, setting, room, people, vip, settings):
    limit(vip, own)
    settings.SALEOR_CUSTOMER_GROUPS = {"MEMBER_LIMIT": setting}

    answer = membership.add(vip, people, source="api")

    assert (answer.added, answer.full) == (tuple(people[:room]), tuple(people[room:]))


def test_a_limit_holds_across_chunks(people, vip, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"ASSIGN_CHUNK": 2, "MEMBER_LIMIT": 3}

    answer = membership.add(vip, people, source="import")

    assert (answer.added, answer.full) == (tuple(people[:3]), tuple(people[3:]))


def test_rules_and_newcomers_are_not_limited(people, standard, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"MEMBER_LIMIT": 1}
    dynamic = editing.create_group("Club", kind="dynamic")

    assert len(membership.add(dynamic, people, source="rule").added) == 5
    assert [defaults.ensure_default(person) for person in people] == [True] * 5


def test_no_limit_costs_no_statement(people, vip, counted):
    with counted() as statements:
        membership.add(vip, people, source="manual")

    # the group, the members with their history and the event, whose prices
    assert len(statements) == 3


def test_a_limit_below_the_members_throws_nobody_out(people, vip):
    membership.add(vip, people, source="manual")
    limit(vip, 2)

    assert membership.add(vip, people, source="manual").already == tuple(people)
    assert Membership.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_eight_who_fill_a_group_at_once_never_exceed_it(customer, vip, at_once):
    ids = [customer(f"person{number}").pk for number in range(40)]
    limit(vip, 11)

    answers = at_once(
        *[partial(membership.add, vip, ids[n * 5 : n * 5 + 5], source="manual") for n in range(8)]
    )

    assert Membership.objects.count() == 11
    assert sum(len(answer.added) for answer in answers) == 11
    assert sum(len(answer.full) for answer in answers) == 29


class TestMany:
    def test_ids_are_read_a_chunk_after_another(self, people, vip, settings):
        settings.SALEOR_CUSTOMER_GROUPS = {"ASSIGN_CHUNK": 2}
        written = []

        def found():
            for person in [*people, people[0], UNKNOWN]:
                written.append(Membership.objects.count())
                yield person

        assert bulk.add_many(vip, found(), source="manual") == AddedCounts(
            added=5, already=1, unknown=1
        )
        assert written == [0, 0, 2, 2, 4, 4, 5]

    def test_many_leave(self, people, vip, settings):
        settings.SALEOR_CUSTOMER_GROUPS = {"ASSIGN_CHUNK": 2}
        membership.add(vip, people[:3], source="manual")

        answer = bulk.remove_many(vip, iter(people), source="manual")

        assert answer == RemovedCounts(removed=3, absent=2)
        assert not Membership.objects.exists()

    def test_who_found_it_full_is_counted(self, people, vip):
        limit(vip, 2)

        assert bulk.add_many(vip, people, source="manual") == AddedCounts(added=2, full=3)

    def test_of_many_who_join_at_once_the_group_is_priced_again(self, people, vip, monkeypatch):
        monkeypatch.setattr(repricing, "NAMED", 3)

        bulk.add_many(vip, people, source="manual")
        bulk.remove_many(vip, people, source="manual")

        requests = RepricingRequest.objects.order_by("id")
        assert [(r.customer_id, r.group_id) for r in requests] == [
            (None, vip.pk),
            *[(person, None) for person in people],
        ]

    def test_everybody_that_a_statement_finds_joins(self, people, vip, settings):
        from saleor_customer_groups.groups import queries

        settings.SALEOR_CUSTOMER_GROUPS = {"ASSIGN_CHUNK": 2}
        sql = "SELECT id FROM account_user WHERE email <> %s ORDER BY id"
        found = queries.ids_found(sql, ["person3@example.com"])

        assert bulk.add_many(vip, found, source="manual").added == 4
        assert requested() == [person for person in people if person != people[3]]
        assert Membership.objects.filter(started_at__lte=timezone.now()).count() == 4
