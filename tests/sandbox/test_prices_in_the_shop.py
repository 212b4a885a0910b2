"""Each shopper sees their own prices: in the list, on the product, in the basket, on the order."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from saleor.order.models import Order
from saleor.product.models import ProductVariant

from saleor_customer_groups import tasks
from saleor_customer_groups.models import Membership

LIST = {
    # the shop's own promotion on cushions is better than the VIP's 10 %
    "guest": {
        "kettle": "Gooseneck Kettle $80.00",
        "dinner-plate": "Dinner Plate $19.00",
        "velvet-cushion": "Velvet Cushion $42.00 $33.60 Sale",
    },
    "Bob": {
        "kettle": "Gooseneck Kettle $80.00",
        "dinner-plate": "Dinner Plate $19.00",
        "velvet-cushion": "Velvet Cushion $42.00 $33.60 Sale",
    },
    "Alice": {
        "kettle": "Gooseneck Kettle $80.00 $65.00 Group price VIP coffee",
        "dinner-plate": "Dinner Plate $19.00 $17.10 Group price VIP",
        "velvet-cushion": "Velvet Cushion $42.00 $33.60 Sale",
    },
    # a higher price is plain: no "was", no reason
    "Charlie": {
        "kettle": "Gooseneck Kettle $84.00",
        "dinner-plate": "Dinner Plate $19.00 $14.25 Group price Wholesale list",
        "velvet-cushion": "Velvet Cushion $42.00 $33.60 Sale",
    },
}
# Two kettles, a cushion in the shop's promotion, and twelve mugs: the first line, and the total.
BASKET = {
    "guest": ("Gooseneck Kettle One size $80.00 2 $160.00", "$361.60"),
    "Bob": ("Gooseneck Kettle One size $80.00 2 $160.00", "$361.60"),
    "Alice": (
        "Gooseneck Kettle One size Group price VIP coffee $80.00 $65.00 2 $130.00",
        "$314.80",
    ),
    "Charlie": ("Gooseneck Kettle One size $84.00 2 $168.00", "$310.80"),
}


@pytest.mark.parametrize("shopper", LIST)
def test_the_list_shows_the_shoppers_own_prices(browser, shopper):
    browser.become(shopper)

    page = browser.open("/")

    assert {slug: page.card(slug) for slug in LIST[shopper]} == LIST[shopper]


def test_the_list_of_another_channel_has_its_own_currency(browser):
    browser.become("Alice")

    page = browser.send("/channel/", channel="channel-pln", next="/?category=coffee")

    assert page.card("kettle") == "Gooseneck Kettle 320,00 zł 260,00 zł Group price VIP coffee"


def test_a_product_shows_the_price_of_each_variant(browser):
    browser.become("Alice")

    text = browser.open("/product/clay-pot/").html

    assert text.count("Group price VIP") == 3
    for was, now in (("$12.00", "$10.80"), ("$20.00", "$18.00"), ("$34.00", "$30.60")):
        assert f"<s>{was}</s> <strong>{now}</strong>" in text


@pytest.mark.parametrize("shopper", BASKET)
def test_the_same_basket_costs_each_shopper_their_own(browser, shopper):
    browser.buy("KETTLE", 2)
    browser.buy("CUSH-V", 1)
    browser.buy("MUG-S", 12)
    browser.become(shopper)

    page = browser.open("/checkout/")

    assert (page.rows[0], page.total) == BASKET[shopper]


def test_the_basket_follows_whoever_takes_it_over(browser):
    browser.buy("KETTLE")

    totals = [browser.become(name).total for name in ("Alice", "Bob", "Charlie", "guest", "Alice")]

    assert totals == ["$65.00", "$80.00", "$84.00", "$80.00", "$65.00"]


def test_a_membership_that_ends_takes_its_price_out_of_an_open_basket(browser):
    browser.become("Alice")
    before = browser.buy("KETTLE").total
    tasks.sweep()

    # Time passes: her memberships were until a moment ago, and nobody did anything.
    Membership.objects.filter(customer__first_name="Alice").update(until=timezone.now())
    tasks.sweep()

    assert (before, browser.open("/checkout/").total) == ("$65.00", "$80.00")


def test_a_larger_quantity_reaches_the_next_step_of_the_price_list(browser):
    browser.become("Charlie")
    few = browser.buy("MUG-S", 11)
    many = browser.buy("MUG-S", 1)

    assert few.rows == ["Harbour Mug Small Group price Wholesale list $14.00 $10.50 $115.50"]
    assert many.rows == ["Harbour Mug Small Group price Wholesale list $14.00 $9.10 $109.20"]


def test_a_voucher_is_computed_on_the_group_price(browser):
    browser.become("Alice")
    browser.buy("KETTLE", 2)

    page = browser.send("/basket/voucher/", code="WELCOME10")

    assert page.total == "$117.00"
    assert browser.become("Bob").total == "$144.00"
    assert browser.send("/basket/voucher/", code="").total == "$160.00"


@pytest.mark.parametrize(
    ("shopper", "row", "total"),
    [
        ("Alice", "Gooseneck Kettle One size Group price VIP coffee $80.00 $65.00 2 $130.00", 130),
        ("Bob", "Gooseneck Kettle One size $80.00 2 $160.00", 160),
        ("Charlie", "Gooseneck Kettle One size $84.00 2 $168.00", 168),
    ],
)
def test_the_order_is_made_at_the_price_that_was_shown(browser, shopper, row, total):
    browser.become(shopper)
    browser.buy("KETTLE", 2)

    page = browser.send("/checkout/", email=f"{shopper.lower()}@example.com")

    assert page.text.startswith("Thank you Order #")
    assert page.rows == [row]
    order = Order.objects.get()
    assert order.total_gross_amount == total
    assert order.user.first_name == shopper


def test_the_order_line_keeps_the_groups_discount_and_its_reason(browser):
    browser.become("Alice")
    browser.buy("KETTLE", 2)
    browser.send("/checkout/", email="alice@example.com")

    (line,) = Order.objects.get().lines.all()
    (discount,) = line.discounts.all()

    assert (discount.name, discount.reason) == ("VIP coffee", "Group price VIP coffee")
    assert (discount.amount_value, line.unit_discount_amount) == (30, 15)
    assert line.unit_discount_reason == "Group price VIP coffee"


def test_the_list_asks_as_much_for_all_products_as_for_two(browser):
    browser.become("Alice")
    browser.open("/")
    with CaptureQueriesContext(connection) as two:
        browser.open("/?category=grinders")
    with CaptureQueriesContext(connection) as all_of_them:
        browser.open("/")

    assert ProductVariant.objects.count() == 38
    assert len(all_of_them) == len(two) - 2  # a category is looked up, and what is above it
