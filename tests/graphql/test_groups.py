"""Groups in the API: reading, making, changing, deleting."""

from __future__ import annotations

import pytest

from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import CustomerGroup, MembershipSource
from tests import callers

from .api import SIZES, nodes, ours, statements

pytestmark = pytest.mark.django_db

LIST = """
query($first: Int, $last: Int, $after: String, $before: String,
      $filter: CustomerGroupFilterInput, $sortBy: CustomerGroupSortingInput) {
  customerGroups(first: $first, last: $last, after: $after, before: $before,
                 filter: $filter, sortBy: $sortBy) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node {
      name slug kind isDefault isDefaultOfShop membersCount defaultFor { slug } channel { slug }
    } }
  }
}
"""
CREATE = """
mutation($input: CustomerGroupCreateInput!) { customerGroupCreate(input: $input) {
  customerGroup { id name slug kind colour } errors { field message code } } }
"""
UPDATE = """
mutation($id: ID!, $input: CustomerGroupInput!) { customerGroupUpdate(id: $id, input: $input) {
  customerGroup { name priority } errors { field message code } } }
"""
DELETE = """
mutation($id: ID!) { customerGroupDelete(id: $id) {
  customerGroup { id name } errors { field message code references { kind name } } } }
"""


def names(api, **arguments):
    return [node["name"] for node in nodes(api.one(LIST, **arguments))]


@pytest.fixture
def groups():
    return [editing.create_group(f"G{number:02}") for number in range(5)]


def test_it_lists_groups_with_what_they_are(users_staff):
    vip = editing.create_group("VIP")
    membership.add(vip, [callers.customer().pk], source=MembershipSource.MANUAL)

    answer = users_staff.one(LIST, first=10)

    assert answer["totalCount"] == 2
    assert nodes(answer) == [
        {
            "name": "Standard",
            "slug": "standard",
            "kind": "MANUAL",
            "isDefault": True,
            "isDefaultOfShop": True,
            "membersCount": 0,
            "defaultFor": [],
            "channel": None,
        },
        {
            "name": "VIP",
            "slug": "vip",
            "kind": "MANUAL",
            "isDefault": False,
            "isDefaultOfShop": False,
            "membersCount": 1,
            "defaultFor": [],
            "channel": None,
        },
    ]


def test_pages_follow_each_other_in_both_directions(users_staff, groups):
    first = users_staff.one(LIST, first=4)
    assert [node["name"] for node in nodes(first)] == ["G00", "G01", "G02", "G03"]
    assert first["pageInfo"]["hasNextPage"] is True
    assert first["pageInfo"]["hasPreviousPage"] is False

    end = first["pageInfo"]["endCursor"]
    assert names(users_staff, first=4, after=end) == ["G04", "Standard"]

    last = users_staff.one(LIST, last=2)
    assert [node["name"] for node in nodes(last)] == ["G04", "Standard"]
    start = last["pageInfo"]["startCursor"]
    assert names(users_staff, last=2, before=start) == ["G02", "G03"]


def test_it_sorts_the_other_way(users_staff, groups):
    by = {"field": "NAME", "direction": "DESC"}

    first = users_staff.one(LIST, first=2, sortBy=by)

    assert [node["name"] for node in nodes(first)] == ["Standard", "G04"]
    assert names(users_staff, first=2, sortBy=by, after=first["pageInfo"]["endCursor"]) == [
        "G03",
        "G02",
    ]


def test_it_searches(users_staff, groups):
    assert names(users_staff, first=10, filter={"search": "g03"}) == ["G03"]
    assert names(users_staff, first=10, filter={"kinds": ["GUEST"]}) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "You must provide a `first` or `last` value, and not both."),
        ({"first": 0}, "`first` must be from 1 to 100, not 0."),
        ({"first": 101}, "`first` must be from 1 to 100, not 101."),
        ({"first": 1, "after": "nonsense"}, "Received cursor is invalid."),
        ({"first": 1, "after": "WyJhIl0="}, "Received cursor is invalid."),
        ({"first": 1, "after": "WyJhIiwgImIiXQ=="}, "Received cursor is invalid."),
    ],
)
def test_wrong_pages_are_refused(users_staff, arguments, message):
    assert users_staff.refused(LIST, **arguments) == [message]


def test_a_page_takes_the_same_statements_whatever_its_size(users_staff):
    for number in range(100):
        CustomerGroup.objects.create(name=f"N{number}", slug=f"n{number}")
    users_staff.one(LIST, first=1)

    taken = {
        size: statements(lambda size=size: users_staff.one(LIST, first=size)) for size in SIZES
    }

    # page, count, defaults, members; who asks is the host's affair
    assert [ours(found) for found in taken.values()] == [4, 4, 4]
    assert len({len(found) for found in taken.values()}) == 1


def test_it_makes_a_group(users_staff):
    answer = users_staff.one(CREATE, input={"name": "VIP", "colour": "#1f7a4d"})

    group = CustomerGroup.objects.get(slug="vip")
    assert answer["errors"] == []
    assert answer["customerGroup"]["name"] == group.name == "VIP"
    assert answer["customerGroup"]["colour"] == group.colour == "#1f7a4d"


def test_a_refusal_names_its_field(users_staff):
    answer = users_staff.one(CREATE, input={"name": "VIP", "colour": "green"})

    assert answer["customerGroup"] is None
    assert [(e["field"], e["code"]) for e in answer["errors"]] == [("colour", "INVALID")]
    assert not CustomerGroup.objects.filter(slug="vip").exists()


def test_it_changes_what_is_given_and_nothing_else(users_staff):
    group = users_staff.one(CREATE, input={"name": "VIP", "priority": 7})["customerGroup"]

    answer = users_staff.one(UPDATE, id=group["id"], input={"name": "Very important"})

    assert answer == {"customerGroup": {"name": "Very important", "priority": 7}, "errors": []}


@pytest.mark.parametrize("key", ["nonsense", "VXNlcjox", "Q3VzdG9tZXJHcm91cDo5OTk5", ""])
def test_an_id_that_is_of_no_group_is_refused(users_staff, key):
    answer = users_staff.one(UPDATE, id=key, input={"name": "New"})

    assert [(e["field"], e["code"]) for e in answer["errors"]] == [("id", "NOT_FOUND")]


def test_it_deletes_a_group(users_staff):
    group = users_staff.one(CREATE, input={"name": "VIP"})["customerGroup"]

    answer = users_staff.one(DELETE, id=group["id"])

    assert answer == {"customerGroup": {"id": group["id"], "name": "VIP"}, "errors": []}
    assert not CustomerGroup.objects.filter(slug="vip").exists()


def test_a_default_group_is_not_deleted(users_staff):
    standard = nodes(users_staff.one("{customerGroups(first:1){edges{node{id}}}}"))[0]

    answer = users_staff.one(DELETE, id=standard["id"])

    assert [e["code"] for e in answer["errors"]] == ["DEFAULT_GROUP"]
    assert CustomerGroup.objects.filter(slug="standard").exists()


@pytest.mark.parametrize("who", ["nobody", "wrong_staff"])
def test_others_may_not(who, request):
    api = request.getfixturevalue(who)

    for query, variables in (
        (LIST, {"first": 1}),
        (CREATE, {"input": {"name": "VIP"}}),
    ):
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
        assert "MANAGE_USERS" in answer["errors"][0]["message"]
    assert not CustomerGroup.objects.filter(slug="vip").exists()
