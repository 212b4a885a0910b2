"""The widget on a product, and what a customer gets."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import quote

import pytest
from saleor.app.models import App

from saleor_customer_groups import access
from saleor_customer_groups.host import dashboard
from saleor_customer_groups.host.places import APP_PERMISSIONS
from saleor_customer_groups.models import CustomerGroup
from saleor_customer_groups.pages.ids import global_id
from saleor_customer_groups.pages.prices.summary import SHOWN
from saleor_customer_groups.pricing.editing import save_rule
from saleor_customer_groups.pricing.inputs import RuleInput, TargetInput
from tests.callers import frame_token_of, permissions, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db


def text(response):
    return " ".join(response.content.decode().split())


def rule(group, percentage, **fields):
    fields = {"everything": True, **fields}
    return save_rule(
        RuleInput(
            name=f"{group.name} {percentage}",
            group_ids=[group.pk],
            kind="percentage_off",
            percentage=Decimal(percentage),
            **fields,
        )
    )


def test_it_says_what_each_group_pays(merchant, vip, listed):
    trade = CustomerGroup.objects.create(name="Trade", slug="trade")
    CustomerGroup.objects.create(name="Others", slug="others")
    rule(vip, 10)
    rule(trade, 25, everything=False, targets=[TargetInput("product", listed.tea.pk)])

    asked = {"productId": global_id("Product", listed.espresso.pk)}
    shown = text(merchant.get("/widgets/product", asked))

    assert "VIP" in shown
    assert "$90.00" in shown
    assert "Trade" not in shown
    assert "Others" not in shown
    in_zloty = text(merchant.get("/widgets/product", {**asked, "channel": "pln"}))
    assert "PLN 360.00" in in_zloty


def test_a_product_without_group_prices_says_so(merchant, vip, listed):
    shown = text(
        merchant.get("/widgets/product", {"productId": global_id("Product", listed.tea.pk)})
    )

    assert "Every group pays the shop's own price." in shown


def test_groups_with_prices_for_other_things_hide_nobody(merchant, vip, listed):
    for number in range(11):
        other = CustomerGroup.objects.create(name=f"G{number}", slug=f"g{number}", priority=9)
        rule(other, 5, everything=False, targets=[TargetInput("product", listed.espresso.pk)])
    rule(vip, 10, everything=False, targets=[TargetInput("category", listed.tea.category_id)])

    asked = {"productId": global_id("Product", listed.tea.pk)}
    shown = text(merchant.get("/widgets/product", asked))

    assert "VIP" in shown
    assert "$9.00" in shown
    assert "More groups have prices" not in shown
    many = text(
        merchant.get("/widgets/product", {"productId": global_id("Product", listed.espresso.pk)})
    )
    assert many.count("$95.00") == 10
    assert "More groups have prices" in many


def test_what_is_no_product_is_not_found(merchant, db):
    assert merchant.get("/widgets/product", {"productId": "nonsense"}).status_code == 404


def test_the_customer_widget_says_what_they_get(merchant, vip, alice, listed):
    rule(vip, 10)

    shown = text(merchant.get("/widgets/customer", {"customerId": global_id("User", alice.pk)}))

    assert "What they get" in shown
    assert "10 % off" in shown
    assert "There are more" not in shown


def test_the_customer_widget_says_when_they_get_more_than_it_shows(merchant, vip, alice, listed):
    for percent in range(1, SHOWN + 2):
        rule(vip, percent)

    shown = text(merchant.get("/widgets/customer", {"customerId": global_id("User", alice.pk)}))

    assert shown.count("% off") == SHOWN
    assert "There are more: see Discounts, Group prices." in shown


@pytest.fixture
def our_app(db):
    permissions(*APP_PERMISSIONS)
    dashboard.sync()
    return App.objects.get()


@pytest.mark.parametrize(
    ("case", "own", "shown"),
    [
        ("of our app, and they may", [access.USERS, access.DISCOUNTS], True),
        ("of our app, but they may not", [access.USERS], False),
        ("of another's app", [access.USERS, access.DISCOUNTS], False),
        ("of our app, from which the merchant took it", [access.USERS, access.DISCOUNTS], False),
    ],
)
def test_the_frame_of_a_customer_shows_prices_to_those_who_may_see_them_on_a_page(
    client, vip, alice, listed, our_app, case, own, shown
):
    rule(vip, 10)
    app = App.objects.create(name="Other") if "another" in case else our_app
    if "took" in case:
        our_app.permissions.set(permissions(access.USERS))
    token = frame_token_of(staff(*own), app, "MANAGE_USERS")

    answer = Browser(client, token).get(
        "/widgets/customer", {"customerId": global_id("User", alice.pk)}
    )

    assert answer.status_code == 200
    assert ("10 % off" in text(answer)) is shown
    leads = f"/extensions/app/{quote(global_id('App', our_app.pk))}/prices/explain?customer="
    assert (f"{leads}{alice.pk}" in text(answer)) is shown


@pytest.mark.parametrize(
    ("own", "shown"), [([access.USERS, access.ORDERS], True), ([access.USERS], False)]
)
def test_the_card_of_a_customer_leads_to_their_statement_who_may_read_it(
    client, vip, alice, our_app, own, shown
):
    token = frame_token_of(staff(*own), our_app, "MANAGE_USERS")

    answer = Browser(client, token).get(
        "/widgets/customer", {"customerId": global_id("User", alice.pk)}
    )

    assert (f"/loyalty/customers/{alice.pk}" in text(answer)) is shown


def test_a_price_is_explained_for_the_customer_whose_card_led_there(merchant, alice, listed):
    shown = text(merchant.get("/prices/explain", {"customer": alice.pk}))

    assert f'name="customer" value="{alice.pk}"' in shown


@pytest.mark.parametrize("who", ["nobody", "storekeeper"])
def test_others_may_not(who, request, listed):
    browser = request.getfixturevalue(who)

    answer = browser.get("/widgets/product", {"productId": global_id("Product", listed.tea.pk)})

    assert answer.status_code == (401 if who == "nobody" else 403)
