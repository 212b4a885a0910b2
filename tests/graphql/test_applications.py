"""Applications in the API: customers apply and withdraw, staff approve and decline."""

from __future__ import annotations

import pytest

from saleor_customer_groups.graphql.ids import global_id
from saleor_customer_groups.groups import applications, editing, membership
from saleor_customer_groups.models import Application, Membership, MembershipSource
from tests import callers

from .api import SIZES, Api, nodes, ours, statements

pytestmark = pytest.mark.django_db

OPEN = "{ openCustomerGroups(first: 10) { edges { node { id name description } } } }"
APPLY = """
mutation($group: ID!, $message: String) { customerGroupApply(group: $group, message: $message) {
  application { id status message group { name } } errors { field code } } }
"""
MINE = """
{ myCustomerGroupApplications(first: 10) { edges { node { status answer group { name } } } } }
"""
WITHDRAW = """
mutation($id: ID!) { customerGroupApplicationWithdraw(id: $id) {
  application { status } errors { field code } } }
"""
LIST = """
query($filter: CustomerGroupApplicationFilterInput, $first: Int) {
  customerGroupApplications(filter: $filter, first: $first) {
    totalCount
    edges { node { id status message decidedBy answer customer { email } group { name } } } } }
"""
ONE = "query($id: ID!) { customerGroupApplication(id: $id) { status } }"
APPROVE = """
mutation($id: ID!, $reason: String) { customerGroupApplicationApprove(id: $id, reason: $reason) {
  application { status decidedBy } errors { field code } } }
"""
DECLINE = """
mutation($id: ID!, $reason: String!) { customerGroupApplicationDecline(id: $id, reason: $reason) {
  application { status answer } errors { field code } } }
"""


@pytest.fixture
def trade():
    return editing.create_group("Trade", applications_open=True, description="For shops")


@pytest.fixture
def alice():
    return callers.customer("Alice")


@pytest.fixture
def shopper(alice):
    return Api(callers.token_of(alice))


@pytest.fixture
def applied(trade, alice):
    return applications.apply(trade, alice.pk, message="please")


def of(row):
    kind = "CustomerGroupApplication" if isinstance(row, Application) else "CustomerGroup"
    return global_id(kind, row.pk)


def test_a_customer_sees_what_is_open_and_applies(shopper, trade):
    editing.create_group("Secret")

    assert nodes(shopper.one(OPEN)) == [
        {"id": of(trade), "name": "Trade", "description": "For shops"}
    ]
    answer = shopper.one(APPLY, group=of(trade), message="please")

    application = Application.objects.get()
    assert answer == {
        "application": {
            "id": of(application),
            "status": "PENDING",
            "message": "please",
            "group": {"name": "Trade"},
        },
        "errors": [],
    }


def test_a_group_that_is_not_open_does_not_exist_for_customers(shopper):
    secret = editing.create_group("Secret")

    answer = shopper.one(APPLY, group=of(secret))

    assert answer["errors"] == [{"field": "group", "code": "NOT_FOUND"}]
    assert not Application.objects.exists()


def test_applying_twice_and_as_a_member_is_refused(shopper, trade, applied, alice):
    assert shopper.one(APPLY, group=of(trade))["errors"] == [{"field": None, "code": "PENDING"}]

    membership.add(trade, [alice.pk], source=MembershipSource.MANUAL)
    assert shopper.one(APPLY, group=of(trade))["errors"] == [{"field": None, "code": "MEMBER"}]
    assert Application.objects.count() == 1


def test_a_customer_withdraws_only_their_own(shopper, applied):
    other = Api(callers.token_of(callers.customer("Bob")))

    assert other.one(WITHDRAW, id=of(applied))["errors"] == [{"field": "id", "code": "NOT_FOUND"}]
    assert nodes(other.one(MINE)) == []
    assert shopper.one(WITHDRAW, id=of(applied))["application"] == {"status": "WITHDRAWN"}


def test_staff_list_and_approve(users_staff, applied):
    (node,) = nodes(users_staff.one(LIST, first=5, filter={"statuses": ["PENDING"]}))
    assert node == {
        "id": of(applied),
        "status": "PENDING",
        "message": "please",
        "decidedBy": "",
        "answer": "",
        "customer": {"email": "alice@example.com"},
        "group": {"name": "Trade"},
    }

    answer = users_staff.one(APPROVE, id=of(applied), reason="a shop")

    assert answer["application"]["status"] == "APPROVED"
    assert answer["application"]["decidedBy"].startswith("User:")
    assert Membership.objects.filter(group=applied.group).count() == 1
    again = users_staff.one(APPROVE, id=of(applied))
    assert again["errors"] == [{"field": None, "code": "DECIDED"}]


def test_staff_decline_with_a_reason_that_the_customer_reads(users_staff, shopper, applied):
    refused = users_staff.one(DECLINE, id=of(applied), reason=" ")
    assert refused["errors"] == [{"field": "reason", "code": "REQUIRED"}]

    users_staff.one(DECLINE, id=of(applied), reason="no shop")

    assert nodes(shopper.one(MINE)) == [
        {"status": "DECLINED", "answer": "no shop", "group": {"name": "Trade"}}
    ]
    assert users_staff.one(ONE, id=of(applied)) == {"status": "DECLINED"}


def test_why_somebody_was_approved_is_for_staff_only(users_staff, shopper, applied):
    users_staff.one(APPROVE, id=of(applied), reason="spends much")

    assert nodes(shopper.one(MINE))[0]["answer"] == ""


def test_it_filters_by_group_and_customer(users_staff, applied, alice):
    def count(**wanted):
        return users_staff.one(LIST, first=5, filter=wanted)["totalCount"]

    assert count(group=of(applied.group)) == 1
    assert count(group=global_id("CustomerGroup", 999_999)) == 0
    assert count(customer=global_id("User", alice.pk)) == 1
    assert count(statuses=["DECLINED"]) == 0


def test_a_page_takes_the_same_statements_whatever_its_size(users_staff, trade):
    for number in range(100):
        customer = callers.customer(f"C{number}")
        Application.objects.create(group=trade, customer=customer)
    users_staff.one(LIST, first=1)

    taken = [statements(lambda n=size: users_staff.one(LIST, first=n)) for size in SIZES]

    assert [ours(found) for found in taken] == [3, 3, 3]  # page, count, groups
    assert len({len(found) for found in taken}) == 1


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "shopper"])
def test_others_may_not(who, request, applied):
    api = request.getfixturevalue(who)
    for query, variables in (
        (LIST, {"first": 1}),
        (ONE, {"id": of(applied)}),
        (APPROVE, {"id": of(applied)}),
        (DECLINE, {"id": of(applied), "reason": "no"}),
    ):
        (message,) = api.refused(query, **variables)
        assert "MANAGE_USERS" in message
    assert Application.objects.get().status == "pending"


def test_nobody_applies_without_being_logged_in(nobody, trade, applied):
    for query, variables in (
        (OPEN, {}),
        (MINE, {}),
        (APPLY, {"group": of(trade)}),
        (WITHDRAW, {"id": of(applied)}),
    ):
        assert nobody.refused(query, **variables) == ["You must be logged in."]
    assert Application.objects.get().status == "pending"
