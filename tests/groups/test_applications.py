"""Customers ask to be in a group, and are let in or not, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import applications, deleting, editing, membership, snapshots
from saleor_customer_groups.models import Application, CustomerGroup, Membership, MembershipEvent

from .conftest import requested

pytestmark = pytest.mark.django_db
STAFF = {"actor": "User:1"}


@pytest.fixture
def club(db):
    """A group that takes applications, and trusts one company's addresses."""
    return editing.create_group(
        "Club", applications_open=True, approved_domains=["Acme.example", "bücher.example"]
    )


class TestApplying:
    def test_it_waits_for_a_decision(self, alice, club, now):
        application = applications.apply(club, alice.pk, message="Please", now=now)

        application.refresh_from_db()
        assert (application.status, application.message) == ("pending", "Please")
        assert (application.created_at, application.decided_at) == (now, None)
        assert list(applications.pending()) == [application]
        assert not Membership.objects.filter(group=club).exists()

    @pytest.mark.parametrize(
        "email", ["alice@acme.example", "alice@ACME.example", "a@bücher.example"]
    )
    def test_a_trusted_domain_is_approved_at_once(self, email, alice, club, now):
        get_user_model().objects.filter(pk=alice.pk).update(email=email)

        application = applications.apply(club, alice.pk, now=now)

        domain = "acme.example" if "b" not in email else "xn--bcher-kva.example"
        reason = f"The group trusts e-mail addresses at {domain}"
        assert (application.status, application.decided_by) == ("approved", "system")
        assert (application.decided_at, application.answer) == (now, reason)
        row = Membership.objects.get(group=club)
        assert (row.customer, row.source, row.actor) == (alice, "manual", "system")
        assert row.reason == f"Application {application.pk} approved: {reason}"
        assert requested() == [alice.pk]

    @pytest.mark.parametrize(
        ("email", "is_confirmed"),
        [
            ("alice@acme.example", False),
            ("alice@mail.acme.example", True),
            ("alice@acme.example.org", True),
            ("alice@notacme.example", True),
        ],
    )
    def test_another_or_an_unconfirmed_address_waits(self, email, is_confirmed, alice, club):
        get_user_model().objects.filter(pk=alice.pk).update(email=email, is_confirmed=is_confirmed)

        assert applications.apply(club, alice.pk).status == "pending"
        assert not Membership.objects.filter(group=club).exists()

    def test_a_trusted_domain_waits_when_the_group_is_full(self, alice, bob, club):
        membership.add(club, [bob.pk], source="manual")
        club = editing.update_group(club, member_limit=1)
        get_user_model().objects.filter(pk=alice.pk).update(email="alice@acme.example")

        application = applications.apply(club, alice.pk)

        application.refresh_from_db()
        assert (application.status, application.decided_by) == ("pending", "")
        assert Membership.objects.get(group=club).customer == bob

    def test_a_snapshot_takes_applications_until_it_expires(self, alice, bob, charlie, now):
        snapshot = snapshots.freeze("Fair", [bob.pk], days=1)
        snapshot = editing.update_group(snapshot, applications_open=True)
        applications.apply(snapshot, alice.pk)

        with pytest.raises(Refused, match="Fair is a snapshot that expired on") as refusal:
            applications.apply(snapshot, charlie.pk, now=now + timedelta(days=2))

        assert refusal.value.code == "expired"

    def test_a_group_that_is_not_open_refuses(self, alice, vip):
        with pytest.raises(Refused, match=r"^VIP takes no applications\.$") as refusal:
            applications.apply(vip, alice.pk)

        assert refusal.value.code == "closed"
        assert not Application.objects.exists()

    @pytest.mark.parametrize("kind", ["guest", "dynamic"])
    def test_a_group_that_nobody_is_let_into_refuses(self, kind, alice):
        group = editing.create_group("Some", kind=kind, applications_open=True)

        with pytest.raises(Refused, match=f"Some is a {kind} group: nobody is let in") as refusal:
            applications.apply(group, alice.pk)

        assert refusal.value.code == "kind"

    def test_the_group_of_a_channel_refuses(self, alice, channel):
        main = channel("main")
        group = editing.create_group(
            "Main", kind="channel", channel_id=main.pk, applications_open=True
        )

        with pytest.raises(Refused, match="Main is a channel group"):
            applications.apply(group, alice.pk)

    def test_who_is_in_it_need_not_apply(self, alice, club):
        membership.add(club, [alice.pk], source="manual")

        with pytest.raises(Refused, match="The customer is in Club already") as refusal:
            applications.apply(club, alice.pk)

        assert refusal.value.code == "member"

    def test_whose_membership_has_ended_may_apply(self, alice, club, now, tomorrow):
        membership.add(club, [alice.pk], source="manual", until=tomorrow, now=now)

        assert applications.apply(club, alice.pk, now=tomorrow).status == "pending"

    def test_one_waits_at_a_time(self, alice, bob, club, now):
        applications.apply(club, alice.pk, now=now)

        with pytest.raises(Refused) as refusal:
            applications.apply(club, alice.pk)

        assert refusal.value.code == "pending"
        assert refusal.value.message == (
            f"The customer has applied for Club already, on {now:%Y-%m-%d}; "
            "the application is waiting."
        )
        assert applications.apply(club, bob.pk).status == "pending"

    def test_who_was_declined_may_apply_again(self, alice, club):
        first = applications.apply(club, alice.pk)
        applications.decline(first, reason="Not yet", **STAFF)

        assert applications.apply(club, alice.pk).pk != first.pk

    def test_an_unknown_customer_or_group_is_refused(self, alice, club):
        with pytest.raises(InvalidInput, match="There is no customer 999999"):
            applications.apply(club, 999_999)
        CustomerGroup.objects.filter(pk=club.pk).delete()
        with pytest.raises(InvalidInput, match="There is no group Club any more"):
            applications.apply(club, alice.pk)

    def test_a_message_that_is_too_long_is_refused(self, alice, club):
        with pytest.raises(InvalidInput, match="The message must have at most 1000 characters"):
            applications.apply(club, alice.pk, message="x" * 1_001)


class TestDeciding:
    @pytest.fixture
    def application(self, alice, club):
        return applications.apply(club, alice.pk)

    def test_approving_lets_the_customer_in(self, application, alice, club, now):
        decided = applications.approve(application, reason="A good customer", now=now, **STAFF)

        assert (decided.status, decided.decided_by, decided.answer, decided.decided_at) == (
            "approved",
            "User:1",
            "A good customer",
            now,
        )
        row = Membership.objects.get(group=club)
        assert (row.customer, row.source, row.actor, row.started_at) == (
            alice,
            "manual",
            "User:1",
            now,
        )
        assert row.reason == f"Application {application.pk} approved: A good customer"
        assert not applications.pending().exists()

    def test_approving_needs_no_reason(self, application, club):
        applications.approve(application, **STAFF)

        assert Membership.objects.get(group=club).reason == f"Application {application.pk} approved"

    def test_a_long_reason_fits_the_membership(self, application, club):
        applications.approve(application, reason="x" * 500, **STAFF)

        assert len(Membership.objects.get(group=club).reason) == 500

    def test_approving_who_has_come_in_meanwhile_changes_no_membership(
        self, application, alice, club
    ):
        membership.add(club, [alice.pk], source="api")

        assert applications.approve(application, **STAFF).status == "approved"
        assert Membership.objects.get(group=club).source == "api"
        assert MembershipEvent.objects.filter(group_id=club.pk).count() == 1

    def test_declining_says_why_and_lets_nobody_in(self, application, club):
        decided = applications.decline(application, reason="Dealers only", **STAFF)

        assert (decided.status, decided.answer) == ("declined", "Dealers only")
        assert not Membership.objects.filter(group=club).exists()

    def test_declining_needs_a_reason(self, application):
        with pytest.raises(InvalidInput, match="Tell the customer the reason"):
            applications.decline(application, reason=" ", **STAFF)

        assert applications.pending().exists()

    def test_the_customer_may_withdraw(self, application, alice):
        decided = applications.withdraw(application, customer_id=alice.pk)

        assert (decided.status, decided.decided_by) == ("withdrawn", f"User:{alice.pk}")

    def test_nobody_else_may(self, application, bob):
        with pytest.raises(InvalidInput, match=f"is not of customer {bob.pk}"):
            applications.withdraw(application, customer_id=bob.pk)

        assert applications.pending().exists()

    @pytest.mark.parametrize("first", ["approve", "decline", "withdraw"])
    @pytest.mark.parametrize("second", ["approve", "decline", "withdraw"])
    def test_it_is_decided_once(self, first, second, application, alice, club, now):
        acts = {
            "approve": lambda: applications.approve(application, actor="User:1", now=now),
            "decline": lambda: applications.decline(
                application, actor="User:1", reason="No", now=now
            ),
            "withdraw": lambda: applications.withdraw(application, customer_id=alice.pk, now=now),
        }
        acts[first]()
        done = Application.objects.get()

        with pytest.raises(Refused) as refusal:
            acts[second]()

        assert refusal.value.code == "decided"
        assert refusal.value.message == (
            f"Application {done.pk} has been decided: it was {done.status} by "
            f"{done.decided_by} on {now:%Y-%m-%d at %H:%M}."
        )
        assert Application.objects.get().status == done.status
        assert Membership.objects.filter(group=club).exists() == (first == "approve")

    def test_a_full_group_refuses_and_the_application_waits_on(self, application, bob, club):
        membership.add(club, [bob.pk], source="manual")
        editing.update_group(club, member_limit=1)

        with pytest.raises(Refused, match="Club is full: its member limit is reached"):
            applications.approve(application, **STAFF)

        assert applications.pending().get() == application

    def test_a_group_that_a_rule_keeps_by_now_refuses(self, application, club):
        CustomerGroup.objects.filter(pk=club.pk).update(kind="dynamic")

        with pytest.raises(Refused, match="Club is a dynamic group"):
            applications.approve(application, **STAFF)

        assert applications.pending().get() == application

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"reason": "x" * 501}, "answer"), ({"actor": "x" * 101}, "decided_by")],
    )
    def test_what_is_too_long_is_refused(self, wrong, field, application):
        with pytest.raises(InvalidInput) as refusal:
            applications.approve(application, **{**STAFF, **wrong})

        assert refusal.value.field == field
        assert applications.pending().get() == application

    def test_it_goes_with_its_customer(self, application, alice):
        get_user_model().objects.get(pk=alice.pk).delete()

        assert not Application.objects.exists()
        with pytest.raises(InvalidInput, match="There is no application"):
            applications.approve(application, **STAFF)


def test_what_waits_is_listed_by_group_the_oldest_first(alice, bob, club):
    other = editing.create_group("Other", applications_open=True)
    first, second = applications.apply(club, bob.pk), applications.apply(other, bob.pk)
    third = applications.apply(club, alice.pk)

    assert list(applications.pending()) == [first, second, third]
    assert list(applications.pending(club)) == [first, third]


@pytest.mark.parametrize("text", ["*.acme.example", "@acme.example", "acme"])
def test_a_domain_that_is_none_cannot_be_trusted(text):
    with pytest.raises(InvalidInput) as refusal:
        editing.create_group("Club", approved_domains=["fine.example", text])

    assert (refusal.value.field, refusal.value.code) == ("approved_domains", "invalid_domain")
    assert refusal.value.message == (
        f"“{text}” is not a domain of e-mail addresses; write it as example.com."
    )


def test_an_application_for_a_group_that_is_gone_cannot_be_approved(alice, club):
    waiting = Application.objects.get(pk=applications.apply(club, alice.pk).pk)
    deleting.delete_group(club)
    with pytest.raises(InvalidInput, match=f"no group of application {waiting.pk} any more"):
        applications.approve(waiting, **STAFF)
