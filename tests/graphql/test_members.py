"""Members in the API: who is in a group, putting in, taking out, moving, ends, history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_customer_groups.graphql.ids import global_id
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.importing import applying, staging
from saleor_customer_groups.models import (
    CustomerGroup,
    Import,
    Membership,
    MembershipEvent,
    MembershipSource,
)
from tests import callers

from .api import SIZES, Api, nodes, ours, statements

pytestmark = pytest.mark.django_db

MEMBERS = """
query($group: ID, $customer: ID, $first: Int, $after: String,
      $filter: CustomerGroupMemberFilterInput, $sortBy: CustomerGroupMemberSortingInput) {
  customerGroupMembers(group: $group, customer: $customer, first: $first, after: $after,
                       filter: $filter, sortBy: $sortBy) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { customer { email firstName } group { name } source until reason actor } } } }
"""
AT = """
query($group: ID!, $at: DateTime!) { customerGroupMembersAt(group: $group, at: $at, first: 10) {
  totalCount edges { node { customer { email } action } } } }
"""
HISTORY = """
query($group: ID, $customer: ID) { customerGroupHistory(
  group: $group, customer: $customer, first: 10) { edges { node {
    action source reason actor groupName groupId customerId customer { email } } } } }
"""
CUSTOMERS = """
query($filter: CustomersInGroupsFilterInput, $first: Int) {
  customersInGroups(filter: $filter, first: $first) { totalCount edges { node { email } } } }
"""
ADD = """
mutation($group: ID!, $input: CustomerGroupMembersAddInput!) {
  customerGroupMembersAdd(group: $group, input: $input) {
    added already full unknown unknownEmails customerGroup { membersCount }
    errors { field code message } } }
"""
REMOVE = """
mutation($group: ID!, $input: CustomerGroupMembersRemoveInput!) {
  customerGroupMembersRemove(group: $group, input: $input) {
    removed absent unknownEmails errors { field code } } }
"""
UNTIL = """
mutation($group: ID!, $input: CustomerGroupMembersSetUntilInput!) {
  customerGroupMembersSetUntil(group: $group, input: $input) {
    changed unchanged absent errors { field code } } }
"""
MOVE = """
mutation($group: ID!, $into: ID!, $input: CustomerGroupMembersMoveInput!) {
  customerGroupMembersMove(group: $group, into: $into, input: $input) {
    moved already absent errors { field code } } }
"""
PASTE = """
mutation($group: ID!, $input: CustomerGroupMembersPasteInput!) {
  customerGroupMembersPaste(group: $group, input: $input) {
    lines { number text answer customerId code } errors { field code } } }
"""
PASTE_REMOVE = """
mutation($group: ID!, $input: CustomerGroupPasteInput!) {
  customerGroupMembersPasteRemove(group: $group, input: $input) {
    lines { number answer } errors { field code } } }
"""
ADD_FOUND = """
mutation($group: ID!, $rule: JSON!, $reason: String) {
  customerGroupMembersAddFound(group: $group, rule: $rule, reason: $reason) {
    import { id status total } errors { field code path } } }
"""
REMOVE_FOUND = """
mutation($group: ID!, $rule: JSON!) {
  customerGroupMembersRemoveFound(group: $group, rule: $rule) {
    import { id } errors { field code } } }
"""
PIN = """
mutation($group: ID!, $customers: [ID!]!) {
  customerGroupMembersPin(group: $group, customers: $customers, included: true) {
    pinned errors { code } } }
"""
UNPIN = """
mutation($group: ID!, $customers: [ID!]!) {
  customerGroupMembersUnpin(group: $group, customers: $customers) { unpinned errors { code } } }
"""
MINE = "{ myCustomerGroups { id name slug until } }"


def of(row):
    kind = "CustomerGroup" if isinstance(row, CustomerGroup) else "User"
    return global_id(kind, row.pk)


@pytest.fixture
def vip():
    return editing.create_group("VIP")


@pytest.fixture
def people():
    return [callers.customer(name) for name in ("Alice", "Bob", "Charlie")]


@pytest.fixture
def members(vip, people):
    alice, bob, _ = people
    week = timezone.now() + timedelta(days=7)
    membership.add(vip, [alice.pk], source=MembershipSource.MANUAL, reason="asked", actor="User:1")
    membership.add(vip, [bob.pk], source=MembershipSource.API, until=week)
    return vip


def emails(connection):
    return [
        node["customer"]["email"] if "customer" in node else node["email"]
        for node in nodes(connection)
    ]


def test_it_lists_who_is_in_a_group(users_staff, members):
    answer = users_staff.one(MEMBERS, group=of(members), first=10)

    assert answer["totalCount"] == 2
    assert nodes(answer)[0] == {
        "customer": {"email": "alice@example.com", "firstName": "Alice"},
        "group": {"name": "VIP"},
        "source": "MANUAL",
        "until": None,
        "reason": "asked",
        "actor": "User:1",
    }


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"search": "ALI"}, ["alice@example.com"]),
        ({"search": "bob"}, ["bob@example.com"]),
        ({"sources": ["API"]}, ["bob@example.com"]),
        ({"ends": False}, ["alice@example.com"]),
        ({"untilFrom": "2000-01-01T00:00:00Z"}, ["bob@example.com"]),
        ({"untilTo": "2000-01-01T00:00:00Z"}, []),
    ],
)
def test_it_filters_members(users_staff, members, wanted, found):
    assert emails(users_staff.one(MEMBERS, group=of(members), first=9, filter=wanted)) == found


@pytest.mark.parametrize("field", ["STARTED_AT", "EMAIL", "NAME", "UNTIL"])
def test_pages_of_members_follow_each_other_in_every_order(users_staff, members, field):
    def page(direction, after=None):
        by = {"field": field, "direction": direction}
        return users_staff.one(MEMBERS, group=of(members), first=1, sortBy=by, after=after)

    found = {}
    for direction in ("ASC", "DESC"):
        first = page(direction)
        found[direction] = emails(first) + emails(page(direction, first["pageInfo"]["endCursor"]))

    assert sorted(found["ASC"]) == ["alice@example.com", "bob@example.com"]
    assert found["DESC"] == found["ASC"][::-1]


def test_it_lists_the_groups_of_a_customer(users_staff, members, people):
    answer = users_staff.one(MEMBERS, customer=of(people[0]), first=10)

    assert [node["group"]["name"] for node in nodes(answer)] == ["VIP"]


def test_members_of_nothing_are_refused(users_staff):
    assert users_staff.refused(MEMBERS, first=1) == ["Name a group or a customer."]


def test_it_tells_who_was_in_a_group_on_a_day(users_staff, members, people):
    moment = timezone.now()
    membership.remove(members, [people[0].pk], source=MembershipSource.MANUAL)

    then = users_staff.one(AT, group=of(members), at=moment.isoformat())
    later = users_staff.one(AT, group=of(members), at=timezone.now().isoformat())

    assert emails(then) == ["alice@example.com", "bob@example.com"]
    assert emails(later) == ["bob@example.com"]


def test_history_outlives_group_and_customer(users_staff, members, people):
    group, alice = of(members), of(people[0])
    membership.remove(members, [people[0].pk], source=MembershipSource.MANUAL, reason="gone")
    by_group = nodes(users_staff.one(HISTORY, group=group))
    by_customer = nodes(users_staff.one(HISTORY, customer=alice))

    assert [line["action"] for line in by_group] == ["LEFT", "JOINED", "JOINED"]
    assert [(line["action"], line["reason"]) for line in by_customer] == [
        ("LEFT", "gone"),
        ("JOINED", "asked"),
    ]
    assert by_customer[0]["customer"] == {"email": "alice@example.com"}
    assert (by_customer[0]["groupId"], by_customer[0]["customerId"]) == (group, alice)


def test_it_finds_customers_by_their_groups(users_staff, members, people):
    other = editing.create_group("Other")
    membership.add(other, [people[0].pk], source=MembershipSource.MANUAL)

    def found(**wanted):
        return emails(users_staff.one(CUSTOMERS, filter=wanted, first=10))

    assert found(groups=[of(members)]) == ["alice@example.com", "bob@example.com"]
    assert found(groups=[of(members)], notInGroups=[of(other)]) == ["bob@example.com"]
    assert found(notInGroups=[of(members)]) == ["charlie@example.com"]
    assert found(search="char") == ["charlie@example.com"]
    assert found(groups=[]) == []


@pytest.mark.parametrize(
    ("field", "order"), [("EMAIL", "abc"), ("NAME", "bca"), ("DATE_JOINED", "cab")]
)
def test_it_sorts_customers(users_staff, field, order):
    day = timedelta(days=1)
    now = timezone.now()
    callers.customer("Alice", last_name="Z", date_joined=now - day)
    callers.customer("Bob", last_name="X", date_joined=now)
    callers.customer("Charlie", last_name="Y", date_joined=now - 2 * day)
    query = """query($by: CustomersInGroupsSortingInput, $after: String) {
        customersInGroups(first: 2, sortBy: $by, after: $after) {
        pageInfo { endCursor } edges { node { email } } } }"""

    def pages(direction):
        by = {"field": field, "direction": direction}
        first = users_staff.one(query, by=by)
        rest = users_staff.one(query, by=by, after=first["pageInfo"]["endCursor"])
        return "".join(email[0] for email in emails(first) + emails(rest))

    assert pages("ASC") == order
    assert pages("DESC") == order[::-1]


def test_lists_take_the_same_statements_whatever_their_size(users_staff, vip):
    ids = [callers.customer(f"C{number}").pk for number in range(100)]
    membership.add(vip, ids, source=MembershipSource.MANUAL)
    questions = {
        MEMBERS: {"group": of(vip)},
        CUSTOMERS: {"filter": {"groups": [of(vip)]}},
    }
    for query, variables in questions.items():
        users_staff.one(query, first=1, **variables)
        taken = [
            statements(lambda n=size, q=query, v=variables: users_staff.one(q, first=n, **v))
            for size in SIZES
        ]
        assert len({len(found) for found in taken}) == 1
        # page and count; of members the group as well
        assert {ours(found) for found in taken} == {3 if query == MEMBERS else 2}


def test_it_puts_customers_in_by_id_and_by_address(users_staff, vip, people):
    alice, bob, _ = people
    given = {
        "customers": [of(alice), global_id("User", 2**31 - 1)],
        "emails": ["BOB@example.com", "nobody@example.com"],
        "reason": "asked",
    }

    answer = users_staff.one(ADD, group=of(vip), input=given)

    assert answer == {
        "added": [of(alice), of(bob)],
        "already": [],
        "full": [],
        "unknown": [global_id("User", 2**31 - 1)],
        "unknownEmails": ["nobody@example.com"],
        "customerGroup": {"membersCount": 2},
        "errors": [],
    }
    line = MembershipEvent.objects.filter(customer_id=alice.pk).get()
    assert (line.source, line.reason, line.actor.split(":")[0]) == ("manual", "asked", "User")


def test_an_app_is_named_as_its_source(vip, people):
    app = Api(callers.app_token("account.manage_users"))

    app.one(ADD, group=of(vip), input={"customers": [of(people[0])]})

    line = MembershipEvent.objects.get()
    assert (line.source, line.actor.split(":")[0]) == ("api", "App")


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({}, "customers", "NOBODY_NAMED"),
        ({"customers": ["nonsense"]}, "customers", "NOT_FOUND"),
        ({"customers": [global_id("User", 2**40)]}, "customers", "NOT_FOUND"),
        ({"emails": ["a@example.com"] * 10_001}, "customers", "TOO_MANY"),
        ({"emails": ["a@example.com"], "until": "2000-01-01T00:00:00Z"}, "until", "UNTIL_IS_OVER"),
    ],
)
def test_what_cannot_be_added_is_refused(users_staff, vip, given, field, code):
    answer = users_staff.one(ADD, group=of(vip), input=given)

    assert [(e["field"], e["code"]) for e in answer["errors"]] == [(field, code)]
    assert not Membership.objects.exists()


def test_it_takes_customers_out(users_staff, members, people):
    given = {"customers": [of(people[0]), of(people[2])]}

    answer = users_staff.one(REMOVE, group=of(members), input=given)

    assert (answer["removed"], answer["absent"]) == ([of(people[0])], [of(people[2])])
    assert Membership.objects.count() == 1


def test_it_moves_ends(users_staff, members, people):
    ids = [of(one) for one in people]

    answer = users_staff.one(UNTIL, group=of(members), input={"customers": ids, "until": None})

    assert answer == {
        "changed": [of(people[1])],
        "unchanged": [of(people[0])],
        "absent": [of(people[2])],
        "errors": [],
    }


def test_it_moves_customers_into_another_group(users_staff, members, people):
    other = editing.create_group("Other")
    membership.add(other, [people[1].pk], source=MembershipSource.MANUAL)
    ids = [of(one) for one in people]

    answer = users_staff.one(MOVE, group=of(members), into=of(other), input={"customers": ids})

    assert answer == {
        "moved": [of(people[0])],
        "already": [of(people[1])],
        "absent": [of(people[2])],
        "errors": [],
    }
    assert Membership.objects.filter(group=members).count() == 0


def test_nobody_moves_where_there_is_no_room(users_staff, members, people):
    other = editing.create_group("Other", member_limit=1)
    ids = [of(one) for one in people]

    answer = users_staff.one(MOVE, group=of(members), into=of(other), input={"customers": ids})
    same = users_staff.one(MOVE, group=of(members), into=of(members), input={"customers": ids})

    assert [e["code"] for e in answer["errors"]] == ["FULL"]
    assert [(e["field"], e["code"]) for e in same["errors"]] == [("into", "INVALID")]
    assert Membership.objects.filter(group=members).count() == 2


def test_each_pasted_line_gets_its_answer(users_staff, members, people):
    text = "alice@example.com\ncharlie@example.com\n\nnobody@example.com\nx@\nnew@example.com"

    answer = users_staff.one(PASTE, group=of(members), input={"text": text, "by": "EMAIL"})

    assert [(line["number"], line["answer"], line["code"]) for line in answer["lines"]] == [
        (1, "ALREADY", ""),
        (2, "ADDED", ""),
        (4, "UNKNOWN", "unknown_customer"),
        (5, "INVALID", "not_an_email"),
        (6, "UNKNOWN", "unknown_customer"),
    ]
    assert answer["lines"][1]["customerId"] == of(people[2])


def test_pasting_makes_customers_where_asked(users_staff, vip):
    given = {"text": "new@example.com\n+48 600 100 200", "createUnknown": True}

    answer = users_staff.one(PASTE, group=of(vip), input=given)

    assert [line["answer"] for line in answer["lines"]] == ["CREATED", "INVALID"]
    assert Membership.objects.filter(group=vip).get().customer.email == "new@example.com"


def test_pasted_lines_take_customers_out(users_staff, members):
    given = {"text": "alice@example.com\ncharlie@example.com"}

    answer = users_staff.one(PASTE_REMOVE, group=of(members), input=given)

    assert [line["answer"] for line in answer["lines"]] == ["REMOVED", "ABSENT"]


def test_everybody_whom_a_rule_finds_is_put_in_and_taken_out_by_a_job(users_staff, vip, people):
    rule = {"email": {"starts_with": "b"}}
    answer = users_staff.one(ADD_FOUND, group=of(vip), rule=rule, reason="B is best")
    job = Import.objects.get()
    assert answer["errors"] == []
    assert (answer["import"]["id"], answer["import"]["status"]) == (
        global_id("CustomerGroupImport", job.pk),
        "CHECKING",
    )

    assert staging.check(job.pk).status == "applying"
    assert applying.apply(job.pk).status == "applied"
    member = Membership.objects.filter(group=vip).get()
    assert (member.customer_id, member.reason) == (people[1].pk, "B is best")

    users_staff.one(REMOVE_FOUND, group=of(vip), rule=rule)
    latest = Import.objects.order_by("-pk").first()
    staging.check(latest.pk)
    applying.apply(latest.pk)
    assert not Membership.objects.filter(group=vip).exists()


def test_a_wrong_rule_finds_nobody(users_staff, vip):
    answer = users_staff.one(ADD_FOUND, group=of(vip), rule={"all": [{"nothing": {"eq": 1}}]})

    assert answer["import"] is None
    assert [(e["field"], e["code"], e["path"]) for e in answer["errors"]] == [
        ("rule", "UNKNOWN_FIELD", "all[0].nothing")
    ]
    assert not Import.objects.exists()


def test_pins_keep_customers_in(users_staff, people):
    create = """mutation($input: CustomerGroupCreateInput!) { customerGroupCreate(input: $input) {
      customerGroup { id } } }"""
    given = {"name": "B", "kind": "DYNAMIC", "rule": {"email": {"starts_with": "b"}}}
    group = users_staff.one(create, input=given)["customerGroup"]["id"]

    pinned = users_staff.one(PIN, group=group, customers=[of(people[0])])
    assert pinned == {"pinned": 1, "errors": []}
    assert Membership.objects.filter(customer=people[0]).count() == 1

    unpinned = users_staff.one(UNPIN, group=group, customers=[of(people[0])])
    assert unpinned == {"unpinned": 1, "errors": []}
    assert not Membership.objects.filter(customer=people[0]).exists()


def test_customers_see_their_own_groups(members, people):
    alice, charlie = (Api(callers.token_of(people[n])) for n in (0, 2))

    assert alice.one(MINE) == [{"id": of(members), "name": "VIP", "slug": "vip", "until": None}]
    assert charlie.one(MINE) == []
    assert Api().refused(MINE) == ["You must be logged in."]


def test_customers_read_the_public_metadata_of_their_groups(members, people):
    editing.update_group(
        members, colour="#1f7a4d", metadata={"a": "1", "badge": "gold"}, private_metadata={"b": "2"}
    )
    query = """{ myCustomerGroups { colour metadata { key value } metafield(key: "badge")
        private: metafield(key: "b") metafields(keys: ["a"]) } }"""

    assert Api(callers.token_of(people[0])).one(query) == [
        {
            "colour": "#1f7a4d",
            "metadata": [{"key": "a", "value": "1"}, {"key": "badge", "value": "gold"}],
            "metafield": "gold",
            "private": None,
            "metafields": {"a": "1"},
        }
    ]


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "shopper"])
def test_others_may_not(who, request, members, people):
    api = Api(callers.token_of(people[0])) if who == "shopper" else request.getfixturevalue(who)
    group, given = of(members), {"customers": [of(people[0])]}
    asked = [
        (MEMBERS, {"group": group, "first": 1}),
        (AT, {"group": group, "at": timezone.now().isoformat()}),
        (HISTORY, {"group": group}),
        (CUSTOMERS, {"first": 1}),
        (ADD, {"group": group, "input": {"customers": [of(people[2])]}}),
        (REMOVE, {"group": group, "input": given}),
        (UNTIL, {"group": group, "input": given}),
        (MOVE, {"group": group, "into": group, "input": given}),
        (PASTE, {"group": group, "input": {"text": "charlie@example.com"}}),
        (PASTE_REMOVE, {"group": group, "input": {"text": "alice@example.com"}}),
        (ADD_FOUND, {"group": group, "rule": {"email": {"starts_with": "c"}}}),
        (REMOVE_FOUND, {"group": group, "rule": {"email": {"starts_with": "a"}}}),
        (PIN, {"group": group, "customers": [of(people[2])]}),
        (UNPIN, {"group": group, "customers": [of(people[2])]}),
    ]
    before = list(Membership.objects.order_by("pk").values())

    for query, variables in asked:
        (message,) = api.refused(query, **variables)
        assert "MANAGE_USERS" in message
    assert list(Membership.objects.order_by("pk").values()) == before
    assert not Import.objects.exists()


def test_each_of_several_mutations_shows_what_it_did_itself(users_staff):
    vip = editing.create_group("VIP")
    added = """{alias}: customerGroupMembersAdd(group: "{group}", input: {{customers: ["{id}"]}}) {{
        customerGroup {{ membersCount }} }}"""
    fields = [
        added.format(alias=name, group=global_id("CustomerGroup", vip.pk), id=global_id("User", pk))
        for name, pk in (("a", callers.customer("Alice").pk), ("b", callers.customer("Bob").pk))
    ]

    answer = users_staff.ask(f"mutation {{ {' '.join(fields)} }}")

    assert answer == {
        "a": {"customerGroup": {"membersCount": 1}},
        "b": {"customerGroup": {"membersCount": 2}},
    }
