"""A merchant looks after members one by one: their ends, another group, and who is pinned."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_customer_groups import background
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import CustomerGroup, MembershipSource
from saleor_customer_groups.segments import editing as segments
from saleor_customer_groups.segments import schedule
from tests.browser.conftest import Dashboard


def _members(group: CustomerGroup) -> list[str]:
    rows: Any = group.memberships.order_by("customer__email")
    return list(rows.values_list("customer__first_name", flat=True))


def test_members_get_an_end_and_move_and_the_group_another_kind(
    merchant: Dashboard, people: dict[str, Any]
) -> None:
    vip, gold = (editing.create_group(name, colour="#e3b505") for name in ("VIP", "Gold"))
    ids = [people[name].pk for name in ("Alice", "Bob", "Charlie")]
    membership.add(vip, ids, source=MembershipSource.MANUAL)
    screen = merchant.open(f"/groups/{vip.pk}")
    screen.get_by_role("link", name="alice@example.com").wait_for()

    for name in ("alice", "bob"):
        screen.get_by_label(f"{name}@example.com", exact=True).check()
    merchant.check("members-ticked")
    screen.get_by_role("button", name="Set the end…").click()
    screen.get_by_text("2 customers are chosen.").wait_for()
    screen.get_by_role("textbox", name="Until").fill("2020-01-01T10:00")
    screen.get_by_role("button", name="Save").click()
    screen.get_by_text("would have ended already").wait_for()
    merchant.check("members-until-wrong")
    screen.get_by_role("textbox", name="Until").fill("2099-01-01T10:00")
    screen.get_by_role("button", name="Save").click()
    screen.get_by_text("Jan 1, 2099").first.wait_for()
    assert "2 customers are in until" in merchant.toast()
    merchant.check("members-until")

    screen.get_by_role("button", name="Move alice@example.com").click()
    picker = screen.get_by_role("combobox", name="Into the group")
    picker.press_sequentially("gol")
    screen.get_by_role("option", name="Gold").wait_for()
    merchant.check("members-move")
    picker.press("Enter")
    screen.get_by_role("button", name="Move", exact=True).click()
    screen.get_by_role("link", name="alice@example.com").wait_for(state="detached")
    assert merchant.toast() == "1 customer is in Gold now."
    assert (_members(vip), _members(gold)) == (["Bob", "Charlie"], ["Alice"])

    screen.get_by_role("link", name="Settings").click()
    screen.get_by_role("button", name="Change the kind…").click()
    screen.get_by_role("heading", name="Another kind for VIP").wait_for()
    screen.get_by_label("Expires").wait_for()
    merchant.check("group-kind")
    screen.get_by_label("Kind", exact=True).select_option("guest")
    screen.get_by_label("Expires").wait_for(state="hidden")
    screen.get_by_role("button", name="Change the kind", exact=True).click()
    screen.get_by_text("VIP has members and cannot become the guest group.").wait_for()
    merchant.check("group-kind-wrong")
    screen.get_by_label("Kind", exact=True).select_option("snapshot")
    screen.get_by_role("button", name="Change the kind", exact=True).click()
    screen.get_by_role("button", name="Renew…").wait_for()
    assert merchant.toast() == "VIP is of the kind “Snapshot” now."


def test_customers_are_pinned_and_the_rule_is_run(
    merchant: Dashboard, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "start", lambda name: None)  # the test is the worker
    ours = segments.create_dynamic("Ours", {"first_name": {"starts_with": "A"}})
    screen = merchant.open(f"/groups/{ours.pk}/rule")
    screen.get_by_text("The rule waits to be run.").wait_for()
    merchant.check("rule-waits")
    field = screen.locator('[name="0.0:value"]')
    field.fill("B")
    schedule.run_due()
    run = screen.get_by_role("button", name="Run the rule now")
    run.wait_for()
    assert field.input_value() == "B"  # what is edited meanwhile stays
    merchant.check("rule-fresh")
    polls: list[str] = []
    merchant.tab.on("request", lambda one: polls.append(one.url) if "/run" in one.url else None)
    merchant.tab.wait_for_timeout(2_500)
    assert polls == []
    people["Bob"].first_name = "Abe"
    people["Bob"].save()
    run.click()
    screen.get_by_text("The rule waits to be run.").wait_for()
    schedule.run_due()
    screen.get_by_text("1 joined, 0 left.").wait_for()
    screen.locator(".bar").get_by_text("2 members").wait_for()
    assert _members(ours) == ["Alice", "Abe"]

    screen.get_by_role("link", name="Members", exact=True).click()
    screen.get_by_label("alice@example.com", exact=True).check()
    screen.get_by_role("button", name="Pin…", exact=True).first.click()
    screen.get_by_label("Whatever the rule says").select_option("out")
    merchant.check("members-pin")
    screen.get_by_role("button", name="Pin", exact=True).click()
    leave = screen.get_by_role("button", name="Leave to the rule: alice@example.com")
    leave.wait_for()
    assert merchant.toast() == "1 customer is never in."
    assert _members(ours) == ["Abe"]
    merchant.check("pins-out")

    screen.get_by_role("link", name="Always in").click()
    screen.get_by_text("Nobody is always in").wait_for()
    screen.get_by_role("button", name="Pin customers").click()
    picker = screen.get_by_role("combobox", name="Customers")
    picker.press_sequentially("char")
    screen.get_by_role("option", name="Charlie").click()
    screen.get_by_role("button", name="Pin", exact=True).click()
    screen.get_by_role("link", name="charlie@example.com").wait_for()
    merchant.check("pins-in")
    screen.get_by_label("Which customers").get_by_role("link", name="Members").click()
    screen.locator(".pill.info", has_text="Always in").wait_for()
    merchant.check("members-pinned")
    assert _members(ours) == ["Abe", "Charlie"]
    screen.get_by_label("Which customers").get_by_role("link", name="Never in").click()
    leave.click()
    screen.get_by_role("button", name="Leave to the rule", exact=True).click()
    screen.get_by_text("Nobody is kept out").wait_for()
    assert _members(ours) == ["Alice", "Abe", "Charlie"]
