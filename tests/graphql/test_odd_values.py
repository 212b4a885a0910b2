"""Whatever stands in an argument: an answer or a refusal that says why, and never a fault."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from saleor_customer_groups.graphql.errors import INTERNAL
from saleor_customer_groups.graphql.schema import schema
from tests import callers

from .api import Api
from .catalogue import id_of
from .odd_values import cases, names_in

pytestmark = pytest.mark.django_db


def made(api: Api, mutation: str, field: str, **input: Any) -> str:
    """The id of what a mutation with this input made."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    answer = api.one(
        f"mutation($input: {kind}) {{ {mutation}(input: $input) "
        f"{{ {field} {{ id }} errors {{ message }} }} }}",
        input=input,
    )
    assert answer["errors"] == [], (mutation, answer)
    return str(answer[field]["id"])


@pytest.fixture
def ids(boss, catalogue):
    """One of each thing, by the names of arguments, and of `id` by the beginnings of fields."""
    alice = callers.customer()
    group = made(boss, "customerGroupCreate", "customerGroup", name="VIP")
    points = {"customer": id_of(alice), "unit": "POINTS"}
    for_group = {"group": group, "unit": "POINTS"}
    price = {"name": "10 %", "groups": [group]}
    off = {**price, "kind": "PERCENTAGE_OFF", "percentage": "10", "everything": True}
    later = "2050-01-01T00:00:00Z"
    found = {
        "customer": id_of(alice),
        "customers": id_of(alice),
        "customerGroup": group,
        "group": group,
        "groups": group,
        "channel": id_of(catalogue.usd),
        "channels": id_of(catalogue.usd),
        "variant": id_of(catalogue.small),
        "variants": id_of(catalogue.small),
        "products": id_of(catalogue.espresso),
        "categories": id_of(catalogue.coffee),
        "collections": id_of(catalogue.sale),
        "groupPriceRule": made(boss, "groupPriceRuleCreate", "groupPriceRule", **off),
        "groupPriceList": made(boss, "groupPriceListCreate", "groupPriceList", **price),
        "loyaltyEntry": made(boss, "loyaltyEntryCreate", "entry", amount="9", key="a", **points),
        "loyaltyHold": made(
            boss, "loyaltyHoldCreate", "hold", amount="1", key="b", expiresAt=later, **points
        ),
        "loyaltyEarningRule": made(
            boss, "loyaltyEarningRuleCreate", "rule", name="E", rate="1", **for_group
        ),
        "loyaltyAdjustment": made(
            boss, "loyaltyAdjustmentCreate", "adjustment", amount="1", **for_group
        ),
        "broadcast": made(
            boss, "broadcastCreate", "broadcast", group=group, channel="SMS", title="t", text="x"
        ),
        "webhookEndpoint": made(
            boss, "webhookEndpointCreate", "endpoint", name="E", url="https://example.com/x"
        ),
        "customerGroupsTrigger": made(
            boss, "customerGroupsTriggerCreate", "trigger", name="T", purpose="BROADCAST_REPORT"
        ),
    }
    return found | {"priceList": found["groupPriceList"], "rule": found["groupPriceRule"]}


@pytest.mark.parametrize("operation", ["query", "mutation"])
def test_no_value_is_a_fault_of_ours(operation, boss, ids, settings):
    settings.GRAPHQL_QUERY_MAX_COMPLEXITY = 0
    root = schema().get_type("Query" if operation == "query" else "Mutation")
    taken = {name: {*names_in(field.args), None} for name, field in root.fields.items()}
    faults, misnamed = [], []

    for case in cases(operation, ids):
        with transaction.atomic():
            answer = boss.post(case.query, **case.variables)
            transaction.set_rollback(True)
        body = answer.json()
        if answer.status_code not in (200, 400) or INTERNAL in str(body.get("errors", "")):
            faults.append((case.field, case.odd, body))
        told = (body.get("data") or {}).get(case.field)
        misnamed += [
            (case.field, case.odd, error)
            for error in (told.get("errors", ()) if isinstance(told, dict) else ())
            if error["field"] not in taken[case.field] or not error["message"]
        ]

    assert faults == []
    assert misnamed == []
