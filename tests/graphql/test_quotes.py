"""What things cost, and why: for a customer whom staff choose, and for the shopper who asks."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.apps import apps

from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import MembershipSource
from saleor_customer_groups.pricing import editing
from saleor_customer_groups.pricing.inputs import EntryInput, ListInput, RuleInput
from tests import callers
from tests.pricing.conftest import model

from .api import SIZES, Api, statements
from .catalogue import id_of, sell

pytestmark = pytest.mark.django_db

QUOTES = """
query($customer: ID, $channel: String!, $lines: [GroupPriceLineInput!]!) {
  groupPriceQuotes(customer: $customer, channel: $channel, lines: $lines) {
    variant { sku } quantity charged reason
    listPrice { amount } groupListPrice { amount } raisedPrice { amount }
    discountedPrice { amount } promotionPrice { amount } finalPrice { amount currency }
    candidates { step sourceId name won code price { amount } }
  }
}
"""
MINE = """
query($channel: String!, $variants: [ID!]!, $quantity: Int) {
  myGroupPrices(channel: $channel, variants: $variants, quantity: $quantity) {
    variant { sku } finalPrice { amount } charged } }
"""
BASKET = """
query($id: ID!) { myCheckoutPricing(id: $id) {
  lines { lineId quote { quantity charged reason finalPrice { amount } candidates { name won } } }
} }
"""


@pytest.fixture
def vip():
    return groups.create_group("VIP")


@pytest.fixture
def rule(vip):
    return editing.save_rule(
        RuleInput(
            name="VIP",
            kind="percentage_off",
            percentage=Decimal(10),
            group_ids=[vip.pk],
            everything=True,
        )
    )


@pytest.fixture
def alice(vip, rule):
    """A VIP."""
    one = callers.customer()
    membership.add(vip, [one.pk], source=MembershipSource.MANUAL)
    return one


def amounts(answer):
    return [None if one is None else one["finalPrice"]["amount"] for one in answer]


def test_staff_see_what_a_customer_pays_and_why(prices_staff, alice, rule, vip, catalogue):
    price_list = editing.save_list(ListInput(name="Dozen", group_ids=[vip.pk]))
    editing.set_entries(
        price_list.pk, [EntryInput(catalogue.small.pk, catalogue.usd.pk, Decimal(9), 12)]
    )
    small, large = id_of(catalogue.small), id_of(catalogue.large)

    answer = prices_staff.one(
        QUOTES,
        customer=id_of(alice),
        channel="usd",
        lines=[{"variant": small}, {"variant": small, "quantity": 12}, {"variant": large}],
    )

    assert amounts(answer) == [9.0, 8.1, 18.0]
    won = {"step": "DISCOUNT", "sourceId": id_of(rule, "GroupPriceRule"), "name": "VIP"}
    assert answer[0] == {
        "variant": {"sku": "small"},
        "quantity": 1,
        "charged": "GROUP",
        "reason": "Group price VIP",
        "listPrice": {"amount": 10.0},
        "groupListPrice": {"amount": 10.0},
        "raisedPrice": {"amount": 10.0},
        "discountedPrice": {"amount": 9.0},
        "promotionPrice": None,
        "finalPrice": {"amount": 9.0, "currency": "USD"},
        "candidates": [
            {
                "step": "LIST",
                "sourceId": id_of(price_list, "GroupPriceList"),
                "name": "Dozen",
                "won": False,
                "code": "wrong_quantity",
                "price": {"amount": 9.0},
            },
            {**won, "won": True, "code": "won", "price": {"amount": 9.0}},
        ],
    }


def test_the_shops_promotion_is_explained(prices_staff, alice, catalogue):
    sell(catalogue.tea_bag, catalogue.usd, "5.00", promotion="4.00")

    (answer,) = prices_staff.one(
        QUOTES,
        customer=id_of(alice),
        channel="usd",
        lines=[{"variant": id_of(catalogue.tea_bag)}],
    )

    assert (answer["charged"], answer["finalPrice"]["amount"]) == ("PROMOTION", 4.0)
    assert answer["promotionPrice"] == {"amount": 4.0}
    assert answer["candidates"][-1]["sourceId"] is None


def test_without_a_customer_it_is_a_guest(prices_staff, alice, catalogue):
    lines = [{"variant": id_of(catalogue.small)}, {"variant": id_of(catalogue.tea_bag)}]

    assert amounts(prices_staff.one(QUOTES, channel="usd", lines=lines)) == [10.0, 5.0]
    # the tea bag is not sold in złoty
    assert amounts(prices_staff.one(QUOTES, channel="pln", lines=lines)) == [40.0, None]


def test_a_quantity_of_null_is_one(prices_staff, nobody, catalogue):
    small = id_of(catalogue.small)
    mine = nobody.one(MINE, channel="usd", variants=[small], quantity=None)
    lines = [{"variant": small, "quantity": None}]

    assert amounts(mine) == [10.0]
    assert amounts(prices_staff.one(QUOTES, channel="usd", lines=lines)) == [10.0]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"channel": "a\x00b"}, "The channel must not contain a null character."),
        ({"channel": "a\ud800"}, "The channel is no valid Unicode at place 2."),
        ({"channel": "mars"}, "There is no channel “mars”."),
        ({"customer": "VXNlcjo5OTk5OTk5"}, "There is no such customer."),
        ({"lines": [{"variant": "nonsense"}]}, "“nonsense” is no id of a ProductVariant."),
        (
            {"lines": [{"variant": "UHJvZHVjdFZhcmlhbnQ6MQ==", "quantity": 0}]},
            "The quantity must be at least 1.",
        ),
        (
            {"lines": [{"variant": "UHJvZHVjdFZhcmlhbnQ6MQ=="}] * 101},
            "At most 100 prices can be asked for at once.",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(prices_staff, catalogue, changed, message):
    arguments = {"channel": "usd", "lines": [], **changed}

    assert prices_staff.refused(QUOTES, **arguments) == [message]


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff"])
def test_others_may_not_ask_for_a_customer(who, request, alice, catalogue):
    api = request.getfixturevalue(who)

    (message,) = api.refused(QUOTES, customer=id_of(alice), channel="usd", lines=[])

    assert "MANAGE_DISCOUNTS" in message


def test_shoppers_see_their_own_prices(nobody, alice, catalogue):
    variants = [id_of(catalogue.small), id_of(catalogue.tea_bag)]
    bob = callers.customer("Bob")

    def ask(api):
        return amounts(api.one(MINE, channel="usd", variants=variants))

    assert ask(Api(callers.token_of(alice))) == [9.0, 4.5]
    assert ask(Api(callers.token_of(bob))) == [10.0, 5.0]
    assert ask(nobody) == [10.0, 5.0]


def test_shoppers_do_not_see_what_is_not_sold(nobody, catalogue):
    listings = apps.get_model("product", "ProductChannelListing").objects
    listings.filter(product=catalogue.tea).update(is_published=False)
    variants = [id_of(catalogue.small), id_of(catalogue.tea_bag)]

    assert amounts(nobody.one(MINE, channel="usd", variants=variants)) == [10.0, None]
    apps.get_model("channel", "Channel").objects.update(is_active=False)
    assert amounts(nobody.one(MINE, channel="usd", variants=variants)) == [None, None]


def test_prices_take_the_same_statements_whatever_their_number(alice, catalogue):
    made = []
    for number in range(100):
        variant = model("product", "ProductVariant").objects.create(
            sku=f"v{number}", product=catalogue.tea
        )
        sell(variant, catalogue.usd, "3.00")
        made.append(id_of(variant))
    api = Api(callers.token_of(alice))
    api.one(MINE, channel="usd", variants=made[:1])

    taken = [
        len(statements(lambda n=size: api.one(MINE, channel="usd", variants=made[:n])))
        for size in SIZES
    ]

    assert len(set(taken)) == 1


def checkout_of(customer, catalogue):
    checkout = apps.get_model("checkout", "Checkout").objects.create(
        user=customer,
        channel=catalogue.usd,
        currency="USD",
        country="US",
        email=None if customer is None else customer.email,
    )
    line = apps.get_model("checkout", "CheckoutLine").objects.create(
        checkout=checkout,
        variant=catalogue.small,
        quantity=2,
        currency="USD",
        undiscounted_unit_price_amount=Decimal(10),
    )
    return checkout, line


def test_a_shopper_sees_why_the_basket_costs_what_it_costs(alice, catalogue):
    checkout, line = checkout_of(alice, catalogue)

    answer = Api(callers.token_of(alice)).one(BASKET, id=id_of(checkout))

    assert answer == {
        "lines": [
            {
                "lineId": id_of(line),
                "quote": {
                    "quantity": 2,
                    "charged": "GROUP",
                    "reason": "Group price VIP",
                    "finalPrice": {"amount": 9.0},
                    "candidates": [{"name": "VIP", "won": True}],
                },
            }
        ]
    }


def test_a_basket_is_its_customers_alone(nobody, prices_staff, users_staff, alice, catalogue):
    checkout, _ = checkout_of(alice, catalogue)
    bob = Api(callers.token_of(callers.customer("Bob")))

    for api in (nobody, bob, users_staff):
        assert api.one(BASKET, id=id_of(checkout)) is None
    assert len(prices_staff.one(BASKET, id=id_of(checkout))["lines"]) == 1


def test_a_guests_basket_is_for_who_has_its_id(nobody, catalogue):
    checkout, _ = checkout_of(None, catalogue)

    (line,) = nobody.one(BASKET, id=id_of(checkout))["lines"]

    assert line["quote"]["finalPrice"] == {"amount": 10.0}
    unknown = model("checkout", "Checkout")(pk=uuid.uuid4())
    assert nobody.one(BASKET, id=id_of(unknown)) is None
    assert nobody.refused(BASKET, id="nonsense") == ["“nonsense” is no id of a Checkout."]
