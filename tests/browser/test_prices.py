"""A merchant looks through prices of a group, and sets single ones on a list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_customer_groups.models import CustomerGroup, PriceList, PriceListEntry
from saleor_customer_groups.pricing.editing import save_list, set_entries
from saleor_customer_groups.pricing.inputs import EntryInput, ListInput
from tests.browser.conftest import Dashboard


@pytest.fixture
def wholesale(people: dict[str, Any]) -> PriceList:
    """The price list of the demo's shop."""
    from shop.seeding import catalogue, prices
    from shop.seeding import people as accounts

    for one in (catalogue, accounts, prices):
        one.fill()
    return PriceList.objects.get()


def test_rules_are_found_by_their_group(merchant: Dashboard, wholesale: PriceList) -> None:
    vip = CustomerGroup.objects.get(slug="vip")
    screen = merchant.open(f"/groups/{vip.pk}/settings")
    screen.get_by_role("link", name="Its prices").click()
    screen.get_by_role("link", name="VIP coffee").wait_for()
    assert screen.get_by_role("link", name="60 days").count() == 0
    merchant.check("prices-of-group")
    screen.get_by_role("button", name="Remove VIP").click()
    screen.get_by_role("link", name="60 days").wait_for()
    picker = screen.get_by_role("combobox", name="For the group")
    picker.press_sequentially("pays")
    screen.get_by_role("option", name="Pays in 60 days").wait_for()
    picker.press("Enter")
    screen.get_by_role("link", name="VIP coffee").wait_for(state="detached")
    assert screen.get_by_role("link", name="60 days").is_visible()


def test_a_single_price_is_set_and_changed(merchant: Dashboard, wholesale: PriceList) -> None:
    entry = PriceListEntry.objects.filter(variant__sku="CUP-E", min_quantity=1).latest("pk")
    groups = list(wholesale.groups.values_list("pk", flat=True))
    rival = save_list(ListInput(name="Spring", group_ids=groups))
    set_entries(rival.pk, [EntryInput(entry.variant_id, entry.channel_id, Decimal(1))])
    screen = merchant.open(f"/prices/lists/{wholesale.pk}")
    screen.get_by_role("link", name="Spring").wait_for()
    merchant.check("price-list-meets")

    screen.get_by_role("button", name="Add a price").click()
    picker = screen.get_by_role("combobox", name="Variant")
    picker.press_sequentially("CUP-E")
    screen.get_by_role("option").first.wait_for()
    picker.press("Enter")
    screen.get_by_label("From the quantity").fill("50")
    screen.get_by_label("Price", exact=True).fill("-3")
    screen.get_by_role("button", name="Save").click()
    screen.get_by_text("must not be negative").wait_for()
    merchant.check("price-entry-wrong")
    screen.get_by_label("Price", exact=True).fill("3")
    screen.get_by_role("button", name="Save").click()
    screen.locator("#dialog form").wait_for(state="detached")
    assert merchant.toast() == "Saved."
    added = PriceListEntry.objects.get(price_list=wholesale, min_quantity=50)
    assert added.amount == 3

    screen.get_by_label("Search prices").fill("CUP-E")
    row = screen.get_by_role("row").filter(has_text="50")
    row.get_by_role("button", name="Change the price of CUP-E").click()
    screen.get_by_label("Price", exact=True).fill("2.5")
    merchant.check("price-entry")
    screen.get_by_role("button", name="Save").click()
    screen.locator("#dialog form").wait_for(state="detached")
    added.refresh_from_db()
    assert added.amount == Decimal("2.5")
