"""The pages of price rules: the list, the editor, and prices before and after."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups.models import CustomerGroup, PriceRule
from saleor_customer_groups.pricing.editing import save_rule
from saleor_customer_groups.pricing.inputs import RuleInput, TargetInput
from tests.callers import narrow_token_of, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db
RULE = {
    "name": "VIP 10 %",
    "kind": "percentage_off",
    "percentage": "10",
    "what": "everything",
    "min_quantity": "1",
    "active": "on",
}


def text(response):
    return " ".join(response.content.decode().split())


def off(group, name="VIP 10 %", **fields):
    fields = {"kind": "percentage_off", "percentage": Decimal(10), "everything": True, **fields}
    return save_rule(RuleInput(name=name, group_ids=[group.pk], **fields))


def test_a_rule_is_made(merchant, vip, listed):
    given = {**RULE, "groups": vip.pk, "what": "some", "category": listed.coffee.pk}

    response = merchant.post("/prices/rules/new", {**given, "not_product": listed.tea.pk})

    rule = PriceRule.objects.get()
    assert "/pages/prices" in response["HX-Location"]
    assert (rule.name, rule.percentage, rule.everything) == ("VIP 10 %", Decimal(10), False)
    targets = {(t.category_id, t.product_id, t.excluded) for t in rule.targets.all()}
    assert targets == {(listed.coffee.pk, None, False), (None, listed.tea.pk, True)}


def test_a_rule_by_amounts_has_one_for_each_currency(merchant, vip, listed):
    given = {**RULE, "groups": vip.pk, "kind": "amount_off"}
    refused = merchant.post("/prices/rules/new", {**given, "amount_USD": "5"})

    assert refused.status_code == 422
    assert "PLN" in text(refused)
    merchant.post("/prices/rules/new", {**given, "amount_USD": "5", "amount_PLN": "20"})
    rule = PriceRule.objects.get()
    assert dict(rule.amounts.values_list("currency", "amount")) == {"USD": 5, "PLN": 20}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("percentage", "101", "at most 100"),
        ("percentage", "", "needs a percentage"),
        ("groups", "", "This field is required."),
        ("name", "", "This field is required."),
        ("what", "some", "Name what the rule applies to"),
    ],
)
def test_what_is_wrong_stands_at_its_field(merchant, vip, field, value, said):
    response = merchant.post("/prices/rules/new", {**RULE, "groups": vip.pk, field: value})

    assert response.status_code == 422
    assert said in text(response)
    assert not PriceRule.objects.exists()


def test_a_rule_is_shown_as_it_is_and_saved_the_same(merchant, vip, listed):
    things = [
        TargetInput("category", listed.coffee.pk),
        TargetInput("variant", listed.small.pk, True),
    ]
    rule = off(vip, everything=False, targets=things, min_quantity=3)
    shown = text(merchant.get(f"/prices/rules/{rule.pk}"))
    for said in ('value="VIP 10 %"', 'value="10"', 'value="3"', ">coffee<", "espresso"):
        assert said in shown

    given = {**RULE, "groups": vip.pk, "what": "some", "category": listed.coffee.pk,
             "not_variant": listed.small.pk, "min_quantity": "3"}  # fmt: skip
    merchant.post(f"/prices/rules/{rule.pk}", given)

    rule.refresh_from_db()
    assert (rule.min_quantity, rule.targets.count()) == (3, 2)


def test_a_rule_is_deleted_after_a_question(merchant, vip):
    rule = off(vip)
    assert "Delete VIP 10 %?" in text(merchant.get(f"/prices/rules/{rule.pk}/delete"))
    assert PriceRule.objects.exists()

    merchant.post(f"/prices/rules/{rule.pk}/delete")

    assert not PriceRule.objects.exists()


def test_the_preview_says_what_a_member_would_pay_and_saves_nothing(merchant, vip, listed):
    shown = text(merchant.post("/prices/rules/preview", {**RULE, "groups": vip.pk}))

    assert '<s class="quiet">$100.00</s> <strong>$90.00</strong>' in shown
    assert '<s class="quiet">$10.00</s> <strong>$9.00</strong>' in shown
    assert "a member of VIP only" in shown
    assert not PriceRule.objects.exists()


def test_the_preview_for_a_customer_counts_all_their_rules(merchant, vip, alice, listed):
    off(vip, name="20 off", kind="percentage_off", percentage=Decimal(20), priority=5)

    given = {**RULE, "groups": vip.pk, "who": alice.pk}
    lower = text(merchant.post("/prices/rules/preview", given))
    higher = text(merchant.post("/prices/rules/preview", {**given, "priority": "9"}))

    assert "$80.00" in lower
    assert "<s" not in lower
    assert '<s class="quiet">$80.00</s> <strong>$90.00</strong>' in higher


def test_the_preview_of_a_rule_that_is_there_changes_it_only_for_a_moment(merchant, vip, listed):
    rule = off(vip)

    given = {**RULE, "groups": vip.pk, "rule": rule.pk, "percentage": "50"}
    shown = text(merchant.post("/prices/rules/preview", given))

    assert '<s class="quiet">$90.00</s> <strong>$50.00</strong>' in shown
    rule.refresh_from_db()
    assert rule.percentage == 10


def test_the_list_says_what_rules_do_and_which_meet(merchant, vip, listed):
    off(vip)
    off(vip, name="Cheap beans", kind="fixed_price", percentage=None, everything=False,
        amounts={"USD": Decimal(7), "PLN": Decimal(30)},
        targets=[TargetInput("category", listed.beans.pk)])  # fmt: skip
    other = CustomerGroup.objects.create(name="Other", slug="other")
    off(other, name="Alone", active=False)

    shown = text(merchant.get("/prices"))

    assert "10 % off" in shown
    assert "costs PLN 30.00, $7.00" in shown or "costs $7.00, PLN 30.00" in shown
    assert shown.count("Meets others") == 2
    assert "Cheap beans" in text(merchant.get("/prices", {"q": "beans"}))
    assert "Alone" not in text(merchant.get("/prices", {"state": "active"}))
    assert "Alone" in text(merchant.get("/prices", {"state": "off"}))


def test_a_list_of_any_length_takes_the_same_statements(merchant, vip):
    off(vip, name="R0")
    merchant.get("/prices")

    def taken():
        with CaptureQueriesContext(connection) as found:
            merchant.get("/prices")
        return len(found)

    few = taken()
    for number in range(1, 25):
        off(vip, name=f"R{number}")
    assert taken() == few


@pytest.mark.parametrize("who", ["nobody", "storekeeper"])
def test_others_may_not(who, request, vip, listed):
    browser = request.getfixturevalue(who)
    rule = off(vip)

    answers = [
        browser.get("/prices"),
        browser.get(f"/prices/rules/{rule.pk}"),
        browser.post("/prices/rules/new", {**RULE, "groups": vip.pk}),
        browser.post(f"/prices/rules/{rule.pk}", {**RULE, "groups": vip.pk, "percentage": "99"}),
        browser.post(f"/prices/rules/{rule.pk}/delete"),
        browser.post("/prices/rules/preview", {**RULE, "groups": vip.pk}),
        browser.get("/prices/explain", {"channel": listed.usd.pk}),
    ]

    assert {answer.status_code for answer in answers} == {401 if who == "nobody" else 403}
    rule.refresh_from_db()
    assert rule.percentage == 10


def test_who_may_not_find_customers_or_groups_is_not_offered_to(client, vip):
    """The answer to a search would stand in the place of the form that is being filled in."""
    seller = Browser(
        client, narrow_token_of(staff("discount.manage_discounts"), "MANAGE_DISCOUNTS")
    )
    cashier = staff("order.manage_orders", email="cashier@example.com")
    reader = Browser(client, narrow_token_of(cashier, "MANAGE_ORDERS"))

    form, asked = (text(seller.get(f"/prices/{page}")) for page in ("rules/new", "explain"))
    found, looked = text(seller.get("/prices")), text(reader.get("/prices"))

    assert ("pick/groups" in form, "pick/customers" in form) == (True, False)
    customer, variants = (
        asked.partition(f'id="id_{name}"')[2].partition(">")[0] for name in ("customer", "variants")
    )
    assert ('placeholder="No access" disabled' in customer, "disabled" in variants) == (True, False)
    assert ("pick/groups" in found, "pick/groups" in looked) == (True, False)
