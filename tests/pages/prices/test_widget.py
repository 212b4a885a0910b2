"""The widget on a product, and what a customer gets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_customer_groups.models import CustomerGroup
from saleor_customer_groups.pages.ids import global_id
from saleor_customer_groups.pricing.editing import save_rule
from saleor_customer_groups.pricing.inputs import RuleInput, TargetInput

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
    assert "PLN360.00" in in_zloty


def test_a_product_without_group_prices_says_so(merchant, vip, listed):
    shown = text(
        merchant.get("/widgets/product", {"productId": global_id("Product", listed.tea.pk)})
    )

    assert "Every group pays the shop's own price." in shown


def test_what_is_no_product_is_not_found(merchant, db):
    assert merchant.get("/widgets/product", {"productId": "nonsense"}).status_code == 404


def test_the_customer_widget_says_what_they_get(merchant, vip, alice, listed):
    rule(vip, 10)

    shown = text(merchant.get("/widgets/customer", {"customerId": global_id("User", alice.pk)}))

    assert "What they get" in shown
    assert "10 % off" in shown


@pytest.mark.parametrize("who", ["nobody", "storekeeper"])
def test_others_may_not(who, request, listed):
    browser = request.getfixturevalue(who)

    answer = browser.get("/widgets/product", {"productId": global_id("Product", listed.tea.pk)})

    assert answer.status_code == (401 if who == "nobody" else 403)
