"""Who may do what: every query and mutation of the schema, asked by every kind of caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from graphene.utils.str_converters import to_camel_case
from graphql import get_named_type

from saleor_customer_groups.access import DEFAULT_PERMISSIONS, OPEN_ACTS, Act, Caller
from saleor_customer_groups.graphql import acts
from saleor_customer_groups.graphql.entities import ENTITIES
from saleor_customer_groups.graphql.fields import Guarded
from saleor_customer_groups.graphql.schema import Mutation, schema
from saleor_customer_groups.graphql.sdl import own_types
from tests import callers

from . import test_applications, test_quotes, test_vouchers
from .api import Api
from .minimal import ids_in, requests

pytestmark = pytest.mark.django_db

PERMISSIONS = sorted({name for names in DEFAULT_PERMISSIONS.values() for name in names})
NOTHING_OF_OURS = "product.manage_products"
# Fields of the schema that a gateway brings; tests/graphql/test_federation.py asks them.
GATEWAY = {"_service", "_entities"}

# Of each field for shoppers that takes an ID of somebody's thing: the test where another asks.
OF_ANOTHER = {
    "myCheckoutPricing": test_quotes.test_a_basket_is_its_customers_alone,
    "myLoyaltyVoucherGiveBack": test_vouchers.test_nobody_gives_back_what_is_anothers,
    "customerGroupApplicationWithdraw": test_applications.test_a_customer_withdraws_only_their_own,
}
# Those that take only IDs of the shop's things.
OF_THE_SHOP = {"myGroupPrices", "customerGroupApply"}


# What the smallest request of a field needs beside its own act: the first purpose is to award.
TOO = {"customerGroupsTriggerCreate": Act.MANAGE_LOYALTY}


@dataclass(frozen=True)
class Kind:
    """A kind of caller: their token, and what they may by the table of permissions."""

    token: Callable[[], str | None]
    permissions: tuple[str, ...] = ()
    is_user: bool = False

    def may(self, act: Act) -> bool:
        caller = Caller(
            user_id=1 if self.is_user else None, permissions=frozenset(self.permissions)
        )
        return caller.may(act)


def staff_with(*names: str) -> Kind:
    return Kind(lambda: callers.token_of(callers.staff(*names)), names, is_user=True)


def app_with(*names: str) -> Kind:
    return Kind(lambda: callers.app_token(*names), names)


def superuser() -> str:
    return callers.token_of(callers.staff(is_superuser=True))


def customer_with_rows() -> str:
    """A customer to whom somebody gave permissions: they count for staff only."""
    one = callers.customer()
    one.user_permissions.set(callers.permissions(*PERMISSIONS))
    return callers.token_of(one)


def narrowed() -> str:
    """Staff who may all, by a token that allows one thing."""
    return callers.narrow_token_of(callers.staff(*PERMISSIONS), "MANAGE_DISCOUNTS")


KINDS = {
    "nobody": Kind(lambda: None),
    "a customer": Kind(lambda: callers.token_of(callers.customer()), is_user=True),
    "a customer with rows": Kind(customer_with_rows, is_user=True),
    "staff without": staff_with(),
    "staff of products": staff_with(NOTHING_OF_OURS),
    "staff by a narrow token": Kind(narrowed, ("discount.manage_discounts",), is_user=True),
    "a superuser": Kind(superuser, tuple(PERMISSIONS), is_user=True),
    "an app without": app_with(),
    **{f"staff with {name}": staff_with(name) for name in PERMISSIONS},
    **{f"an app with {name}": app_with(name) for name in PERMISSIONS},
}


def declared() -> dict[str, tuple[str, Act | None]]:
    """Of each root field its request and its act."""
    rows = {row.name: row.act for row in (*acts.queries(), *acts.mutations())}
    made = {**requests("query"), **requests("mutation")}
    return {
        name: (request, rows.get(name)) for name, request in made.items() if name not in GATEWAY
    }


def asked(api: Api, request: str) -> dict[str, Any]:
    """The answer; whatever was done is taken back."""
    with transaction.atomic():
        answer: dict[str, Any] = api.post(request).json()
        transaction.set_rollback(True)
    return answer


def is_let_in(answer: dict[str, Any]) -> bool:
    codes = [one["extensions"]["exception"]["code"] for one in answer.get("errors", ())]
    return "PermissionDenied" not in codes


def test_each_field_says_which_act_it_is():
    assert acts.undeclared() == []
    assert set(declared()) == {row.name for row in (*acts.queries(), *acts.mutations())}


# The answers of mutations show what was done to who may do it; and these are behind a guard.
GUARDED_ABOVE = {("CustomerGroupSegment", "refers_to")}


def passages():
    """Fields by which one comes from one thing to another that needs another act, unguarded."""
    types = schema().get_type_map()
    payloads = {field.type._meta.name for field in Mutation._meta.fields.values()}
    for name in own_types(schema()) - payloads:
        of = getattr(types[name], "graphene_type", None)
        for field, one in getattr(getattr(of, "_meta", None), "fields", {}).items():
            to = ENTITIES.get(get_named_type(types[name].fields[in_requests(field, one)].type).name)
            own = ENTITIES.get(name)
            if to is None or isinstance(one, Guarded) or field == "node":
                continue
            if own is None or own.act != to.act:
                yield name, field


def in_requests(name, field):
    return field.name or to_camel_case(name)


def test_no_field_leads_past_a_permission():
    assert set(passages()) == GUARDED_ABOVE


def test_each_field_that_takes_a_shoppers_id_is_asked_by_another_shopper():
    taking = {
        row.name
        for operation, rows in (("query", acts.queries()), ("mutation", acts.mutations()))
        for row in rows
        if row.act in OPEN_ACTS and ids_in(operation, row.name)
    }

    assert taking == OF_ANOTHER.keys() | OF_THE_SHOP


def test_each_request_is_one_that_the_schema_takes():
    api = Api()
    for name, (request, _) in declared().items():
        codes = {"PermissionDenied", None, "InvalidInput", "GraphQLError"}
        answer = asked(api, request)
        found = {e["extensions"]["exception"]["code"] for e in answer.get("errors", ())}
        assert found <= codes, (name, answer)
        assert "data" in answer, (name, answer)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_who_may(kind):
    one = KINDS[kind]
    api = Api(one.token())

    found = {name: is_let_in(asked(api, request)) for name, (request, _) in declared().items()}

    assert found == {
        name: act is not None and one.may(act) and one.may(TOO.get(name, act))
        for name, (_, act) in declared().items()
    }


def test_an_expired_token_may_nothing():
    api = Api(callers.narrow_token_of(callers.staff(*PERMISSIONS), *PERMISSIONS, expired=True))

    for request, _ in declared().values():
        answer = api.post(request)
        assert answer.status_code == 401
        (error,) = answer.json()["errors"]
        assert error["extensions"]["exception"]["code"] == "ExpiredSignatureError"


def test_a_forged_token_may_nothing(boss):
    api = Api(f"{boss.token}x")

    for request, _ in declared().values():
        assert api.post(request).status_code == 401


def test_a_refused_mutation_tells_nothing_but_the_permission(nobody):
    for name, request in requests("mutation").items():
        answer = asked(nobody, request)
        if not is_let_in(answer):
            assert answer["data"] == {name: None}
            assert len(answer["errors"]) == 1
