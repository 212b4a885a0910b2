"""Applications that are made and decided at the same time, on connections of their own."""

from __future__ import annotations

from functools import partial

import pytest

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import applications, deleting, editing
from saleor_customer_groups.models import Application, Membership, MembershipEvent

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture
def club(db):
    return editing.create_group("Club", applications_open=True)


def told(act):
    """What comes of it: the status of the application, or the refusal's code."""
    try:
        return f"now {act().status}"
    except (Refused, InvalidInput) as refusal:
        return refusal.code


def test_eight_who_apply_for_the_same_customer_apply_once(alice, club, at_once):
    answers = at_once(*[partial(told, partial(applications.apply, club, alice.pk))] * THREADS)

    assert sorted(answers) == ["now pending", *["pending"] * (THREADS - 1)]
    assert Application.objects.count() == 1


def test_of_two_staff_one_decides_and_the_other_is_told(alice, club, at_once):
    application = applications.apply(club, alice.pk)
    approve = partial(applications.approve, application, actor="User:1")
    decline = partial(applications.decline, application, actor="User:2", reason="No")

    answers = at_once(*[partial(told, approve), partial(told, decline)] * (THREADS // 2))

    decided = Application.objects.get()
    assert sorted(answers) == sorted([f"now {decided.status}", *["decided"] * (THREADS - 1)])
    assert Membership.objects.count() == (decided.status == "approved")
    assert MembershipEvent.objects.count() == (decided.status == "approved")


def test_a_group_that_is_deleted_meanwhile_leaves_nothing_half_done(alice, bob, club, at_once):
    application = applications.apply(club, alice.pk)

    answers = at_once(
        partial(told, partial(applications.approve, application, actor="User:1")),
        partial(told, partial(applications.apply, club, bob.pk)),
        partial(deleting.delete_group, club),
    )

    assert answers[0] in {"now approved", "not_found"}
    assert answers[1] in {"now pending", "not_found"}
    assert not Application.objects.exists()
    assert not Membership.objects.exists()
