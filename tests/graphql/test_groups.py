"""Groups in the API: reading, making, changing, deleting."""

from __future__ import annotations

import pytest

from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import CustomerGroup, MembershipSource
from tests import callers

from .api import SIZES, nodes, ours, statements
from .catalogue import id_of

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


META = """
query($id: ID!, $keys: [String!]) { customerGroup(id: $id) {
  metafield(key: "erp") none: metafield(key: "x") metafields(keys: $keys)
  privateMetafield(key: "margin") privateMetafields(keys: $keys) } }
"""


def test_metadata_is_read_by_keys(users_staff):
    vip = editing.create_group("VIP", metadata={"erp": "K-17", "a": "b"})
    editing.update_group(vip, private_metadata={"margin": "low", "erp": "P"})

    answer = users_staff.one(META, id=id_of(vip), keys=["erp"])

    assert answer == {
        "metafield": "K-17",
        "none": None,
        "metafields": {"erp": "K-17"},
        "privateMetafield": "low",
        "privateMetafields": {"erp": "P"},
    }
    whole = users_staff.one(META, id=id_of(vip))
    assert whole["metafields"] == {"erp": "K-17", "a": "b"}
    assert whole["privateMetafields"] == {"margin": "low", "erp": "P"}


@pytest.mark.parametrize("field", ['privateMetafield(key: "x")', "privateMetafields"])
def test_private_metadata_is_for_who_may_manage_groups(prices_staff, field):
    vip = editing.create_group("VIP")
    query = f'{{ customerGroup(slug: "vip") {{ metafields {field} }} }}'

    answer = prices_staff.post(query).json()

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert answer["data"] == {
        "customerGroup": {"metafields": vip.metadata, field.partition("(")[0]: None}
    }


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([{"key": "erp", "value": "K-17"}], ["A"]),
        ([{"key": "erp"}], ["A", "B"]),
        ([{"key": "erp"}, {"key": "tier", "value": "1"}], ["B"]),
        ([{"key": "none"}], []),
    ],
)
def test_it_filters_by_metadata(users_staff, wanted, found):
    editing.create_group("A", metadata={"erp": "K-17"})
    editing.create_group("B", metadata={"erp": "K-18", "tier": "1"})

    assert names(users_staff, first=10, filter={"metadata": wanted}) == found


def test_it_sorts_by_kind_and_by_the_last_change(users_staff, groups):
    editing.create_group("Guests", kind="guest")
    editing.update_group(groups[2], priority=1)

    by = {"field": "UPDATED_AT", "direction": "DESC"}
    assert names(users_staff, first=2, sortBy=by) == ["G02", "Guests"]
    by = {"field": "KIND", "direction": "ASC"}
    assert names(users_staff, first=1, sortBy=by) == ["Guests"]


@pytest.mark.parametrize("given", [{}, {"id": "x", "slug": "vip"}])
def test_a_group_is_asked_for_by_its_id_or_its_slug(users_staff, given):
    query = "query($id: ID, $slug: String) { customerGroup(id: $id, slug: $slug) { name } }"

    assert users_staff.refused(query, **given) == ["Give an id or a slug."]


def test_null_says_nothing_or_takes_away(users_staff):
    vip = editing.create_group(
        "VIP", description="d", colour="#1f7a4d", approved_domains=["a.com"], member_limit=5
    )
    nothing = dict.fromkeys(
        ["name", "slug", "description", "colour", "priority", "applicationsOpen"]
    )

    answer = users_staff.one(
        UPDATE, id=id_of(vip), input={**nothing, "approvedDomains": None, "memberLimit": None}
    )

    assert answer["errors"] == []
    after = CustomerGroup.objects.get(pk=vip.pk)
    assert (after.name, after.slug, after.description) == ("VIP", "vip", "d")
    assert (after.colour, after.approved_domains) == ("#1f7a4d", ["a.com"])
    assert after.member_limit is None


def test_a_group_is_made_with_nulls(users_staff):
    given = {"name": "A", "kind": None, "description": None, "colour": None, "priority": None}

    answer = users_staff.one(CREATE, input=given)

    assert answer["errors"] == []
    assert answer["customerGroup"]["kind"] == "MANUAL"
