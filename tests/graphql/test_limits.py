"""What one request may ask for: depth, rows, aliases, mutations, requests in one."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from graphql import parse
from graphql.utils.introspection_query import introspection_query

from saleor_customer_groups.graphql import limits, merged
from saleor_customer_groups.graphql.schema import schema
from saleor_customer_groups.graphql.sdl import own_types
from tests import callers

from .api import PATH, nodes

pytestmark = pytest.mark.django_db

NAMES = "{ customerGroups(first: %s) { edges { node { name } } } }"


def cost(query: str, **variables: object) -> int:
    (operation,) = parse(query).definitions
    return limits.Cost({}, variables).of(operation.selection_set, 1)


def test_fifteen_levels_of_pages_are_too_much(boss):
    """There is no rule about depth; depth is dear where there are rows at each level."""
    deep = "edges { node { groups { priceRules: id } } }"
    for _ in range(14):
        deep = f"edges {{ node {{ customerGroups(first: 100) {{ {deep} }} }} }}"
    query = f"{{ customerGroups(first: 100) {{ {deep} }} }}"

    found = limits.check(parse(query), {})

    assert [str(one).split(" is ")[0] for one in found] == ["The query's cost"]


def test_fifteen_levels_of_fragments_are_answered(boss):
    deep = "name"
    for _ in range(13):
        deep = f"... on CustomerGroup {{ {deep} }}"

    answer = boss.one(f"{{ customerGroups(first: 1) {{ edges {{ node {{ {deep} }} }} }} }}")

    assert nodes(answer) == [{"name": "Standard"}]


def test_fragments_that_name_each_other_are_refused(boss):
    query = """{ customerGroups(first: 1) { edges { node { ...a } } } }
        fragment a on CustomerGroup { ...b } fragment b on CustomerGroup { ...a }"""

    assert boss.post(query).status_code == 400


def test_nesting_without_end_is_refused(boss):
    answer = boss.post("{" + "a{" * 20_000)

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["message"] == "The query is nested too deeply."


def test_ten_thousand_rows_are_refused(boss):
    assert boss.refused(NAMES % 10_000) == ["`first` must be from 1 to 100, not 10000."]


def test_a_hundred_aliases_are_answered_and_one_more_is_not(boss):
    def asked(number: int) -> str:
        return "{" + " ".join(f"a{n}: __typename" for n in range(number)) + "}"

    assert len(boss.ask(asked(100))) == 100
    assert boss.refused(asked(101)) == ["The number of aliases is 101; at most 100 is allowed."]


def test_four_mutations_are_answered_and_one_more_is_not(boss):
    def asked(number: int) -> str:
        one = 'customerGroupDelete(id: "x") { errors { code } }'
        return "mutation {" + " ".join(f"m{n}: {one}" for n in range(number)) + "}"

    assert len(boss.ask(asked(4))) == 4
    assert boss.refused(asked(5)) == ["The number of mutations is 5; at most 4 is allowed."]


@pytest.mark.parametrize(
    "query",
    [
        "mutation { ...all } fragment all on Mutation { %s }",
        "mutation { ...some } fragment some on Mutation { ...all } fragment all on Mutation { %s }",
        "mutation { ... on Mutation { %s } }",
    ],
)
def test_mutations_count_wherever_they_stand(boss, query):
    one = 'customerGroupDelete(id: "x") { errors { code } }'
    five = " ".join(f"m{number}: {one}" for number in range(5))

    assert boss.refused(query % five) == ["The number of mutations is 5; at most 4 is allowed."]


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("Int!", {"n": 100}),
        ("Int!", {"n": 100.0}),
        ("Int!", {"n": "100"}),
        ("Int!", {"n": "1e2"}),
        ("Int = 100", {}),
        ("Int = 100", {"n": None}),
    ],
)
def test_rows_count_however_their_number_is_given(settings, declared, given):
    settings.GRAPHQL_QUERY_MAX_COMPLEXITY = 300
    query = f"query($n: {declared}) {NAMES % '$n'}"

    (found,) = limits.check(parse(query), given)

    assert found.message == "The query's cost is 301; at most 300 is allowed."


def test_a_list_that_a_variable_has_by_default_counts(settings):
    settings.GRAPHQL_QUERY_MAX_COMPLEXITY = 2
    query = """query($all: [ID!] = ["a", "b"]) {
        myGroupPrices(channel: "x", variants: $all) { reason } }"""

    (found,) = limits.check(parse(query), {})

    assert found.message == "The query's cost is 3; at most 2 is allowed."


def test_numbers_without_end_are_too_much_and_no_more():
    deep = "name"
    for _ in range(60):
        deep = f"customerGroups(first: $n) {{ {deep} }}"

    (found,) = limits.check(parse(f"query($n: Int!) {{ {deep} }}"), {"n": 2**31 - 1})

    assert found.message == f"The query's cost is {2**62}; at most 50000 is allowed."


def test_fragments_that_double_each_other_are_weighed_at_once(settings):
    settings.GRAPHQL_QUERY_MAX_COMPLEXITY = 0
    doubling = " ".join(
        f"fragment f{number} on Query {{ ...f{number + 1} ...f{number + 1} }}"
        for number in range(60)
    )
    query = f"{{ ...f0 }} {doubling} fragment f60 on Query {{ a: __typename }}"

    (found,) = limits.check(parse(query), {})

    assert found.message == f"The number of aliases is {2**60}; at most 100 is allowed."


def test_the_schema_can_be_asked_for_and_not_without_end(nobody):
    assert nobody.ask(introspection_query)["__schema"]["queryType"] == {"name": "Query"}

    deep = "name"
    for _ in range(4):
        deep = f"fields {{ type {{ {deep} }} }}"
    message = "The query's cost is 444422; at most 50000 is allowed."
    assert nobody.refused(f"{{ __schema {{ types {{ {deep} }} }} }}") == [message]


def test_two_requests_in_one_are_refused(boss):
    body = json.dumps([{"query": NAMES % 1}] * 2)

    answer = Client().post(
        PATH, body, content_type="application/json", **callers.bearer(boss.token)
    )

    assert answer.status_code == 400


def test_each_of_a_list_that_is_asked_with_counts():
    of_two = 'query($all: [ID!]!) { myGroupPrices(channel: "x", variants: $all) { reason } }'

    assert cost(of_two, all=["a", "b"]) == 3
    assert cost('{ myGroupPrices(channel: "x", variants: ["a", "b", "c"]) { reason } }') == 4
    assert cost("{ _entities(representations: [{a: 1}, {a: 2}]) { __typename } }") == 3


def test_every_list_costs_its_rows_in_saleors_endpoint_too():
    types, costs = schema().get_type_map(), merged.costs()
    lists = {
        (name, field): [size for size in limits.SIZES if size in of.args]
        for name in own_types(schema())
        for field, of in getattr(types[name], "fields", {}).items()
        if "first" in getattr(of, "args", ())
    }

    assert ("CustomerGroupsLoyalty", "lots") in lists
    for (name, field), sizes in lists.items():
        assert costs[name][field] == {"complexity": 1, "multipliers": sizes}


def test_what_is_loaded_for_each_row_costs_in_saleors_endpoint_too():
    costs = merged.costs()

    dear = {"complexity": 1}
    for name, field in (
        ("CustomerGroup", "membersCount"),
        ("CustomerGroup", "segment"),
        ("CustomerGroupSegment", "refersTo"),
        ("CustomerGroupMember", "customer"),
        ("GroupPriceRule", "groups"),
        ("CustomerGroupDelete", "import"),
        ("User", "loyalty"),
    ):
        assert costs[name][field] == dear
    assert "name" not in costs["CustomerGroup"]
    assert "CustomerGroupCountableEdge" not in costs


def test_all_that_has_a_cost_is_in_the_schema():
    types = schema().get_type_map()
    of_saleor = {owner._meta.name for owner in merged.EXTENSIONS}

    for name, fields in merged.costs().items():
        assert name in of_saleor or set(fields) <= set(types[name].fields)
