"""The worked requests of docs/graphql/prices.md run, and do what the page says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import MembershipSource
from saleor_customer_groups.pricing import editing
from saleor_customer_groups.pricing.inputs import EntryInput, ListInput, RuleInput
from tests import callers

from .api import Api
from .catalogue import id_of
from .documents import requests_of, run
from .test_quotes import checkout_of

pytestmark = pytest.mark.django_db

REQUESTS = {request.title: request for request in requests_of("prices")}
SHOPPERS = {"Show a shopper their prices", "Explain a shopper's basket"}
# What the answer says, where that is more than that there was no error.
EXPECTED = {
    "Change a rule": {"percentage": 12.5, "priority": 5},
    "Switch a rule off": {"active": False, "state": "OFF"},
}


@pytest.fixture
def values(catalogue):
    """The ids that the page's placeholders stand for."""
    vip, alice = groups.create_group("VIP"), callers.customer()
    membership.add(vip, [alice.pk], source=MembershipSource.MANUAL)
    given = {"name": "Ten", "kind": "percentage_off", "percentage": Decimal(10)}
    rule = editing.save_rule(RuleInput(group_ids=[vip.pk], everything=True, **given))
    price_list = editing.save_list(ListInput(name="Trade", group_ids=[vip.pk]))
    entry = EntryInput(catalogue.small.pk, catalogue.usd.pk, Decimal(9))
    editing.set_entries(price_list.pk, [entry])
    checkout, _ = checkout_of(alice, catalogue)
    return {
        "vip": id_of(vip),
        "alice": id_of(alice),
        "rule": id_of(rule, "GroupPriceRule"),
        "list": id_of(price_list, "GroupPriceList"),
        "checkout": id_of(checkout),
        "token": callers.token_of(alice),
        **{name: id_of(getattr(catalogue, name)) for name in ("coffee", "small", "large", "usd")},
    }


@pytest.mark.parametrize("title", sorted(REQUESTS))
def test_it_runs(title, prices_staff, values):
    api = Api(values["token"]) if title in SHOPPERS else prices_staff

    (answer,) = run(api, REQUESTS[title], values).values()

    assert answer
    if title in EXPECTED:
        assert answer["groupPriceRule"] == EXPECTED[title]


def test_the_shopper_pays_what_the_page_shows(values):
    answer = run(Api(values["token"]), REQUESTS["Show a shopper their prices"], values)

    # the list's 9.00 and 10 % off it
    assert [one["finalPrice"]["amount"] for one in answer["myGroupPrices"]] == [8.1, 18.0]


def test_pasting_reports_the_line_that_is_wrong(prices_staff, values):
    answer = run(prices_staff, REQUESTS["Paste prices from a spreadsheet"], values)

    pasted = answer["groupPriceListEntriesPaste"]
    assert (pasted["accepted"], pasted["changed"]) == (1, 1)
    assert [one["line"] for one in pasted["problems"]] == [2]
