"""A merchant gives a group credit, takes it back, and makes orders earn points."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps

from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.loyalty import ledger, purse_queue
from saleor_customer_groups.loyalty.adjustments import running, steps
from saleor_customer_groups.loyalty.rules import Posting
from saleor_customer_groups.models import Adjustment, EarningRule, MembershipSource
from saleor_customer_groups.webhooks import outbox
from tests.browser.conftest import Dashboard


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test does what the worker would."""
    monkeypatch.setattr(steps, "launch", lambda number: None)
    monkeypatch.setattr(outbox, "start", lambda: None)
    monkeypatch.setattr(purse_queue, "start", lambda customer_ids: None)


@pytest.fixture
def vip(people: dict[str, Any]) -> Any:
    """Alice, Bob and Charlie are VIPs; Charlie's account is closed."""
    model = apps.get_model("channel", "Channel")
    model.objects.create(name="Main", slug="main", currency_code="USD", is_active=True)
    people["Charlie"].is_active = False
    people["Charlie"].save()
    group = editing.create_group("VIP", colour="#7e57c2")
    members = [people[name].pk for name in ("Alice", "Bob", "Charlie")]
    membership.add(group, members, source=MembershipSource.MANUAL)
    return group


def test_a_merchant_gives_a_group_credit_and_takes_it_back(
    merchant: Dashboard, people: dict[str, Any], vip: Any
) -> None:
    screen = merchant.open(f"/groups/{vip.pk}/loyalty")
    screen.get_by_text("Nobody has any credit").wait_for()
    merchant.check("loyalty-group-empty")
    screen.get_by_role("link", name="Add credit").click()
    screen.get_by_role("button", name="Show what it would do").click()
    screen.get_by_text("This field is required.").first.wait_for()
    merchant.check("adjustment-error")
    screen.get_by_label("Amount").fill("10")
    screen.get_by_label("It expires").select_option("days")
    screen.get_by_label("Days", exact=True).fill("90")
    screen.get_by_label("Reason").fill("Thank you")
    screen.get_by_label("Tell them by e-mail").check()
    merchant.check("adjustment-form")
    screen.get_by_role("button", name="Show what it would do").click()
    screen.get_by_text("of 3 customers change").wait_for()
    assert screen.get_by_text("$20.00").count() == 2  # given, and owed more
    screen.get_by_text("The account is deactivated").wait_for()
    merchant.check("adjustment-preview")

    screen.get_by_role("button", name="Schedule…").click()
    screen.get_by_label("Starts at").fill("2000-01-01T00:00")
    screen.get_by_role("button", name="Schedule", exact=True).click()
    screen.get_by_text("is over").wait_for()
    merchant.check("adjustment-schedule")
    screen.get_by_label("Starts at").fill("2099-01-01T00:00")
    screen.get_by_role("button", name="Schedule", exact=True).click()
    screen.get_by_text("It starts by itself").wait_for()
    merchant.check("adjustment-scheduled")

    screen.get_by_role("button", name="Start now…").click()
    screen.get_by_role("heading", name="Start now?").wait_for()
    merchant.check("adjustment-start")
    screen.get_by_role("button", name="Start now", exact=True).click()
    screen.get_by_role("button", name="Pause").click()
    screen.get_by_role("button", name="Resume").click()
    screen.get_by_role("button", name="Pause").wait_for()
    merchant.check("adjustment-running")
    adjustment = Adjustment.objects.get()
    running.run(adjustment.pk)
    screen.get_by_role("button", name="Reverse…").wait_for()  # it noticed by itself
    assert merchant.toast() == "Credit +$10.00: Done"
    merchant.check("adjustment-done")

    _spend(people["Bob"], "4")
    screen.get_by_role("button", name="Reverse…").click()
    screen.get_by_role("heading", name="Reverse it?").wait_for()
    screen.get_by_role("button", name="Reverse", exact=True).click()
    screen.get_by_text("Being reversed").wait_for()
    running.run(adjustment.pk)
    screen.get_by_text("spent or expired before").wait_for()
    merchant.check("adjustment-reversed")
    screen.get_by_role("link", name="Whose balance changed").click()
    screen.get_by_role("cell", name="$4.00").wait_for()
    merchant.check("adjustment-customers")
    screen.get_by_role("link", name="Passed over").click()
    screen.get_by_role("cell", name="The account is deactivated").wait_for()
    merchant.check("adjustment-passed-over")
    merchant.open("/loyalty/adjustments").get_by_role("link", name="Credit +$10.00").wait_for()
    merchant.check("adjustments")


def test_an_adjustment_may_be_for_whom_a_filter_finds(merchant: Dashboard, vip: Any) -> None:
    screen = merchant.open("/loyalty/adjustments/new?unit=points")
    screen.get_by_label("Amount").fill("50")
    screen.get_by_label("For whom").select_option("rule")
    screen.get_by_label("Value").fill("0")
    screen.get_by_role("button", name="Add condition").click()
    screen.get_by_label("Value").nth(1).wait_for()
    screen.get_by_role("button", name="Remove this condition").last.click()
    screen.get_by_label("Value").nth(1).wait_for(state="detached")
    merchant.check("adjustment-filter")
    screen.get_by_role("button", name="Show what it would do").click()
    screen.get_by_text("customers change").wait_for()
    merchant.tab.select_option("#locale", "pl")
    screen.get_by_text("Co stałoby się teraz").wait_for()
    screen.get_by_text("klientów zmieni saldo").wait_for()
    merchant.check("adjustment-polish")
    assert Adjustment.objects.get().rule is not None


def test_a_merchant_reads_a_customers_statement(
    merchant: Dashboard, people: dict[str, Any], vip: Any
) -> None:
    for number in range(60):
        _give(people["Alice"], unit="points", currency="", amount=10 + number)
    _give(people["Alice"], amount=Decimal(25))
    _give(people["Bob"], unit="cashback", amount=Decimal("1.50"))
    screen = merchant.open("/loyalty")
    screen.get_by_text("$25.00").first.wait_for()
    screen.get_by_role("link", name="VIP").wait_for()
    merchant.check("loyalty")
    screen.get_by_role("navigation", name="Loyalty").get_by_role("link", name="Customers").click()
    screen.get_by_role("link", name="alice@example.com").wait_for()
    merchant.check("loyalty-customers")
    screen.get_by_role("link", name="alice@example.com").click()
    screen.get_by_role("link", name=re.compile("^Points")).click()
    screen.get_by_text("+10 points", exact=True).wait_for(state="detached")
    screen.get_by_role("link", name="Older").wait_for()
    merchant.check("loyalty-statement")
    screen.get_by_role("link", name="Older").click()
    screen.get_by_text("+10 points", exact=True).wait_for()
    merchant.check("loyalty-statement-older")


def test_a_merchant_lets_orders_earn_points(merchant: Dashboard, vip: Any) -> None:
    category = apps.get_model("product", "Category").objects.create(name="Coffee", slug="coffee")
    screen = merchant.open("/loyalty/earning")
    screen.get_by_text("Orders earn nothing yet").wait_for()
    merchant.check("earning-empty")
    screen.get_by_role("link", name="Create rule").click()
    screen.get_by_label("Name", exact=True).fill("A point for each dollar")
    picker = screen.get_by_role("combobox", name="Orders of the members of")
    picker.press_sequentially("vip")
    screen.get_by_role("option", name="VIP").click()
    screen.get_by_label("Points for each 1.00 of the order").fill("1")
    screen.get_by_role("button", name="Add multiplier").click()
    screen.get_by_label("Times the rate").wait_for()
    screen.get_by_role("button", name="Create rule").click()
    screen.get_by_text("This field is required.").wait_for()
    screen.get_by_label("Times the rate").fill("2")
    screen.get_by_label("For", exact=True).select_option("some")
    screen.get_by_role("combobox", name="Categories").press_sequentially("coff")
    screen.get_by_role("option", name="Coffee").click()
    merchant.check("earning-rule-new")
    screen.get_by_role("button", name="Create rule").click()
    screen.get_by_text("1 point for each 1.00 spent").wait_for()
    merchant.check("earning-rules")
    rule = EarningRule.objects.get()
    [multiplier] = rule.multipliers.all()
    assert (rule.rate, multiplier.factor) == (1, 2)
    assert [one.category_id for one in multiplier.targets.all()] == [category.pk]

    screen.get_by_role("link", name="A point for each dollar").click()
    screen.get_by_role("button", name="Remove this multiplier").click()
    screen.get_by_label("Times the rate").wait_for(state="detached")
    screen.get_by_role("button", name="Save").click()
    merchant.tab.get_by_text("Saved.").wait_for()
    assert not rule.multipliers.exists()
    screen.get_by_role("button", name="Delete…").click()
    screen.get_by_role("button", name="Delete", exact=True).click()
    screen.get_by_text("Orders earn nothing yet").wait_for()
    assert not EarningRule.objects.exists()


def _give(customer: Any, **fields: Any) -> None:
    given = {"unit": "credit", "currency": "USD", "kind": "award", "source": "manual", **fields}
    key = f"test:{customer.pk}:{given['unit']}:{given['amount']}"
    ledger.post(Posting(customer_id=customer.pk, key=key, reason="Welcome", **given))


def _spend(customer: Any, amount: str) -> None:
    _give(customer, kind="spend", amount=-Decimal(amount))
