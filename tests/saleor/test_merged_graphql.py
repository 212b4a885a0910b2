"""Our API in Saleor's own endpoint: with MERGE_GRAPHQL it is there, without it is not."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from saleor.graphql.api import schema as saleors

from saleor_customer_groups.graphql.schema import Mutation, Query
from saleor_customer_groups.host import merging

# Tests of this folder commit; without the fixture the next ones on the worker find a broken
# transaction.
pytestmark = pytest.mark.usefixtures("transactional_db")
DENIED = "PermissionDenied"


@pytest.fixture(scope="module")
def said(django_db_setup: None, django_db_blocker: Any) -> dict[str, Any]:
    """The answers of a Saleor into which we are merged, by query and caller."""
    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.saleor.merged_requests"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.saleor.merged_settings",
            "MERGED_DATABASE": name,
        },
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answers: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answers


def code_of(answer: dict[str, Any]) -> str:
    (error,) = answer["errors"]
    return str(error["extensions"]["exception"]["code"])


def test_customers_see_their_groups(said):
    groups = [{"name": "VIP", "slug": "vip", "metafields": {}}]

    assert said["me by alice"]["data"] == {"me": {"customerGroups": groups}}
    assert said["me by bob"]["data"] == {"me": {"customerGroups": []}}
    assert said["me by nobody"]["data"] == {"me": None}


def test_the_groups_of_a_user_are_for_who_may_see_members(said):
    for who in ("staff", "app"):
        assert said[f"user by {who}"]["data"] == {"user": {"customerGroups": [{"name": "VIP"}]}}
    for who in ("nobody", "alice", "bob"):
        assert said[f"user by {who}"]["errors"]


def test_the_loyalty_of_a_user_is_for_themself_and_who_may_read_it(said):
    balances = [{"amount": {"points": 500}}]

    assert said["my_loyalty by alice"]["data"] == {"me": {"loyalty": {"balances": balances}}}
    assert said["my_loyalty by bob"]["data"] == {"me": {"loyalty": {"balances": []}}}
    assert said["loyalty by cards"]["data"] == {
        "user": {"loyalty": {"balances": balances, "statement": {"totalCount": 1}}}
    }
    for who in ("staff", "app"):
        assert code_of(said[f"loyalty by {who}"]) == DENIED
        assert said[f"loyalty by {who}"]["data"] == {"user": {"loyalty": None}}
    for who in ("nobody", "alice", "bob"):
        assert said[f"loyalty by {who}"]["errors"]


def test_variants_have_the_callers_price(said):
    prices = {
        who: said[f"variant by {who}"]["data"]["productVariant"]
        for who in ("alice", "bob", "nobody")
    }

    assert prices["alice"] == {
        "groupPricing": {"finalPrice": {"amount": 9.0}, "reason": "Group price VIP"},
        "dozen": {"quantity": 12},
    }
    for who in ("bob", "nobody"):
        assert prices[who]["groupPricing"] == {"finalPrice": {"amount": 10.0}, "reason": ""}
    assert said["no_channel by staff"]["data"] == {"productVariant": {"groupPricing": None}}


def test_a_quantity_that_is_none_refuses_nothing_but_itself(said):
    answer = said["none_of_it by alice"]

    priced = {"groupPricing": {"reason": "Group price VIP"}, "none": None}
    assert answer["data"] == {"productVariant": priced}
    (error,) = answer["errors"]
    assert error["message"] == "The quantity must be at least 1."


def test_a_checkout_is_explained_to_its_customer_alone(said):
    line = {"quote": {"finalPrice": {"amount": 9.0}}}

    assert said["checkout by alice"] == {
        "data": {"checkout": {"groupPricing": {"lines": [line]}}},
        "extensions": said["checkout by alice"]["extensions"],
    }
    for who in ("nobody", "bob", "app"):
        assert said[f"checkout by {who}"]["data"] == {"checkout": {"groupPricing": None}}


def test_our_queries_and_mutations_are_there(said):
    for who in ("staff", "app"):
        found = said[f"groups by {who}"]["data"]["customerGroups"]
        assert {"node": {"name": "VIP", "membersCount": 1}} in found["edges"]
    made = {"customerGroup": {"name": "Merged"}, "errors": []}
    assert said["create by staff"]["data"] == {"customerGroupCreate": made}
    assert said["refused by staff"]["data"] == {
        "customerGroupCreate": {"errors": [{"field": "colour", "code": "INVALID"}]}
    }
    assert said["prices by alice"]["data"] == {"myGroupPrices": [{"finalPrice": {"amount": 9.0}}]}


def test_what_is_loaded_for_each_row_costs(said):
    dear = said["dear by staff"]

    assert "errors" not in dear
    assert dear["extensions"]["cost"]["requestedQueryCost"] == 400
    (error,) = said["too_dear by staff"]["errors"]
    assert "exceeds the maximum cost" in error["message"]


def test_odd_values_are_no_fault(said):
    assert said["null by alice"]["data"] == {"productVariant": {"groupPricing": {"quantity": 1}}}
    (error,) = said["half by staff"]["errors"]
    assert error["message"] == "The slug is no valid Unicode at place 1."
    (error,) = said["half_within by cards"]["errors"]
    assert error["message"] == "The currency is no valid Unicode at place 1."


def test_permissions_hold_and_are_refused_as_saleor_refuses(said):
    for name in ("groups", "create"):
        for who in ("nobody", "alice", "bob"):
            answer = said[f"{name} by {who}"]
            assert code_of(answer) == DENIED
            assert "MANAGE_USERS" in answer["errors"][0]["message"]


def test_other_refusals_are_told(said):
    (page,) = said["wrong_page by staff"]["errors"]
    assert page["message"] == "`first` must be from 1 to 100, not 1000."
    # staff of customers may not read prices
    assert code_of(said["wrong_id by staff"]) == DENIED


def test_introspection_and_federation_know_us(said):
    fields = said["introspection by nobody"]["data"]["__schema"]["queryType"]["fields"]

    assert {"customerGroups", "groupPriceRules", "me"} <= {field["name"] for field in fields}
    assert (
        "customerGroups: [CustomerGroupOfUser!]"
        in said["service by nobody"]["data"]["_service"]["sdl"]
    )


def test_a_plugin_that_is_off_answers_nothing(said):
    (error,) = said["groups when off"]["errors"]

    assert error["message"] == merging.OFF


def test_without_the_setting_saleor_knows_nothing_of_it():
    query, mutation = saleors.get_query_type(), saleors.get_mutation_type()

    assert "customerGroups" not in query.fields
    assert not [
        name for name in mutation.fields if name.startswith(("customerGroup", "groupPrice"))
    ]
    assert "customerGroups" not in saleors.get_type("User").fields
    assert "groupPricing" not in saleors.get_type("Checkout").fields
    assert "groupPricing" not in saleors.get_type("ProductVariant").fields


def test_no_name_of_ours_is_saleors():
    for root, of_saleor in ((Query, "Query"), (Mutation, "Mutation")):
        taken = saleors.get_type(of_saleor).graphene_type._meta.fields
        assert set(root._meta.fields) & set(taken) == set()


def test_merging_too_late_is_said_and_changes_nothing(settings, caplog):
    settings.SALEOR_CUSTOMER_GROUPS = {"MERGE_GRAPHQL": True}

    with caplog.at_level(logging.CRITICAL):
        apps.get_app_config("saleor_customer_groups").ready()

    assert "saleor.graphql.api was imported before us" in caplog.text
    test_without_the_setting_saleor_knows_nothing_of_it()
