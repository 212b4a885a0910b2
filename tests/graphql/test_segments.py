"""Rules in the API: what they may ask, whom one finds, why, and the groups that they make."""

from __future__ import annotations

import pytest

from saleor_customer_groups.graphql.ids import global_id
from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.groups import membership
from saleor_customer_groups.importing import applying, cutting, staging
from saleor_customer_groups.models import (
    CustomerGroup,
    Import,
    Membership,
    MembershipSource,
    Segment,
    SegmentRun,
)
from saleor_customer_groups.segments import editing, schedule
from saleor_customer_groups.segments.fields import FIELDS
from saleor_customer_groups.segments.templates import TEMPLATES
from tests import callers

from .api import SIZES, nodes, ours, statements

pytestmark = pytest.mark.django_db

FIELDS_QUERY = """
{ customerGroupRuleFields { code label type available since
    operators { code value subtype } options { name value required } } }
"""
TEMPLATES_QUERY = """
{ customerGroupRuleTemplates { code label parameters { name value default } } }
"""
BUILD = """
query($code: String!, $parameters: JSON) {
  customerGroupRuleFromTemplate(code: $code, parameters: $parameters) {
    rule errors { field code } } }
"""
PREVIEW = """
query($rule: JSON!, $first: Int, $after: String) {
  customerGroupRulePreview(rule: $rule, first: $first, after: $after) {
    count of share endCursor customers { id email firstName }
    errors { field code path message } } }
"""
EXPLAIN = """
query($customer: ID!, $group: ID, $rule: JSON) {
  customerGroupRuleExplain(customer: $customer, group: $group, rule: $rule) {
    holds parts { path depth holds sentence } errors { field code } } }
"""
SET = """
mutation($id: ID!, $rule: JSON!) { customerGroupRuleSet(id: $id, rule: $rule) {
  customerGroup { kind segment { rule rightAt dueAt isRunning error refersTo { name } } }
  errors { field code path } } }
"""
REFRESH = """
mutation($id: ID!) { customerGroupSegmentRefresh(id: $id) {
  customerGroup { segment { rightAt } } errors { field code } } }
"""
RUNS = """
query($group: ID!) { customerGroupSegmentRuns(group: $group, first: 5) {
  edges { node { joined left members repair } } } }
"""
SEGMENTS = """
query($first: Int) { customerGroups(first: $first, filter: {kinds: [DYNAMIC]}) {
  edges { node { segment { rule refersTo { name } } } } } }
"""
LADDER = """
mutation($steps: [CustomerGroupLadderStepInput!]!, $downgrade: Boolean) {
  customerGroupLadderCreate(steps: $steps, currency: "USD", days: 90, downgrade: $downgrade) {
    customerGroups { name kind priority } errors { field code } } }
"""
SPLIT = """
mutation($id: ID!, $parts: [CustomerGroupSplitPartInput!]!, $salt: String) {
  customerGroupSplit(id: $id, parts: $parts, salt: $salt) {
    salt customerGroups { name kind membersCount } imports { id status }
    errors { field code } } }
"""
RULE = {"email": {"starts_with": "a"}}


def of(row):
    return global_id("CustomerGroup", row.pk)


@pytest.fixture
def people():
    return [callers.customer(name) for name in ("Alice", "Anna", "Bob")]


def test_it_tells_every_field_and_template(users_staff):
    fields = users_staff.one(FIELDS_QUERY)
    templates = users_staff.one(TEMPLATES_QUERY)

    assert [field["code"] for field in fields] == list(FIELDS)
    assert all(field["operators"] for field in fields)
    assert [template["code"] for template in templates] == list(TEMPLATES)


def test_a_template_makes_a_rule(users_staff):
    answer = users_staff.one(BUILD, code="new_customers", parameters={"days": 7})

    assert answer == {"rule": {"registered_at": {"within_last": {"days": 7}}}, "errors": []}


@pytest.mark.parametrize(
    ("code", "parameters", "field"),
    [
        ("none", {}, "code"),
        ("new_customers", {"days": 0}, "days"),
        ("new_customers", {"code": 1}, "code"),
        ("new_customers", [1], "parameters"),
    ],
)
def test_wrong_parameters_are_named(users_staff, code, parameters, field):
    answer = users_staff.one(BUILD, code=code, parameters=parameters)

    assert answer["rule"] is None
    assert [error["field"] for error in answer["errors"]] == [field]


def test_a_preview_counts_and_shows_pages(users_staff, people):
    first = users_staff.one(PREVIEW, rule=RULE, first=1)
    second = users_staff.one(PREVIEW, rule=RULE, first=1, after=first["endCursor"])

    assert (first["count"], first["of"], first["share"]) == (2, 3, 66.67)
    assert first["customers"] == [
        {
            "id": global_id("User", people[0].pk),
            "email": "alice@example.com",
            "firstName": "Alice",
        }
    ]
    assert [one["email"] for one in second["customers"]] == ["anna@example.com"]
    assert second["endCursor"] is None
    assert not Segment.objects.exists()


def test_a_preview_says_everything_that_is_wrong(users_staff):
    answer = users_staff.one(PREVIEW, rule={"all": [{"none": {"eq": 1}}, {"email": {}}]}, first=1)

    assert (answer["count"], answer["customers"]) == (None, [])
    assert [(e["field"], e["path"]) for e in answer["errors"]] == [
        ("rule", "all[0].none"),
        ("rule", "all[1].email"),
    ]


@pytest.mark.parametrize(("first", "after"), [(0, None), (101, None), (1, "x")])
def test_wrong_pages_of_a_preview_are_named(users_staff, first, after):
    answer = users_staff.one(PREVIEW, rule=RULE, first=first, after=after)

    assert [e["field"] for e in answer["errors"]] == ["after" if after else "first"]


def test_it_explains_why_a_customer_is_found(users_staff, people):
    rule = {"any": [RULE, {"not": {"email": {"eq": "bob@example.com"}}}]}

    answer = users_staff.one(EXPLAIN, customer=global_id("User", people[2].pk), rule=rule)

    assert answer["holds"] is False
    assert [(part["depth"], part["holds"], part["path"]) for part in answer["parts"]] == [
        (0, False, "any"),
        (1, False, "any[0].email.starts_with"),
        (1, False, "any[1].not"),
        (2, True, "any[1].not.email.eq"),
    ]


def test_it_explains_the_rule_of_a_group(users_staff, people):
    group = editing.create_dynamic("A", RULE)
    plain = groups.create_group("Plain")
    customer = global_id("User", people[0].pk)

    assert users_staff.one(EXPLAIN, customer=customer, group=of(group))["holds"] is True
    for variables, error in (
        ({"group": of(plain)}, {"field": None, "code": "NO_RULE"}),
        ({"group": global_id("CustomerGroup", 99999)}, {"field": "group", "code": "NOT_FOUND"}),
        ({}, {"field": "rule", "code": "REQUIRED"}),
    ):
        assert users_staff.one(EXPLAIN, customer=customer, **variables)["errors"] == [error]
    nobody = users_staff.one(EXPLAIN, customer=global_id("User", 2**40), rule=RULE)
    assert nobody["errors"] == [{"field": "customer", "code": "NOT_FOUND"}]


def test_a_group_is_given_a_rule_and_tells_how_fresh_it_is(users_staff, people):
    group = groups.create_group("A")
    named = groups.create_group("Named")
    rule = {"any": [RULE, {"in_group": {"one_of": [named.pk]}}]}

    answer = users_staff.one(SET, id=of(group), rule=rule)

    segment = answer["customerGroup"]["segment"]
    assert answer["customerGroup"]["kind"] == "DYNAMIC"
    assert (segment["rule"], segment["refersTo"]) == (rule, [{"name": "Named"}])
    assert (segment["rightAt"], segment["isRunning"], segment["error"]) == (None, False, "")


def test_a_circle_of_rules_is_refused(users_staff):
    group = groups.create_group("A")
    rule = {"not": {"in_group": {"one_of": [group.pk]}}}

    answer = users_staff.one(SET, id=of(group), rule=rule)

    assert [(e["field"], e["code"]) for e in answer["errors"]] == [("rule", "CYCLE")]
    group.refresh_from_db()
    assert group.kind == "manual"


def test_a_refresh_is_asked_for_and_its_run_is_told(
    users_staff, people, django_capture_on_commit_callbacks
):
    group = editing.create_dynamic("A", RULE)
    schedule.run(Segment.objects.get())
    Membership.objects.filter(group=group).delete()
    due = Segment.objects.get().due_at

    with django_capture_on_commit_callbacks() as callbacks:
        answer = users_staff.one(REFRESH, id=of(group))

    assert answer["errors"] == []
    assert Segment.objects.get().due_at < due
    assert len(callbacks) == 1
    assert schedule.run_due() == 1
    assert SegmentRun.objects.count() == 2
    assert nodes(users_staff.one(RUNS, group=of(group)))[0] == {
        "joined": 2,
        "left": 0,
        "members": 2,
        "repair": True,
    }


def test_a_group_without_a_rule_is_not_refreshed(users_staff):
    answer = users_staff.one(REFRESH, id=of(groups.create_group("A")))

    assert answer["errors"] == [{"field": None, "code": "NO_RULE"}]


def test_rules_of_a_page_take_the_same_statements_whatever_its_size(users_staff):
    named = groups.create_group("Named")
    rule = {"in_group": {"one_of": [named.pk]}}
    for number in range(100):
        group = CustomerGroup.objects.create(name=f"D{number}", slug=f"d{number}", kind="dynamic")
        Segment.objects.create(group=group, rule=rule).refers_to.set([named])
    users_staff.one(SEGMENTS, first=1)

    taken = [statements(lambda n=size: users_staff.one(SEGMENTS, first=n)) for size in SIZES]

    assert [ours(found) for found in taken] == [3, 3, 3]  # groups, rules, whom they name


def test_a_ladder_makes_a_group_for_each_step(users_staff):
    steps = [{"name": "Silver", "amount": 100}, {"name": "Gold", "amount": 500.5}]

    answer = users_staff.one(LADDER, steps=steps, downgrade=False)
    refused = users_staff.one(LADDER, steps=steps[::-1])

    assert answer["customerGroups"] == [
        {"name": "Silver", "kind": "DYNAMIC", "priority": 0},
        {"name": "Gold", "kind": "DYNAMIC", "priority": 1},
    ]
    assert [e["field"] for e in refused["errors"]] == ["steps"]
    assert CustomerGroup.objects.filter(kind="dynamic").count() == 2


def test_a_split_by_count_and_by_percent(users_staff, people):
    group = groups.create_group("All")
    ids = [one.pk for one in people]
    membership.add(group, ids, source=MembershipSource.MANUAL)

    by_count = users_staff.one(
        SPLIT, id=of(group), salt="x", parts=[{"name": "A", "count": 2}, {"name": "B", "count": 1}]
    )
    by_percent = users_staff.one(SPLIT, id=of(group), parts=[{"name": "C", "percent": 12.5}])
    refused = users_staff.one(SPLIT, id=of(group), parts=[{"name": "D", "count": 9}])

    assert (by_count["salt"], by_count["customerGroups"]) == (
        "x",
        [
            {"name": "A", "kind": "MANUAL", "membersCount": 2},
            {"name": "B", "kind": "MANUAL", "membersCount": 1},
        ],
    )
    assert by_percent["customerGroups"][0]["kind"] == "DYNAMIC"
    assert (by_count["imports"], by_percent["imports"]) == ([], [])
    assert [e["code"] for e in refused["errors"]] == ["TOO_FEW"]
    assert not CustomerGroup.objects.filter(name="D").exists()


def test_the_parts_of_a_large_group_are_filled_by_imports(users_staff, people, monkeypatch):
    monkeypatch.setattr(cutting, "AT_ONCE", 2)
    group = groups.create_group("All")
    membership.add(group, [one.pk for one in people], source=MembershipSource.MANUAL)
    parts = [{"name": "A", "count": 2}, {"name": "B", "count": 1}]

    answer = users_staff.one(SPLIT, id=of(group), salt="x", parts=parts)

    jobs = list(Import.objects.order_by("pk"))
    assert answer["customerGroups"] == [
        {"name": name, "kind": "MANUAL", "membersCount": 0} for name in ("A", "B")
    ]
    assert answer["imports"] == [
        {"id": global_id("CustomerGroupImport", job.pk), "status": "CHECKING"} for job in jobs
    ]
    for job in jobs:
        staging.check(job.pk)
        applying.apply(job.pk)
    assert [job.group.memberships.count() for job in jobs] == [2, 1]


@pytest.mark.parametrize("who", ["nobody", "wrong_staff"])
def test_others_may_not(who, request, people):
    api = request.getfixturevalue(who)
    group = editing.create_dynamic("A", RULE)
    before = list(Segment.objects.values())
    for query, variables in (
        (FIELDS_QUERY, {}),
        (TEMPLATES_QUERY, {}),
        (BUILD, {"code": "new_customers"}),
        (PREVIEW, {"rule": RULE}),
        (EXPLAIN, {"customer": global_id("User", people[0].pk), "rule": RULE}),
        (SET, {"id": of(group), "rule": {"email": {"starts_with": "b"}}}),
        (REFRESH, {"id": of(group)}),
        (RUNS, {"group": of(group)}),
        (LADDER, {"steps": [{"name": "Silver", "amount": 1}]}),
        (SPLIT, {"id": of(group), "parts": [{"name": "C", "percent": 50}]}),
    ):
        (message,) = api.refused(query, **variables)
        assert "MANAGE_USERS" in message
    assert list(Segment.objects.values()) == before
    assert CustomerGroup.objects.exclude(slug="standard").count() == 1


def test_a_hundred_groups_are_the_most_of_a_ladder_or_a_split(users_staff):
    vip = groups.create_group("VIP")
    before = CustomerGroup.objects.count()
    steps = [{"name": f"S{number}", "amount": str(number + 1)} for number in range(101)]
    parts = [{"name": f"P{number}", "count": 1} for number in range(101)]

    ladder = users_staff.one(LADDER, steps=steps)
    split = users_staff.one(SPLIT, id=global_id("CustomerGroup", vip.pk), parts=parts)

    assert ladder["errors"] == [{"field": "steps", "code": "TOO_MANY"}]
    assert split["errors"] == [{"field": "parts", "code": "TOO_MANY"}]
    assert CustomerGroup.objects.count() == before
