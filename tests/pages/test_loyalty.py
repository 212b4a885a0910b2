"""The pages of loyalty: what is owed, bulk acts on balances, statements and earning rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.loyalty import ledger, purse_queue
from saleor_customer_groups.loyalty.adjustments import drafts, steps
from saleor_customer_groups.loyalty.adjustments.drafts import Draft
from saleor_customer_groups.loyalty.earning.editing import save_rule
from saleor_customer_groups.loyalty.earning.inputs import EarningRuleInput, MultiplierInput
from saleor_customer_groups.loyalty.queries import balances
from saleor_customer_groups.loyalty.rules import Posting
from saleor_customer_groups.models import (
    Adjustment,
    CustomerGroup,
    EarningRule,
    LoyaltyEntry,
    MembershipSource,
)
from saleor_customer_groups.segments.audience import Audience
from saleor_customer_groups.webhooks import outbox
from tests.callers import customer, narrow_token_of, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db
FORM = {
    "unit": "credit",
    "direction": "add",
    "amount": "10",
    "currency": "USD",
    "audience": "group",
    "validity": "never",
}
RULE = {"name": "A point for each dollar", "unit": "points", "points": "1", "active": "on"}


@pytest.fixture(autouse=True)
def launched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The adjustments whose task was started; none runs by itself."""
    ids: list[int] = []
    monkeypatch.setattr(steps, "launch", ids.append)
    monkeypatch.setattr(outbox, "start", lambda: None)
    monkeypatch.setattr(purse_queue, "start", lambda customer_ids: None)
    return ids


@pytest.fixture
def usd(db: None) -> Any:
    """The shop's channel in dollars."""
    model = apps.get_model("channel", "Channel")
    return model.objects.create(name="Main", slug="main", currency_code="USD", is_active=True)


@pytest.fixture
def alice(db: None) -> Any:
    return customer("Alice")


@pytest.fixture
def vip(usd: Any, alice: Any) -> CustomerGroup:
    """Alice and Bob, whose account is closed, are VIPs."""
    group = editing.create_group("VIP")
    members = [alice.pk, customer("Bob", is_active=False).pk]
    membership.add(group, members, source=MembershipSource.MANUAL)
    return group


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def give(who: Any, amount: Any, unit: str = "credit", currency: str = "USD", **more: Any) -> None:
    key = f"test:{who.pk}:{LoyaltyEntry.objects.count()}"
    given = {"unit": unit, "currency": currency, "kind": "award", "source": "manual", **more}
    ledger.post(Posting(customer_id=who.pk, key=key, amount=amount, **given))


def draft(group: CustomerGroup, amount: str = "10", **fields: Any) -> Adjustment:
    given = {"unit": "credit", "currency": "USD", "amount": Decimal(amount), **fields}
    return drafts.create(Draft(**given), Audience(group_id=group.pk))


# --- what is owed ---------------------------------------------------------------------------------


def test_the_overview_says_what_is_owed_in_all_and_by_group(
    merchant: Browser, vip: CustomerGroup, alice: Any
) -> None:
    give(alice, Decimal(25))
    give(customer("Charlie"), 120, unit="points", currency="")

    assert "VIP" not in text(merchant.get("/loyalty/owed"))
    assert "$25.00" in text(merchant.get("/loyalty/owed"))
    assert "120 points" in text(merchant.get("/loyalty/owed"))
    shown = text(merchant.get("/loyalty", HTTP_HX_TARGET="div#rows"))
    assert "$25.00" in shown
    assert "120 points" not in shown  # Charlie is in no group but the default one


def test_the_lists_take_the_same_statements_at_any_size(
    merchant: Browser, vip: CustomerGroup, alice: Any
) -> None:
    def counted() -> dict[str, int]:
        found = {}
        for path in (
            "/loyalty",
            "/loyalty/adjustments",
            "/loyalty/customers",
            "/loyalty/earning",
            f"/loyalty/customers/{alice.pk}",
            f"/groups/{vip.pk}/loyalty",
        ):
            with CaptureQueriesContext(connection) as seen:
                assert merchant.get(path, HTTP_HX_TARGET="div#rows").status_code == 200
            found[path] = len(seen)
        return found

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            editing.create_group(f"Group {number}")
            draft(vip, str(number + 1))
            give(alice, Decimal(1))
            give(customer(f"Customer{number}"), Decimal(1))
            save_rule(_rule(vip, f"Rule {number}"))

    grow(0, 10)
    small = counted()
    grow(10, 100)

    assert counted() == small
    assert max(small.values()) <= 19  # with those that the host needs to know the caller


def test_it_says_when_another_system_keeps_the_balances(merchant: Browser, settings: Any) -> None:
    said = "Another system keeps the balances"
    assert said not in text(merchant.get("/loyalty"))

    settings.SALEOR_CUSTOMER_GROUPS = {"LOYALTY_MODE": "external"}

    assert said in text(merchant.get("/loyalty"))


# --- preparing ------------------------------------------------------------------------------------


def test_an_adjustment_is_prepared_and_previewed_before_anything_happens(
    merchant: Browser, vip: CustomerGroup, alice: Any
) -> None:
    given = {**FORM, "group": vip.pk, "validity": "days", "days": "90", "notify_email": "on"}
    answer = merchant.post("/loyalty/adjustments/new", {**given, "reason": "Thank you"})

    made = Adjustment.objects.get()
    assert f"/loyalty/adjustments/{made.pk}" in answer["HX-Location"]
    assert (made.status, made.amount, made.valid_days) == ("draft", 1000, 90)
    assert (made.reason, made.notify_email, made.notify_sms) == ("Thank you", True, False)
    assert "merchant@example.com" in text(merchant.get(f"/loyalty/adjustments/{made.pk}"))
    shown = text(merchant.get(f"/loyalty/adjustments/{made.pk}/preview"))
    assert "<strong>1</strong>" in shown
    assert "of 2 customers change" in shown
    assert "The account is deactivated" in shown
    assert balances(alice.pk) == ()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"direction": "subtract", "amount": "5"}, ("change", -500, "USD")),
        ({"direction": "set", "amount": "0"}, ("absolute", 0, "USD")),
        ({"unit": "points", "amount": "7"}, ("change", 7, "")),
        ({"unit": "cashback", "amount": "1.25"}, ("change", 125, "USD")),
    ],
)
def test_it_adds_subtracts_and_sets(
    merchant: Browser, vip: CustomerGroup, fields: dict[str, str], expected: tuple[Any, ...]
) -> None:
    merchant.post("/loyalty/adjustments/new", {**FORM, "group": vip.pk, **fields})

    made = Adjustment.objects.get()
    assert (made.mode, made.amount, made.currency) == expected


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": ""}, "This field is required."),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"amount": "0"}, "The amount must not be 0."),
        ({"amount": "1.001"}, "USD"),
        ({"unit": "points", "amount": "1.5"}, "Points are whole numbers."),
        ({"group": ""}, "This field is required."),
        ({"audience": "customers"}, "This field is required."),
        ({"validity": "days"}, "This field is required."),
        ({"validity": "date", "expires_at": "2000-01-01T00:00"}, "is over"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    merchant: Browser, vip: CustomerGroup, fields: dict[str, str], said: str
) -> None:
    answer = merchant.post("/loyalty/adjustments/new", {**FORM, "group": vip.pk, **fields})

    assert answer.status_code == 422
    assert said in text(answer)
    assert not Adjustment.objects.exists()


def test_points_without_end_are_refused(merchant: Browser, vip: CustomerGroup) -> None:
    fields = {"unit": "points", "amount": "1E99999", "currency": ""}
    answer = merchant.post("/loyalty/adjustments/new", {**FORM, "group": vip.pk, **fields})

    assert answer.status_code == 422
    assert "no more than 30 digits in total" in text(answer)
    assert not Adjustment.objects.exists()


def test_nobody_is_named_to_who_may_not_see_customers(
    client: Any, vip: CustomerGroup, alice: Any
) -> None:
    user = staff("giftcard.manage_gift_card", email="cards@example.com")
    cards = Browser(client, narrow_token_of(user, "MANAGE_GIFT_CARD"))

    for answer in (
        cards.get("/loyalty/adjustments/new", {"customer": alice.pk}),
        cards.post("/loyalty/adjustments/new", {**FORM, "customers": alice.pk}),
    ):
        shown = text(answer)
        assert f"<span>#{alice.pk}</span>" in shown
        assert "Alice" not in shown
        assert "alice@" not in shown


def test_picked_customers_and_those_of_a_filter(
    merchant: Browser, vip: CustomerGroup, alice: Any
) -> None:
    given = {**FORM, "audience": "customers", "customers": alice.pk}
    merchant.post("/loyalty/adjustments/new", given)
    assert Adjustment.objects.get().customer_ids == [alice.pk]

    rule = {"0:box": "group", "0:count": "1", "0:way": "all", "0.0:box": "condition",
            "0.0:field": "orders_count", "0.0:asked": "orders_count.gte.text",
            "0.0:operator": "gte", "0.0:value": "3"}  # fmt: skip
    merchant.post("/loyalty/adjustments/new", {**FORM, "audience": "rule", **rule})
    made = Adjustment.objects.first()
    assert made is not None
    assert made.rule == {"all": [{"orders_count": {"gte": 3}}]}


def test_a_filter_that_cannot_be_read_is_shown_again(merchant: Browser, vip: CustomerGroup) -> None:
    rule = {"0:box": "group", "0:count": "0", "0:way": "all"}

    answer = merchant.post("/loyalty/adjustments/new", {**FORM, "audience": "rule", **rule})

    assert answer.status_code == 422
    told = r'id="wrong-0" aria-live="polite"> ?<div class="error" data-wrong="" role="alert">[^<]+'
    assert re.search(told, text(answer))
    assert not Adjustment.objects.exists()


def test_a_draft_is_changed_by_another_in_its_place(merchant: Browser, vip: CustomerGroup) -> None:
    first = draft(vip, reason="Thank you")
    shown = text(merchant.get("/loyalty/adjustments/new", {"from": first.pk}))
    assert 'value="Thank you"' in shown
    assert ">VIP<" in shown

    given = {**FORM, "group": vip.pk, "amount": "20"}
    merchant.post(f"/loyalty/adjustments/new?from={first.pk}", given)

    assert [one.amount for one in Adjustment.objects.all()] == [2000]


def test_what_has_begun_is_copied_and_stays(merchant: Browser, vip: CustomerGroup) -> None:
    first = draft(vip)
    steps.start(first.pk)

    given = {**FORM, "group": vip.pk, "amount": "20"}
    merchant.post(f"/loyalty/adjustments/new?from={first.pk}", given)

    assert [one.amount for one in Adjustment.objects.all()] == [2000, 1000]


# --- acting ---------------------------------------------------------------------------------------


def test_it_asks_before_it_starts(
    merchant: Browser, vip: CustomerGroup, launched: list[int],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    made = draft(vip)
    address = f"/loyalty/adjustments/{made.pk}"
    assert "Start now?" in text(merchant.get(f"{address}/start"))
    made.refresh_from_db()
    assert made.status == "draft"

    with django_capture_on_commit_callbacks(execute=True):
        merchant.post(f"{address}/start")
    made.refresh_from_db()
    assert (made.status, launched) == ("running", [made.pk])
    again = merchant.post(f"{address}/start")
    assert again.status_code == 422
    assert "it cannot be started" in text(again)


def test_it_is_scheduled_paused_resumed_cancelled_and_deleted(
    merchant: Browser, vip: CustomerGroup
) -> None:
    made = draft(vip)
    address = f"/loyalty/adjustments/{made.pk}"

    def status() -> str:
        return str(Adjustment.objects.get(pk=made.pk).status)

    late = merchant.post(f"{address}/schedule", {"scheduled_at": "2000-01-01T00:00"})
    assert "is over" in text(late)
    merchant.post(f"{address}/schedule", {"scheduled_at": "2099-01-01T00:00"})
    assert status() == "scheduled"
    merchant.post(f"{address}/start")
    merchant.post(f"{address}/pause")
    assert status() == "paused"
    assert "is paused" in merchant.post(f"{address}/pause")["HX-Trigger"]
    merchant.post(f"{address}/resume")
    assert status() == "running"
    merchant.post(f"{address}/cancel")
    assert status() == "cancelled"
    other = draft(vip)
    merchant.post(f"/loyalty/adjustments/{other.pk}/delete")
    assert not Adjustment.objects.filter(pk=other.pk).exists()
    assert merchant.post(f"{address}/explode").status_code == 404


def test_the_progress_is_a_part_until_the_state_changes(
    merchant: Browser, vip: CustomerGroup
) -> None:
    made = draft(vip)
    steps.start(made.pk)
    address = f"/loyalty/adjustments/{made.pk}/progress"

    going_on = merchant.get(address, {"was": "running"})
    assert "<progress" in text(going_on)
    steps.cancel(made.pk)
    over = merchant.get(address, {"was": "running"})

    assert f"/loyalty/adjustments/{made.pk}" in over["HX-Location"]


# --- statements -----------------------------------------------------------------------------------


def test_a_statement_shows_lots_and_entries_in_pages(merchant: Browser, alice: Any) -> None:
    for number in range(51):
        give(alice, number + 1, unit="points", currency="")
    give(alice, Decimal(5), expires_at=timezone.now() + timedelta(days=30))

    address = f"/loyalty/customers/{alice.pk}"
    shown = text(merchant.get(address, {"unit": "points"}))
    assert "1,326 points" in shown
    assert "+51 points" in shown
    assert "+1 point<" not in shown
    assert "and 31 more" in shown
    older = text(merchant.get(address, {"unit": "points", "before": 2}))
    assert "+1 point<" in older
    assert "+51 points" not in older
    credit = text(merchant.get(address))
    assert "+$5.00" in credit


def test_a_statement_is_saved_as_a_file_in_pieces(
    merchant: Browser, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saleor_customer_groups.exporting.balances.PAGE", 2)
    for amount in (5, 7, 9):
        give(alice, Decimal(amount), actor="User:3")
    address = f"/loyalty/customers/{alice.pk}"
    asked = {"unit": "credit", "currency": "USD"}
    assert f'{address}/statement?unit=credit&amp;currency=USD" data-download="credit-USD-' in text(
        merchant.get(address)
    )

    first = merchant.get(f"{address}/statement", asked)
    second = merchant.get(f"{address}/statement", {**asked, "before": "2"})

    assert first["Content-Type"] == "text/csv; charset=utf-8"
    assert first["X-Following"].endswith("/statement?unit=credit&currency=USD&before=2")
    head, *lines = first.content.decode("utf-8-sig").splitlines()
    assert (head.split(",")[:3], head.split(",")[-1]) == (["Number", "At", "Kind"], "Actor")
    assert [line.split(",")[4] for line in lines] == ["9.00", "7.00"]
    assert not second.has_header("X-Following")
    assert [line.split(",")[0] for line in second.content.decode().splitlines()] == ["1"]
    assert second.content.endswith(b"User:3\r\n")


def test_a_statement_of_something_else_or_of_nobody_is_no_file(
    merchant: Browser, alice: Any
) -> None:
    address = f"/loyalty/customers/{alice.pk}/statement"

    assert merchant.get(address, {"unit": "stamps"}).status_code == 409
    nobody = merchant.get(f"/loyalty/customers/{alice.pk + 999}/statement", {"unit": "points"})
    assert nobody.status_code == 404


def test_customers_are_found_by_name_or_address(merchant: Browser, alice: Any) -> None:
    customer("Bob")
    give(alice, Decimal(5))

    shown = text(merchant.get("/loyalty/customers", {"q": "ali"}))

    assert "alice@example.com" in shown
    assert "$5.00" in shown
    assert "bob@example.com" not in shown


# --- earning rules --------------------------------------------------------------------------------


def _rule(group: CustomerGroup, name: str = "Points", **fields: Any) -> EarningRuleInput:
    given = {"unit": "points", "rate": Decimal(1), **fields}
    return EarningRuleInput(name=name, group_id=group.pk, **given)


def test_a_rule_is_made_with_multipliers(merchant: Browser, vip: CustomerGroup) -> None:
    given = {**RULE, "group": vip.pk, "unit": "cashback", "percent": "5", "pending_days": "14",
             "multiplier": "3", "m3-factor": "2", "m3-what": "everything"}  # fmt: skip
    merchant.post("/loyalty/earning/new", given)

    rule = EarningRule.objects.get()
    assert (rule.rate, rule.pending_days, rule.validity_days) == (Decimal("0.05"), 14, None)
    assert [(one.factor, one.everything) for one in rule.multipliers.all()] == [(2, True)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"points": ""}, "This field is required."),
        ({"points": "0"}, "The rate must be more than 0."),
        ({"points": "1.1234567"}, "at most 6 decimals"),
        ({"group": ""}, "This field is required."),
        ({"multiplier": "0", "m0-factor": "2", "m0-what": "some"}, "Choose what it is for."),
        ({"multiplier": "0", "m0-factor": "", "m0-what": "everything"}, "This field is required."),
    ],
)
def test_what_is_wrong_with_a_rule_stands_at_its_field(
    merchant: Browser, vip: CustomerGroup, fields: dict[str, str], said: str
) -> None:
    answer = merchant.post("/loyalty/earning/new", {**RULE, "group": vip.pk, **fields})

    assert answer.status_code == 422
    assert said in text(answer)
    assert not EarningRule.objects.exists()


def test_a_rule_is_shown_as_it_is_changed_and_deleted(
    merchant: Browser, vip: CustomerGroup
) -> None:
    double = MultiplierInput(factor=Decimal(2), everything=True)
    rule = save_rule(_rule(vip, rate=Decimal("1.5"), multipliers=[double]))
    address = f"/loyalty/earning/{rule.pk}"
    shown = text(merchant.get(address))
    for said in ('value="1.5"', 'name="m0-factor" value="2"', ">VIP<"):
        assert said in shown

    merchant.post(address, {**RULE, "group": vip.pk, "points": "3"})
    rule.refresh_from_db()
    assert (rule.rate, rule.multipliers.count()) == (3, 0)
    assert "Later orders earn nothing" in text(merchant.get(f"{address}/delete"))
    merchant.post(f"{address}/delete")
    assert not EarningRule.objects.exists()


def test_multipliers_come_and_go_without_saving(merchant: Browser, vip: CustomerGroup) -> None:
    sent = {"multiplier": ["0", "4"], "m0-factor": "2", "m4-factor": "3"}

    more = text(merchant.post("/loyalty/earning/multipliers", {**sent, "act": "add"}))
    less = text(merchant.post("/loyalty/earning/multipliers", {**sent, "act": "drop:0"}))

    assert 'name="multiplier" value="5"' in more
    assert 'name="m4-factor" value="3"' in less
    assert "m0-factor" not in less
    assert "This field is required" not in more


# --- permissions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["nobody", "storekeeper"])
def test_others_may_not(
    who: str, request: pytest.FixtureRequest, vip: CustomerGroup, alice: Any
) -> None:
    browser = request.getfixturevalue(who)
    made, rule = draft(vip), save_rule(_rule(vip))
    one = f"/loyalty/adjustments/{made.pk}"

    reads = ["/loyalty", "/loyalty/owed", "/loyalty/adjustments", one, f"{one}/preview",
             f"{one}/progress", f"{one}/customers", "/loyalty/customers",
             f"/loyalty/customers/{alice.pk}", "/loyalty/earning",
             f"/loyalty/earning/{rule.pk}", f"/groups/{vip.pk}/loyalty"]  # fmt: skip
    writes = [("/loyalty/adjustments/new", {**FORM, "group": vip.pk}), (f"{one}/start", {}),
              (f"{one}/schedule", {"scheduled_at": "2099-01-01T00:00"}), (f"{one}/delete", {}),
              ("/loyalty/earning/new", {**RULE, "group": vip.pk}),
              ("/loyalty/earning/multipliers", {"act": "add"}),
              (f"/loyalty/earning/{rule.pk}", {**RULE, "group": vip.pk}),
              (f"/loyalty/earning/{rule.pk}/delete", {})]  # fmt: skip
    answers = [browser.get(path) for path in reads]
    answers += [browser.post(path, data) for path, data in writes]

    assert {answer.status_code for answer in answers} == {401 if who == "nobody" else 403}
    _nothing_changed(made, rule)


def test_who_may_read_may_not_change(client: Any, vip: CustomerGroup, alice: Any) -> None:
    user = staff("order.manage_orders", email="orders@example.com")
    reader = Browser(client, narrow_token_of(user, "MANAGE_ORDERS"))
    made, rule = draft(vip), save_rule(_rule(vip))
    one = f"/loyalty/adjustments/{made.pk}"

    assert "Start now" not in text(reader.get(one))
    assert reader.get("/loyalty/adjustments").status_code == 200
    refused = [
        reader.post(f"{one}/start"),
        reader.post("/loyalty/adjustments/new", {**FORM, "group": vip.pk}),
        reader.post(f"/loyalty/earning/{rule.pk}", {**RULE, "group": vip.pk}),
        reader.get("/loyalty/customers"),  # who the customers are needs another permission
        reader.get(f"/loyalty/customers/{alice.pk}"),
        reader.get(f"{one}/customers"),
    ]

    assert {answer.status_code for answer in refused} == {403}
    assert "MANAGE_USERS" in text(refused[-1])
    _nothing_changed(made, rule)


def _nothing_changed(made: Adjustment, rule: EarningRule) -> None:
    assert [one.status for one in Adjustment.objects.all()] == ["draft"]
    assert Adjustment.objects.get().pk == made.pk
    assert [(one.pk, one.name) for one in EarningRule.objects.all()] == [(rule.pk, "Points")]
