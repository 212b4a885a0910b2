"""What becomes of a group price in the order, and that a stale one is never charged."""

from __future__ import annotations

import json
from decimal import Decimal as D

import pytest

from saleor_customer_groups import repricing
from saleor_customer_groups.host.lines import RECORD_KEY


def ready(session, *lines):
    """A basket that only needs to be completed."""
    return session.bill_to(session.create("main", *lines))


def test_the_order_has_the_discount_its_name_its_reason_and_the_explanation(as_alice, lamp, off25):
    from saleor.order.models import OrderLine

    answer = as_alice.complete(ready(as_alice, (lamp, 2)))

    assert answer["errors"] == []
    (line,) = answer["order"]["lines"]
    assert (
        line["undiscountedUnitPrice"]["gross"]["amount"],
        line["unitPrice"]["gross"]["amount"],
    ) == (80, 60)
    assert answer["order"]["total"]["gross"]["amount"] == 120
    assert "VIP" in line["unitDiscountReason"]
    stored = OrderLine.objects.get()
    (discount,) = stored.discounts.all()
    assert (discount.type, discount.value_type, discount.value) == ("promotion", "fixed", D(20))
    assert (discount.amount_value, discount.promotion_rule_id) == (D(40), None)
    assert "VIP 25 %" in discount.name
    assert "VIP" in discount.reason
    assert json.loads(stored.private_metadata[RECORD_KEY])["final_price"] == "60.00"


def test_an_order_of_a_surcharged_line_has_the_higher_price(as_alice, lamp, vip, rule):
    from saleor.order.models import OrderLine

    rule(vip, "amount_up", "8")

    answer = as_alice.complete(ready(as_alice, (lamp, 1)))

    assert answer["order"]["total"]["gross"]["amount"] == 88
    assert OrderLine.objects.get().is_price_overridden is True


def test_a_stale_price_is_refused_and_the_next_try_pays_the_new_one(as_alice, lamp, off25):
    from saleor.order.models import Order

    basket = ready(as_alice, (lamp, 1))
    assert basket.total == D(60)
    off25.active = False
    off25.save()

    answer = as_alice.complete(basket)

    assert answer["order"] is None
    (error,) = answer["errors"]
    assert (error["field"], error["code"]) == ("lines", "INVALID")
    assert "The price of this checkout has changed: Lamp" in error["message"]
    assert Order.objects.count() == 0
    assert as_alice.look(basket).total == D(80)
    again = as_alice.complete(basket)
    assert again["order"]["total"]["gross"]["amount"] == 80


def test_a_guests_checkout_completes_without_group_price(guest, lamp, off25):
    basket = guest.bill_to(guest.create("main", (lamp, 1), email="guest@example.com"))

    assert guest.complete(basket)["order"]["total"]["gross"]["amount"] == 80


def test_a_checkout_made_from_an_order_has_todays_group_price(as_alice, lamp, off25):
    answer = as_alice.complete(ready(as_alice, (lamp, 2)))
    off25.percentage = D(50)
    off25.save()

    assert as_alice.from_order(answer["order"]["id"]).was_now == [(D(80), D(40))]


# -- the other ways to an order


@pytest.fixture
def as_app(shop, guest):
    """An app that may make orders from checkouts."""
    from saleor.app.models import App
    from saleor.permission.models import Permission

    from .api import Api

    app = App.objects.create(name="Till", is_active=True, is_installed=True)
    app.permissions.set(Permission.objects.filter(codename="handle_checkouts"))
    _, token = app.tokens.create(name="token")
    return Api(token=token)


FROM_CHECKOUT = """mutation($id: ID!) { orderCreateFromCheckout(id: $id) {
  errors { field message code } order { total { gross { amount } } } } }"""


def test_an_app_that_makes_the_order_is_refused_a_stale_price_too(as_alice, as_app, lamp, off25):
    from saleor.order.models import Order

    basket = ready(as_alice, (lamp, 1))
    off25.percentage = D(50)
    off25.save()

    (answer,) = as_app.send(FROM_CHECKOUT, id=basket.id).values()

    assert answer["order"] is None
    (error,) = answer["errors"]
    assert (error["field"], error["code"]) == ("lines", "GRAPHQL_ERROR")
    assert "The price of this checkout has changed: Lamp" in error["message"]
    assert Order.objects.count() == 0
    (again,) = as_app.send(FROM_CHECKOUT, id=basket.id).values()
    assert again["order"]["total"]["gross"]["amount"] == 40


def test_an_app_makes_the_order_of_expired_prices_with_the_prices_of_now(
    as_alice, as_app, lamp, off25, vip
):
    basket = ready(as_alice, (lamp, 1))
    off25.percentage = D(50)
    off25.save()
    repricing.request_for_groups([vip.pk])

    (answer,) = as_app.send(FROM_CHECKOUT, id=basket.id).values()

    assert answer["errors"] == []
    assert answer["order"]["total"]["gross"]["amount"] == 40


def test_a_stale_price_is_refused_in_the_payment_flow_and_the_payment_voided(
    as_alice, lamp, off25, settings
):
    from saleor.order.models import Order
    from saleor.payment.models import Payment

    pytest.importorskip("saleor.payment.gateways.dummy.plugin", reason="gone in Saleor 3.24")
    settings.PLUGINS = [
        "saleor.payment.gateways.dummy.plugin.DeprecatedDummyGatewayPlugin",
        *settings.PLUGINS,
    ]
    basket = ready(as_alice, (lamp, 1))
    as_alice.call(
        """mutation($id: ID!) { checkoutPaymentCreate(id: $id, input: {
        gateway: "mirumee.payments.dummy", token: "fake", amount: 60 }) {
        errors { field message code } } }""",
        id=basket.id,
    )
    off25.active = False
    off25.save()

    answer = as_alice.complete(basket)

    assert answer["order"] is None
    assert (answer["errors"][0]["field"], answer["errors"][0]["code"]) == ("lines", "INVALID")
    assert Order.objects.count() == 0
    assert as_alice.look(basket).total == D(80)
    assert Payment.objects.filter(charge_status="fully-charged").count() == 0


def test_a_price_that_a_stale_cache_hid_is_refused_once_and_then_charged(as_alice, lamp, vip, rule):
    from saleor_customer_groups.pricing import presence

    presence.remember(False)
    basket = ready(as_alice, (lamp, 1))
    rule(vip, "percentage_off", "25")
    presence.remember(False)  # this pod has not heard of the rule

    assert as_alice.complete(basket)["order"] is None
    assert as_alice.complete(basket)["order"]["total"]["gross"]["amount"] == 60
