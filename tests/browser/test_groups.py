"""A merchant looks after groups in the Dashboard."""

from __future__ import annotations

from typing import Any

from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import CustomerGroup, MembershipSource
from tests.browser.conftest import Dashboard, app_id


def test_a_merchant_makes_a_group_and_fills_it(merchant: Dashboard, people: dict[str, Any]) -> None:
    screen = merchant.open("/groups")
    merchant.check("groups")
    screen.get_by_role("link", name="Create group").click()
    screen.get_by_role("button", name="Create group").wait_for()
    merchant.check("group-new")
    screen.get_by_role("button", name="Create group").click()
    screen.get_by_text("This field is required.").wait_for()
    merchant.check("group-new-error")
    screen.get_by_label("Name", exact=True).fill("VIP")
    screen.get_by_role("button", name="Create group").click()
    screen.get_by_text("Nobody is in this group").wait_for()
    assert merchant.toast() == "VIP was created."
    merchant.check("group-empty")

    screen.get_by_role("button", name="Add customers").click()
    picker = screen.get_by_role("combobox", name="Customers")
    picker.press_sequentially("ali")
    screen.get_by_role("option", name="Alice").wait_for()
    merchant.check("group-add")
    picker.press("ArrowDown")
    picker.press("Enter")
    screen.get_by_role("button", name="Add", exact=True).click()
    screen.get_by_role("link", name="alice@example.com").wait_for()
    assert merchant.toast() == "1 customer added."

    screen.get_by_role("link", name="Paste customers").click()
    screen.get_by_label("One customer a line").fill("bob@example.com\nnobody@example.com")
    merchant.check("group-paste")
    screen.get_by_role("button", name="Add customers").click()
    screen.get_by_text("What became of each line").wait_for()
    merchant.check("group-pasted")
    screen.get_by_role("link", name="Show the members").click()
    screen.get_by_role("link", name="bob@example.com").wait_for()
    merchant.check("group-members")

    screen.get_by_role("checkbox", name="alice@example.com").check()
    screen.get_by_role("button", name="Remove from group").click()
    screen.get_by_role("heading", name="Remove from the group?").wait_for()
    merchant.check("group-remove")
    screen.get_by_role("button", name="Remove", exact=True).click()
    screen.get_by_role("link", name="alice@example.com").wait_for(state="detached")
    group = CustomerGroup.objects.get(name="VIP")
    assert list(group.memberships.values_list("customer_id", flat=True)) == [people["Bob"].pk]

    screen.get_by_role("link", name="History").click()
    screen.get_by_text("Left", exact=True).wait_for()
    merchant.check("group-history")
    merchant.tab.evaluate("history.back()")
    screen.get_by_label("Search members").wait_for()
    screen.get_by_role("link", name="Settings").click()
    screen.get_by_role("button", name="Delete…").wait_for()
    merchant.check("group-settings")
    screen.get_by_role("button", name="Delete…").click()
    screen.get_by_role("heading", name="Delete VIP?").wait_for()
    merchant.check("group-delete")
    merchant.tab.keyboard.press("Escape")
    screen.get_by_role("heading", name="Delete VIP?").wait_for(state="detached")
    assert CustomerGroup.objects.filter(name="VIP").exists()


def test_a_link_leads_to_a_group_and_a_reload_stays(merchant: Dashboard) -> None:
    group = editing.create_group("VIP")
    screen = merchant.open(f"/groups/{group.pk}/settings?saleorApiUrl=https://evil.example/")
    screen.get_by_role("heading", name="VIP").wait_for()
    screen.get_by_role("link", name="History").click()
    screen.get_by_text("Nothing has happened yet").wait_for()
    merchant.tab.reload()
    screen.get_by_role("button", name="Delete…").wait_for()  # the Dashboard's address names it


def test_a_search_finds_without_a_reload(merchant: Dashboard) -> None:
    for name in ("Gold", "Silver"):
        editing.create_group(name)
    screen = merchant.open("/groups")
    screen.get_by_label("Search groups").press_sequentially("gol")
    screen.get_by_role("link", name="Silver").wait_for(state="detached")
    assert screen.get_by_role("link", name="Gold").is_visible()
    assert screen.get_by_label("Search groups").input_value() == "gol"


def test_the_page_speaks_the_language_of_the_dashboard(merchant: Dashboard) -> None:
    screen = merchant.open("/groups")
    merchant.tab.select_option("#locale", "pl")
    screen.get_by_role("heading", name="Grupy klientów").wait_for()
    merchant.check("groups-polish")


def test_a_foreign_page_cannot_frame_it(merchant: Dashboard, settings: Any) -> None:
    settings.SALEOR_CUSTOMER_GROUPS = {"DASHBOARD_ORIGINS": ["https://dash.example.com"]}
    merchant.visit(f"/extensions/app/{app_id()}/groups")
    frame = merchant.tab.frames[1]
    merchant.tab.wait_for_load_state("networkidle")
    assert frame.url.startswith("chrome-error://")


def test_staff_see_the_groups_of_a_customer(merchant: Dashboard, people: dict[str, Any]) -> None:
    gold = editing.create_group("Gold", colour="#e3b505")
    membership.add(gold, [people["Bob"].pk], source=MembershipSource.MANUAL)
    merchant.visit("/customers/")
    merchant.tab.get_by_role("link", name="Bob").click()
    widget = merchant.tab.frame_locator("iframe[data-widget]")
    widget.get_by_text("Gold").wait_for()
    merchant.check("customer-widget")
    height = merchant.tab.locator("iframe[data-widget]").bounding_box()["height"]
    assert height != 200  # it told how high it is
    widget.get_by_role("button", name="Remove from Gold").click()
    widget.get_by_text("This customer is in no group.").wait_for()
    assert not gold.memberships.exists()


def test_ticked_customers_enter_a_group(merchant: Dashboard, people: dict[str, Any]) -> None:
    gold = editing.create_group("Gold")
    merchant.visit("/customers/")
    for name in ("alice", "bob"):
        merchant.tab.get_by_label(f"{name}@example.com").check()
    merchant.tab.get_by_role("button", name="Add to group").click()
    popup = merchant.tab.frame_locator("#popup iframe")
    popup.get_by_text("2 customers are chosen.").wait_for()
    merchant.check("add-to-group")
    popup.get_by_role("combobox").press_sequentially("gol")
    popup.get_by_role("option", name="Gold").click()
    popup.get_by_role("button", name="Add to group").click()
    assert merchant.toast() == "2 customers added."
    merchant.tab.locator("#popup").wait_for(state="hidden")
    assert gold.memberships.count() == 2
