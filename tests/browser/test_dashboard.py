"""What the real Dashboard does to frames: seen in 3.23, and done alike by the stand-in."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import MembershipSource
from saleor_customer_groups.pricing.editing import save_rule
from saleor_customer_groups.pricing.inputs import RuleInput
from tests.browser.conftest import Dashboard, app_id
from tests.callers import permissions

BY_HAND = MembershipSource.MANUAL


def test_the_app_itself_is_a_page(merchant: Dashboard) -> None:
    editing.create_group("Gold")
    screen = merchant.open("")
    screen.get_by_role("heading", name="Customer groups").wait_for()
    assert merchant.tab.frames[1].url.endswith("/pages/groups")
    screen.get_by_role("link", name="Priority").click()
    screen.locator("th[aria-sort=ascending]").wait_for()
    assert merchant.tab.frames[1].url.endswith("/pages/groups?sort=-priority")


def test_a_customers_card_shows_prices_and_its_title_leads_to_the_pages(
    merchant: Dashboard, people: dict[str, Any]
) -> None:
    gold = editing.create_group("Gold")
    membership.add(gold, [people["Bob"].pk], source=BY_HAND)
    save_rule(
        RuleInput(
            name="Gold ten",
            group_ids=[gold.pk],
            kind="percentage_off",
            percentage=Decimal(10),
            everything=True,
        )
    )
    merchant.visit("/customers/")
    merchant.tab.get_by_role("link", name="Bob").click()
    card = merchant.tab.frame_locator("iframe[data-widget]")
    card.get_by_text("10 % off").wait_for()
    merchant.check("customer-widget-prices")
    merchant.tab.get_by_role("link", name="Customer groups").last.click()
    merchant.screen.get_by_role("link", name="Gold").wait_for()


def test_a_card_without_a_token_says_which_permission_it_needs(
    merchant: Dashboard, people: dict[str, Any]
) -> None:
    from shop.seeding import catalogue

    catalogue.fill()
    people["Merchant"].user_permissions.set(permissions("product.manage_products"))
    merchant.visit("/products/")
    merchant.tab.get_by_role("link", name="Tea Bowl").click()
    card = merchant.tab.frame_locator("iframe[data-widget]")
    card.get_by_text("MANAGE_DISCOUNTS").wait_for()
    merchant.check("product-widget-no-access")


def test_an_act_on_a_list_that_stood_open_goes_on_in_a_page(
    merchant: Dashboard, people: dict[str, Any], settings: Any
) -> None:
    gold = editing.create_group("Gold")
    lifetime = settings.JWT_TTL_APP_ACCESS
    settings.JWT_TTL_APP_ACCESS = timedelta(seconds=-1)  # as if the list were older than a token
    merchant.visit("/customers/")
    merchant.tab.wait_for_load_state("networkidle")
    settings.JWT_TTL_APP_ACCESS = lifetime
    merchant.tab.get_by_label("alice@example.com").check()
    merchant.tab.get_by_role("button", name="Add to group").click()
    popup = merchant.tab.frame_locator("#popup iframe")
    popup.get_by_text("This window is too old").wait_for()
    merchant.check("add-to-group-expired")

    popup.get_by_role("link", name="Go on").click()
    merchant.screen.get_by_text("1 customer is chosen.").wait_for()
    assert f"/extensions/app/{app_id()}/customers/chosen?" in merchant.tab.url
    merchant.check("customers-chosen")
    merchant.screen.get_by_role("combobox").press_sequentially("gol")
    merchant.screen.get_by_role("option", name="Gold").click()
    merchant.screen.get_by_role("button", name="Add to group").click()
    merchant.screen.get_by_role("heading", name="Gold").wait_for()
    assert merchant.toast() == "1 customer added."
    assert list(gold.memberships.values_list("customer_id", flat=True)) == [people["Alice"].pk]
