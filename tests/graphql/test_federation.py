"""What a gateway asks: the schema, and things by their ids for those who may read them."""

from __future__ import annotations

from decimal import Decimal

import graphene
import pytest
from graphql import get_named_type
from graphql.language import ast

from saleor_customer_groups.graphql.entities import ENTITIES as ALL
from saleor_customer_groups.graphql.schema import schema
from saleor_customer_groups.graphql.sdl import own_types
from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.pricing import editing
from saleor_customer_groups.pricing.inputs import RuleInput
from tests import callers
from tests.loyalty.conftest import points

from .api import SIZES, statements
from .catalogue import id_of
from .definitions import definitions_of

pytestmark = pytest.mark.django_db

SERVICE = "{ _service { sdl } }"
ENTITIES = """
query($all: [_Any!]!) { _entities(representations: $all) {
  __typename
  ... on CustomerGroup { name }
  ... on GroupPriceRule { id percentage }
} }
"""


@pytest.fixture
def vip():
    return groups.create_group("VIP")


@pytest.fixture
def rule(vip):
    given = {"name": "Off", "kind": "percentage_off", "percentage": Decimal(10)}
    return editing.save_rule(RuleInput(group_ids=[vip.pk], everything=True, **given))


TYPES = "query($all: [_Any!]!) { _entities(representations: $all) { __typename } }"
# Seen within their rule; and a code is worth money.
NO_ENTITIES = {"GroupPriceRuleTarget", "LoyaltyVoucher"}


def named(*rows):
    names = {"PriceRule": "GroupPriceRule"}
    return [
        {"__typename": names.get(type(row).__name__, type(row).__name__), "id": id_of(row, name)}
        for row in rows
        for name in [names.get(type(row).__name__)]
    ]


def test_a_gateway_reads_the_schema_without_a_token(nobody):
    sdl = nobody.one(SERVICE)["sdl"]

    assert 'type CustomerGroup implements Node @key(fields: "id") {' in sdl
    assert 'extend type ProductVariant @key(fields: "id") {\n  id: ID! @external\n}' in sdl
    assert "_entities" not in sdl
    assert "_service" not in sdl


def test_the_schema_names_nothing_that_it_does_not_have(nobody):
    definitions = definitions_of(nobody.one(SERVICE)["sdl"])
    there = {"String", "ID", "Int", "Float", "Boolean"}
    for one in definitions:
        there.add(
            (one.definition if isinstance(one, ast.TypeExtensionDefinition) else one).name.value
        )

    def named_in(node):
        if isinstance(node, ast.NamedType):
            yield node.name.value
        for slot in getattr(node, "__slots__", ()):
            value = getattr(node, slot, None)
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.Node) and not isinstance(part, ast.Directive):
                    yield from named_in(part)

    assert {name for one in definitions for name in named_in(one)} - there == set()


def test_things_come_by_their_ids_in_their_order(boss, vip, rule):
    gone = {"__typename": "CustomerGroup", "id": "Q3VzdG9tZXJHcm91cDo5OTk5OTk5"}

    answer = boss.one(ENTITIES, all=[*named(rule, vip), gone, *named(vip)])

    group = {"__typename": "CustomerGroup", "name": "VIP"}
    assert answer == [
        {"__typename": "GroupPriceRule", "id": id_of(rule, "GroupPriceRule"), "percentage": 10.0},
        group,
        None,
        group,
    ]


def test_they_come_as_literals_too(users_staff, vip):
    query = f'{{ _entities(representations: [{{__typename: "CustomerGroup", id: "{id_of(vip)}"}}])'

    answer = users_staff.one(query + " { ... on CustomerGroup { slug } } }")

    assert answer == [{"slug": "vip"}]


def test_each_type_of_ours_that_has_an_id_can_be_asked_for():
    types = schema().get_type_map()
    having = {
        name
        for name in own_types(schema())
        if "Node" in {one.name for one in getattr(types[name], "interfaces", ())}
    }

    assert having == ALL.keys() | NO_ENTITIES


def test_each_of_them_has_a_query_of_its_own(boss):
    """Its name is the type's; a customer group has a slug too, so that it is asked otherwise."""
    fields = schema().get_query_type().fields

    for name in ALL:
        field = f"{name[0].lower()}{name[1:]}"
        assert get_named_type(fields[field].type).name == name
        gone = graphene.Node.to_global_id(name, 999_999_999)
        assert boss.one(f'{{ {field}(id: "{gone}") {{ __typename }} }}') is None


@pytest.mark.parametrize("name", sorted(ALL))
def test_each_type_is_for_who_may_read_it(name, boss, wrong_staff):
    asked = [{"__typename": name, "id": graphene.Node.to_global_id(name, 999_999_999)}]

    assert boss.one(TYPES, all=asked) == [None]
    (message,) = wrong_staff.refused(TYPES, all=asked)
    assert message.startswith("To access this path, you need one of the following permissions")


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff"])
def test_nobody_reads_past_the_permissions(who, request, vip, rule):
    api = request.getfixturevalue(who)

    answer = api.post(ENTITIES, all=named(vip, rule)).json()

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert not answer.get("data") or answer["data"]["_entities"] is None


def test_fields_of_things_keep_their_own_permissions(prices_staff, vip):
    query = (
        "query($all: [_Any!]!) { _entities(representations: $all) { ... on CustomerGroup { %s } } }"
    )

    assert prices_staff.one(query % "name", all=named(vip)) == [{"name": "VIP"}]
    (message,) = prices_staff.refused(query % "privateMetadata { key }", all=named(vip))
    assert "MANAGE_USERS" in message


@pytest.mark.parametrize(
    ("representation", "message"),
    [
        ("x", "A representation is an object with __typename and id."),
        ({"id": "x"}, "“None” is no type that can be asked for by its id."),
        ({"__typename": "User", "id": "x"}, "“User” is no type that can be asked for by its id."),
        ({"__typename": "CustomerGroup"}, "A representation has an id."),
        ({"__typename": "CustomerGroup", "id": "x"}, "“x” is no id of a CustomerGroup."),
    ],
)
def test_what_is_no_representation_is_refused(boss, representation, message):
    assert boss.refused(ENTITIES, all=[representation]) == [message]


def test_a_hundred_are_the_most(boss, vip):
    (message,) = boss.refused(ENTITIES, all=named(vip) * 101)

    assert message == "At most 100 entities can be asked for, not 101."


def test_they_take_the_same_statements_whatever_their_number(boss):
    made = [groups.create_group(f"G{number}") for number in range(100)]
    boss.one(ENTITIES, all=named(made[0]))

    taken = [
        len(statements(lambda n=size: boss.one(ENTITIES, all=named(*made[:n])))) for size in SIZES
    ]

    assert len(set(taken)) == 1


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("LoyaltyEntry", "amount { points } reason actor"),
        ("LoyaltyLot", "remaining { points } givenAt"),
    ],
)
def test_what_they_read_of_other_tables_comes_along(boss, name, fields):
    alice = callers.customer()
    for number in range(max(SIZES)):
        points(alice, 1, key=str(number))
    keys = ALL[name].rows().values_list("pk", flat=True)
    asked = [{"__typename": name, "id": graphene.Node.to_global_id(name, key)} for key in keys]
    query = TYPES.replace("__typename", f"... on {name} {{ {fields} }}")
    boss.one(query, all=asked[:1])

    taken = [len(statements(lambda n=size: boss.one(query, all=asked[:n]))) for size in SIZES]

    assert len(asked) == 100
    assert len(set(taken)) == 1
