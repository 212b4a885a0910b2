"""Groups that are cut into parts by chance: always the same chance, and nobody twice."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as some

from saleor_customer_groups.errors import InUse, InvalidInput, Refused
from saleor_customer_groups.groups import deleting, membership, snapshots
from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.models import CustomerGroup, MembershipEvent, Segment
from saleor_customer_groups.segments import refresh, rules, schedule, splits
from saleor_customer_groups.segments.fields import FIELDS
from saleor_customer_groups.segments.splits import Part

from .people import members

pytestmark = pytest.mark.django_db
MANY = 20_000


def percent(name: str, text: str) -> Part:
    return Part(name, percent=Decimal(text))


def place(salt: str, customer_id: int) -> int:
    """The customer's hundredth of a percent, as docs/segments.md says it."""
    return int(hashlib.md5(f"{salt}:{customer_id}".encode()).hexdigest()[:8], 16) % 10_000


@pytest.fixture
def crowd(customer):
    """The ids of sixty customers."""
    return [customer(f"person{number}@example.com").pk for number in range(60)]


@pytest.fixture
def vip(crowd):
    group = groups.create_group("VIP")
    membership.add(group, crowd, source="manual")
    return group


def run_all() -> None:
    """The full runs that are due, and what they set off."""
    refresh.work_off()
    schedule.run_due()


class TestByPercent:
    def test_parts_are_dynamic_groups_with_the_rule_of_their_share(self, vip):
        cut = splits.split(
            vip, [percent("A", "50"), percent("B", "33.30"), percent("C", "0.05")], salt="spring"
        )

        assert cut.salt == "spring"
        assert [(group.name, group.kind) for group in cut.groups] == [
            ("A", "dynamic"),
            ("B", "dynamic"),
            ("C", "dynamic"),
        ]
        assert cut.groups[1].description == "33.3 % of VIP, by chance."
        shares = [("0", "50"), ("50", "83.3"), ("83.3", "83.35")]
        assert [Segment.objects.get(group=group).rule for group in cut.groups] == [
            {
                "all": [
                    {"in_group": {"one_of": [vip.pk]}},
                    {"part": {"salt": "spring", "from": start, "to": end}},
                ]
            }
            for start, end in shares
        ]

    def test_everybody_is_in_the_part_that_chance_says(self, crowd, vip):
        a, b = splits.split(vip, [percent("A", "30"), percent("B", "70")], salt="spring").groups

        run_all()

        assert members(a) == [one for one in crowd if place("spring", one) < 3_000]
        assert members(b) == [one for one in crowd if place("spring", one) >= 3_000]
        assert 0 < len(members(a)) < len(crowd)

    def test_the_rest_is_in_no_part(self, crowd, vip):
        [held_out] = splits.split(vip, [percent("Hold-out", "20")], salt="spring").groups

        run_all()

        assert members(held_out) == [one for one in crowd if place("spring", one) < 2_000]

    def test_newcomers_get_their_part_and_who_leaves_the_group_leaves_it(
        self, crowd, customer, vip
    ):
        a, b = splits.split(vip, [percent("A", "50"), percent("B", "50")], salt="spring").groups
        run_all()
        before = members(a), members(b)
        late = [customer(f"late{number}@example.com").pk for number in range(10)]

        membership.add(vip, late, source="manual")
        membership.remove(vip, crowd[:10], source="manual")
        run_all()

        assert sorted(members(a) + members(b)) == sorted(crowd[10:] + late)
        assert set(before[0]) & set(crowd[10:]) == set(members(a)) & set(crowd[10:])
        assert {place("spring", one) < 5_000 for one in members(a)} == {True}

    def test_the_same_salt_gives_the_same_parts_and_another_gives_others(self, vip):
        parts = [percent("A", "50"), percent("B", "50")]
        first = splits.split(vip, parts, salt="spring").groups
        again = splits.split(vip, parts, salt="spring").groups
        other = splits.split(vip, parts, salt="autumn").groups

        run_all()

        assert [members(group) for group in again] == [members(group) for group in first]
        assert members(other[0]) != members(first[0])

    def test_without_a_salt_each_cut_has_its_own(self, vip):
        salts = {splits.split(vip, [percent("A", "50")]).salt for _ in range(5)}

        assert len(salts) == 5

    def test_a_group_that_has_parts_is_not_deleted(self, vip):
        splits.split(vip, [percent("A", "50")])

        with pytest.raises(InUse, match="VIP cannot be deleted, because it is used by .* “A”"):
            deleting.delete_group(vip)

    @settings(max_examples=15)
    @given(
        cuts=some.sets(some.integers(1, 9_999), max_size=6),
        salt=some.text(
            some.characters(exclude_characters="\x00", exclude_categories=("Cs",)),
            min_size=1,
            max_size=10,
        ),
    )
    def test_parts_of_a_hundred_percent_are_disjoint_and_complete(self, cuts, salt):
        ends = [Decimal(end) / 100 for end in (0, *sorted(cuts), 10_000)]
        found: list[int] = []
        for start, end in pairwise(ends):
            found += in_part(salt, start, end)

        assert sorted(found) == list(range(1, 501))

    def test_chance_is_fair(self):
        """Of 20,000 a part of 30 % has 6,000; 4 standard deviations to either side are 260."""
        shares = Counter(
            name
            for name, start, end in [("A", 0, 30), ("B", 30, 60), ("C", 60, 100)]
            for _ in in_part("spring", Decimal(start), Decimal(end), people=MANY)
        )

        assert abs(shares["A"] - 6_000) < 260
        assert abs(shares["B"] - 6_000) < 260
        assert sum(shares.values()) == MANY


class TestByCount:
    def test_parts_have_exactly_so_many_in_the_order_of_chance(self, crowd, vip):
        parts = [Part("A", count=25), Part("B", count=5)]

        a, b = splits.split(vip, parts, salt="spring", actor="User:1").groups

        by_chance = sorted(
            crowd,
            key=lambda one: hashlib.md5(f"spring:{one}".encode()).hexdigest(),
        )
        assert members(a) == sorted(by_chance[:25])
        assert members(b) == sorted(by_chance[25:30])
        assert (a.kind, b.description) == ("manual", "5 of VIP, by chance.")
        told = MembershipEvent.objects.filter(group_id=a.pk).values_list("actor", "reason")
        assert set(told) == {("User:1", "Cut from VIP")}

    def test_it_is_frozen_when_it_is_cut(self, crowd, vip):
        [a] = splits.split(vip, [Part("A", count=60)]).groups

        membership.remove(vip, crowd[:10], source="manual")
        run_all()

        assert members(a) == crowd

    def test_fewer_than_asked_are_refused_and_nothing_is_made(self, vip):
        with pytest.raises(Refused, match="VIP has 60 customers; 61 are asked for") as refusal:
            splits.split(vip, [Part("A", count=60), Part("B", count=1)])

        assert refusal.value.code == "too_few"
        assert not CustomerGroup.objects.filter(name__in=["A", "B"]).exists()

    def test_staff_and_former_members_do_not_count(self, crowd, vip):
        now = timezone.now()
        get_user_model().objects.filter(pk=crowd[0]).update(is_staff=True)
        vip.memberships.filter(customer_id=crowd[1]).update(
            started_at=now - timedelta(days=2), until=now - timedelta(days=1)
        )

        [a] = splits.split(vip, [Part("A", count=58)]).groups

        assert members(a) == crowd[2:]
        with pytest.raises(Refused, match="VIP has 58 customers; 59 are asked for"):
            splits.split(vip, [Part("A", count=59)])

    def test_the_member_limit_is_not_exceeded(self, vip, settings):
        settings.SALEOR_CUSTOMER_GROUPS = {"MEMBER_LIMIT": 20}

        with pytest.raises(Refused, match="B would exceed the limit of members") as refusal:
            splits.split(vip, [Part("A", count=20), Part("B", count=21)])

        assert refusal.value.code == "full"
        assert not CustomerGroup.objects.filter(name__in=["A", "B"]).exists()

    def test_customers_cost_no_statements_but_those_of_their_chunk(self, vip, counted):
        with counted() as few:
            splits.split(vip, [Part("A", count=1)])
        with counted() as many:
            splits.split(vip, [Part("B", count=60)])

        assert len(few) == len(many)


class TestRefusals:
    @pytest.mark.parametrize(
        ("parts", "sentence"),
        [
            ([], "Name at least one part."),
            ([percent("", "10")], "Each part needs a name of its own; “” is not."),
            ([percent("A", "10"), percent(" A ", "10")], "“A” is not."),
            ([percent("A", "10"), Part("B", count=1)], "All parts have a percentage, or all"),
            ([Part("A", percent=Decimal(10), count=1)], "All parts have a percentage, or all"),
            ([Part("A")], "The percentage of A must be above 0 and at most 100"),
            ([percent("A", "0")], "two decimals; it is 0."),
            ([percent("A", "-1")], "two decimals; it is -1."),
            ([percent("A", "100.01")], "two decimals; it is 100.01."),
            ([percent("A", "33.333")], "two decimals; it is 33.333."),
            ([percent("A", "NaN")], "two decimals; it is NaN."),
            ([percent("A", "60"), percent("B", "40.01")], "are 100.01 together; at most 100"),
            ([Part("A", count=0)], "The count of A must be a whole number, not 0."),
            ([Part("A", count=True)], "The count of A must be a whole number, not True."),
        ],
    )
    def test_parts_that_are_none(self, parts, sentence, vip):
        with pytest.raises(InvalidInput) as refusal:
            splits.split(vip, parts)

        assert refusal.value.field == "parts"
        assert sentence in refusal.value.message

    @pytest.mark.parametrize("salt", ["", "x" * 101, "a\x00b", "\ud800"])
    def test_a_salt_that_is_none(self, salt, vip):
        with pytest.raises(InvalidInput, match="The salt must have from 1 to 100 printable"):
            splits.split(vip, [percent("A", "50")], salt=salt)

    def test_the_guest_group(self):
        guests = groups.create_group("Guests", kind="guest")

        with pytest.raises(InvalidInput, match="Guests is the guest group"):
            splits.split(guests, [percent("A", "50")])

    def test_a_group_that_is_gone(self, vip):
        CustomerGroup.objects.filter(pk=vip.pk).delete()

        with pytest.raises(InvalidInput, match="There is no group VIP any more"):
            splits.split(vip, [percent("A", "50")])

    def test_a_snapshot_that_has_expired(self, crowd):
        snapshot = snapshots.freeze("Fair", crowd, days=1)
        over = timezone.now() - timedelta(days=1)
        CustomerGroup.objects.filter(pk=snapshot.pk).update(expires_at=over)

        with pytest.raises(Refused, match="Fair is a snapshot that expired on"):
            splits.split(snapshot, [percent("A", "50")])

    def test_a_second_part_that_cannot_be_made_takes_the_first_back(self, vip):
        with pytest.raises(InvalidInput, match="The name must have at most 250 characters"):
            splits.split(vip, [percent("A", "50"), percent("x" * 251, "50")])

        assert not CustomerGroup.objects.filter(name="A").exists()


def in_part(salt: str, start: Decimal, end: Decimal, *, people: int = 500) -> list[int]:
    """Who of the customers 1, 2, 3 … is in this part, by the SQL of the field."""
    leaf = rules.parse({"part": {"salt": salt, "from": str(start), "to": str(end)}})
    condition = FIELDS["part"].find(leaf, None)
    sql = f"SELECT customer.id FROM generate_series(1, {people}) AS customer (id) WHERE "
    with connection.cursor() as cursor:
        cursor.execute(sql + condition.sql, condition.params)
        return [row[0] for row in cursor.fetchall()]
