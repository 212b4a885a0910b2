"""Signing in and out, registering, and what goes wrong in between."""

from __future__ import annotations

import pytest
from saleor.account.models import User
from saleor.checkout.models import CheckoutLine
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager
from saleor.product.models import ProductVariant
from shop import demo

from saleor_customer_groups import conf
from saleor_customer_groups.models import Membership, MembershipSource, PriceRule


def test_a_guests_basket_becomes_the_customers_at_sign_in(browser):
    browser.buy("KETTLE")

    browser.send("/login/", email="Alice@example.com", password=demo.PASSWORD)

    assert browser.open("/basket/").total == "$65.00"


def test_the_basket_stays_with_the_customer_who_signs_out(browser):
    browser.send("/login/", email="alice@example.com", password=demo.PASSWORD)
    browser.buy("KETTLE")

    browser.send("/logout/")
    assert browser.open("/basket/").rows == []
    browser.send("/login/", email="alice@example.com", password=demo.PASSWORD)

    assert browser.open("/basket/").total == "$65.00"


def test_a_wrong_password_signs_nobody_in(browser):
    page = browser.send("/login/", email="alice@example.com", password="something else")

    assert "No account has this e-mail and password." in page.html
    assert browser.open("/account/").text.startswith("Demo accounts")


def test_who_registers_is_in_the_default_group(browser):
    page = browser.send(
        "/register/", first_name="Dora", email="Dora@example.com", password="long enough"
    )

    assert page.text.startswith("Welcome, Dora.")
    assert "My groups Standard" in page.text
    (membership,) = Membership.objects.filter(customer__email="dora@example.com")
    assert (membership.group.slug, membership.source) == ("standard", MembershipSource.DEFAULT)


def test_an_email_registers_once(browser):
    page = browser.send("/register/", email="alice@example.com", password="long enough")

    assert "This e-mail has an account already." in page.html
    assert User.objects.filter(email="alice@example.com").count() == 1


def test_the_account_shows_groups_and_orders(browser):
    browser.become("Charlie")
    browser.buy("KETTLE")
    browser.send("/checkout/", email="charlie@example.com")

    text = browser.open("/account/").text

    assert text.index("Wholesale") < text.index("Pays in 60 days") < text.index("Standard")
    assert f"{Order.objects.get()} " in text
    assert text.endswith("United States $84.00")


def test_a_quantity_can_be_changed_and_a_line_removed(browser):
    browser.become("Alice")
    browser.buy("KETTLE")
    browser.buy("TROWEL")
    kettle, trowel = CheckoutLine.objects.all()

    assert browser.send(f"/basket/line/{kettle.pk}/", quantity=3).total == "$212.10"
    assert browser.send(f"/basket/line/{trowel.pk}/", quantity=0).total == "$195.00"


def test_a_price_that_changed_meanwhile_is_shown_before_it_is_charged(browser):
    browser.become("Alice")
    browser.buy("KETTLE")
    assert browser.open("/checkout/").total == "$65.00"
    PriceRule.objects.filter(name="VIP coffee").update(active=False)

    page = browser.send("/checkout/", email="alice@example.com")

    assert page.notes[0].startswith("The price of this checkout has changed: Gooseneck Kettle")
    assert page.total == "$72.00"
    assert Order.objects.count() == 0
    assert "$72.00" in browser.send("/checkout/", email="alice@example.com").text


def test_without_the_plugin_everybody_pays_the_shops_price(browser):
    browser.become("Alice")
    browser.buy("KETTLE")

    manager = get_plugins_manager(allow_replica=False)
    manager.save_plugin_configuration(conf.PLUGIN_ID, None, {"active": False})

    assert browser.open("/").card("kettle") == "Gooseneck Kettle $80.00"
    assert browser.open("/basket/").rows == ["Gooseneck Kettle One size $80.00 $80.00"]


def test_an_order_is_shown_to_its_customer_only(browser):
    browser.become("Alice")
    browser.buy("KETTLE")
    browser.send("/checkout/", email="alice@example.com")
    address = f"/orders/{Order.objects.get().pk}/"
    assert browser.open(address).status == 200

    browser.become("Bob")

    assert browser.open(address).status == 404


def test_each_channel_has_a_basket_of_its_own(browser):
    browser.buy("KETTLE")
    browser.send("/channel/", channel="channel-pln")
    browser.buy("TROWEL")

    assert browser.open("/basket/").total == "76,00 zł"
    browser.send("/channel/", channel="default-channel")
    assert browser.open("/basket/").total == "$80.00"


@pytest.mark.parametrize("quantity", ["0", "-1", "1000", "two", ""])
def test_a_quantity_that_is_none_is_refused(browser, quantity):
    variant = ProductVariant.objects.get(sku="KETTLE")

    page = browser.send("/basket/add/", variant=variant.pk, quantity=quantity)

    assert page.notes == ["Please choose a quantity from 1 to 999."]
    assert CheckoutLine.objects.count() == 0


@pytest.mark.parametrize("variant", ["", "x", "999999999", "9" * 40, "²"])
def test_a_variant_that_is_none_is_not_found(browser, variant):
    assert browser.send("/basket/add/", variant=variant, quantity=1).status == 404


def test_a_voucher_that_is_none_changes_nothing(browser):
    browser.buy("KETTLE")

    page = browser.send("/basket/voucher/", code="NOTHING")

    assert page.notes == ["Voucher is not applicable to this checkout."]
    assert page.total == "$80.00"


@pytest.mark.parametrize(
    "path", ["/?category=nothing", "/?collection=nothing", "/product/nothing/"]
)
def test_what_the_shop_does_not_have_is_not_found(browser, path):
    assert browser.open(path).status == 404


def test_nobody_is_sent_to_another_site(browser):
    answer = browser.client.post("/become/", {"email": "", "next": "https://example.org/"})

    assert answer["Location"] == "/"


def test_only_the_demos_people_can_be_become(browser):
    User.objects.create(email="dora@example.com")

    browser.send("/become/", email="dora@example.com")

    assert "_auth_user_id" not in browser.client.session


def test_an_empty_shop_says_how_to_fill_it(client, db):
    page = client.get("/")

    assert page.status_code == 200
    assert b"<code>seed</code>" in page.content


@pytest.mark.parametrize("path", ["/plugins/nothing/", f"/plugins/{conf.PLUGIN_ID}/nothing/"])
def test_an_address_that_no_plugin_answers_is_not_found(client, db, path):
    assert client.get(path).status_code == 404
