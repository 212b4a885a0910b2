"""What other systems hear of groups, members and applications, and that it costs them little."""

from __future__ import annotations

import json
from datetime import UTC

import pytest
from django.db import transaction

from saleor_customer_groups import events
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import (
    applications,
    copying,
    deleting,
    editing,
    erasure,
    membership,
    rows,
    snapshots,
)
from saleor_customer_groups.groups.rows import BulkAct
from saleor_customer_groups.groups.writing import Rows
from saleor_customer_groups.models import MembershipEvent, OutboxEvent
from tests.heard import forget, heard, names

pytestmark = pytest.mark.django_db
STAFF = events.customer_id(1)


def of(people) -> list[str]:
    return [events.customer_id(person.pk) for person in people]


def context(cause: str, *groups, channel: str = "") -> tuple[str, dict]:
    said = {
        "cause": cause,
        "groups": [events.group_id(group.pk) for group in groups],
        "group_count": len(groups),
        "channel": channel,
    }
    return "prices.context_changed", said


class TestMembers:
    def test_joining_moving_the_end_and_leaving_are_told(self, alice, bob, vip, now, tomorrow):
        why = {"source": "api", "reason": "Spring", "actor": "User:1", "now": now}
        membership.add(vip, [bob.pk, alice.pk], **why)
        membership.set_until(vip, [alice.pk], tomorrow, **why)
        membership.remove(vip, [alice.pk], **why)

        said = {
            "group": events.group_id(vip.pk),
            "source": "api",
            "reason": "Spring",
            "actor": STAFF,
            "at": now.isoformat(),
        }
        assert heard() == [
            ("membership.joined", {**said, "customers": of([alice, bob]), "until": None}),
            (
                "membership.changed",
                {**said, "customers": of([alice]), "until": tomorrow.isoformat()},
            ),
            ("membership.left", {**said, "customers": of([alice]), "customer_count": 1}),
        ]
        assert {row.subject for row in OutboxEvent.objects.all()} == {events.group_id(vip.pk)}

    def test_what_changes_nothing_is_not_told(self, alice, vip):
        membership.add(vip, [alice.pk], source="manual")
        forget()

        membership.add(vip, [alice.pk, 2_000_000_000], source="manual")
        membership.set_until(vip, [alice.pk], None, source="manual")
        membership.remove(vip, [2_000_000_000], source="manual")

        assert heard() == []

    def test_what_is_rolled_back_was_never_told(self, alice, vip):
        with transaction.atomic():
            membership.add(vip, [alice.pk], source="manual")
            transaction.set_rollback(True)

        assert heard() == []

    def test_many_are_named_a_hundred_at_a_time_by_one_statement(self, customer, vip, counted):
        ids = [customer(f"person{n}").pk for n in range(201)]

        with counted() as statements:
            membership.add(vip, ids, source="manual")

        told = [data["customers"] for _, data in heard()]
        assert [len(customers) for customers in told] == [100, 100, 1]
        assert [one for customers in told for one in customers] == list(
            map(events.customer_id, ids)
        )
        assert len([sql for sql in statements if "outboxevent" in sql]) == 1
        assert len({row.uid for row in OutboxEvent.objects.all()}) == 3
        assert {row.created_at.tzinfo for row in OutboxEvent.objects.all()} == {UTC}

    def test_customers_with_the_same_end_are_named_together(
        self, alice, bob, charlie, vip, tomorrow, now
    ):
        ids = [alice.pk, bob.pk, charlie.pk]
        act = BulkAct(source="import", reason="Import 1", actor="User:1")
        rows.join_each(vip, Rows(ids, [tomorrow, None, tomorrow], ["hers", None, None]), act=act)
        rows.change_each(vip, Rows([alice.pk, bob.pk], [None, tomorrow]), act=act)

        assert [
            (name, data["customers"], data["until"], data["reason"]) for name, data in heard()
        ] == [
            ("membership.joined", of([alice, charlie]), tomorrow.isoformat(), "Import 1"),
            ("membership.joined", of([bob]), None, "Import 1"),
            ("membership.changed", of([alice]), None, "Import 1"),
            ("membership.changed", of([bob]), tomorrow.isoformat(), "Import 1"),
        ]

    def test_bodies_made_by_the_database_are_written_as_all_others(self, alice, vip, tomorrow):
        until, whole = tomorrow.replace(microsecond=120), tomorrow.replace(microsecond=0)
        said = {"source": "api", "reason": "Łódź", "actor": "User:1"}
        membership.add(vip, [alice.pk], until=until, **said)
        membership.set_until(vip, [alice.pk], whole, **said)
        membership.remove(vip, [alice.pk], **said)

        group, names = events.group_id(vip.pk), tuple(of([alice]))
        told = {"group": group, "customers": names, **said, "actor": STAFF}
        at = [line.at for line in MembershipEvent.objects.order_by("id")]
        payloads = [
            events.MembersJoined(**told, until=until, at=at[0]),
            events.MembersChanged(**told, until=whole, at=at[1]),
            events.MembersLeft(**told, customer_count=1, at=at[2]),
        ]
        rows = OutboxEvent.objects.order_by("id")
        assert [row.body for row in rows] == [
            events.body(payload, at=row.created_at)
            for payload, row in zip(payloads, rows, strict=True)
        ]

    @pytest.mark.parametrize(
        "reason", ['"customers":[]', '"until":null', '"customer_count":0', "\\1 & %s {names}"]
    )
    def test_a_reason_that_looks_like_a_part_of_the_body_stays_as_it_is(
        self, alice, vip, tomorrow, reason
    ):
        membership.add(vip, [alice.pk], source="api", until=tomorrow, reason=reason)
        membership.remove(vip, [alice.pk], source="api", reason=reason)

        assert [(data["customers"], data["reason"]) for _, data in heard()] == [
            (of([alice]), reason)
        ] * 2
        assert heard("membership.joined")[0][1]["until"] == tomorrow.isoformat()

    def test_erased_customers_are_counted_and_not_named(self, alice, bob, vip, standard, now):
        membership.add(vip, [alice.pk, bob.pk], source="manual")
        membership.add(standard, [alice.pk], source="default")
        forget()
        ids = [alice.pk, bob.pk]
        alice.delete()

        erasure.forget(ids, now=now)
        erasure.forget(ids, now=now)

        said = {"customers": [], "source": "erased", "reason": "", "actor": ""}
        said["at"] = now.isoformat()
        assert sorted(heard(), key=str) == sorted(
            [
                (
                    "membership.left",
                    {**said, "group": events.group_id(group.pk), "customer_count": count},
                )
                for group, count in ((vip, 2), (standard, 1))
            ],
            key=str,
        )


class TestGroups:
    def test_making_changing_and_deleting_are_told(self, db):
        group = editing.create_group("Club", actor="User:1")
        editing.update_group(group, name="The club", priority=3, colour="", actor="App:2")
        editing.update_group(group, name="The club")
        deleting.delete_group(group, actor="User:1")

        number = events.group_id(group.pk)
        assert heard() == [
            (
                "group.created",
                {"group": number, "slug": "club", "kind": "manual", "actor": STAFF},
            ),
            (
                "group.updated",
                {
                    "group": number,
                    "slug": "club",
                    "changed": ["name", "priority"],
                    "actor": events.global_id("App", 2),
                },
            ),
            ("group.deleted", {"group": number, "slug": "club", "actor": STAFF}),
        ]

    def test_a_refused_act_is_not_told(self, vip):
        with pytest.raises(InvalidInput):
            editing.create_group("VIP", slug="vip")
        with pytest.raises(InvalidInput):
            editing.update_group(vip, colour="red")

        assert heard() == []

    def test_who_was_in_a_deleted_group_left_before(self, alice, bob, vip):
        membership.add(vip, [alice.pk, bob.pk], source="manual")
        forget()

        deleting.delete_group(vip, actor="User:1", reason="No more VIPs")

        assert names() == ["membership.left", "group.deleted"]
        left = heard("membership.left")[0][1]
        assert (left["customers"], left["reason"]) == (of([alice, bob]), "No more VIPs")

    def test_a_change_of_kind_names_what_goes_with_it(self, alice, now, vip):
        snapshots.freeze("Spring", [alice.pk], actor="User:1")
        assert names() == ["group.created", "membership.joined"]
        forget()

        editing.change_kind(vip, "snapshot", actor="User:1")

        [(_, data)] = heard()
        assert data["changed"] == ["kind", "expires_at"]

    def test_a_copy_is_told_as_a_new_group_with_members(self, alice, vip):
        membership.add(vip, [alice.pk], source="manual")
        forget()

        copy = copying.copy_group(vip, name="Copy", with_members=True, actor="User:1")

        assert [(name, data["group"], data["actor"]) for name, data in heard()] == [
            ("group.created", events.group_id(copy.pk), STAFF),
            ("membership.joined", events.group_id(copy.pk), STAFF),
        ]

    def test_another_guest_group_or_none_changes_what_guests_pay(self, vip):
        editing.change_kind(vip, "guest")
        editing.change_kind(vip, "manual")

        assert heard("prices.context_changed") == [
            context("guest_group", vip),
            context("guest_group"),
        ]

    def test_a_deleted_guest_group_changes_what_guests_pay(self, guests):
        deleting.delete_group(guests)

        assert names() == ["prices.context_changed", "group.deleted"]

    def test_another_default_group_is_told_once(self, vip, standard, channel):
        main = channel("main")
        editing.set_default(vip)
        editing.set_default(vip)
        editing.set_default(vip, channel_id=main.pk)
        editing.set_default(standard, channel_id=main.pk)

        there = events.global_id("Channel", main.pk)
        assert heard() == [
            context("default_group", vip),
            context("default_group", vip, channel=there),
            context("default_group", standard, channel=there),
        ]


class TestApplications:
    @pytest.fixture
    def club(self, db):
        return editing.create_group("Club", applications_open=True, approved_domains=["acme.eu"])

    def test_applying_and_the_decision_are_told(self, alice, bob, charlie, club):
        forget()
        asked = [applications.apply(club, one.pk, message="Pls") for one in (alice, bob, charlie)]
        applications.approve(asked[0], actor="User:1", reason="Why not")
        applications.decline(asked[1], actor="User:1", reason="Because")
        applications.withdraw(asked[2], customer_id=charlie.pk)

        def said(application, **more):
            return {
                "group": events.group_id(club.pk),
                "application": events.global_id("CustomerGroupApplication", application.pk),
                "customer": events.customer_id(application.customer_id),
                **more,
            }

        assert heard() == [
            *(("application.applied", said(one)) for one in asked),
            ("application.approved", said(asked[0], actor=STAFF)),
            ("membership.joined", heard("membership.joined")[0][1]),
            ("application.declined", said(asked[1], actor=STAFF)),
            ("application.withdrawn", said(asked[2], actor=events.customer_id(charlie.pk))),
        ]

    def test_words_of_customer_and_staff_are_not_passed_on(self, alice, club):
        one = applications.apply(club, alice.pk, message="Canary asks")
        applications.decline(one, actor="User:1", reason="Canary declines")

        assert "Canary" not in json.dumps(heard())

    def test_a_second_decision_is_not_told(self, alice, club):
        one = applications.apply(club, alice.pk)
        applications.decline(one, actor="User:1", reason="No")
        forget()

        with pytest.raises(Refused):
            applications.approve(one, actor="User:2")

        assert heard() == []

    def test_a_full_group_lets_an_application_wait_and_tells_no_approval(self, alice, club):
        editing.update_group(club, member_limit=0)
        type(alice).objects.filter(pk=alice.pk).update(email="alice@acme.eu")
        forget()

        applications.apply(club, alice.pk)

        assert names() == ["application.applied"]


def test_every_line_of_history_that_is_a_change_was_told(alice, bob, vip):
    membership.add(vip, [alice.pk, bob.pk], source="manual")
    membership.remove(vip, [alice.pk], source="manual")

    lines = MembershipEvent.objects.order_by("id")
    assert [(events.customer_id(one.customer_id), f"membership.{one.action}") for one in lines] == [
        (customer, name) for name, data in heard() for customer in data["customers"]
    ]
