"""What a merchant who is new to it does, from an empty shop to a lower price."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from saleor_customer_groups.models import CustomerGroup, PriceRule
from tests.browser.conftest import PASSWORD, PATIENCE, Dashboard

PHONES = {
    "Alice": "+48501234567",
    "Bob": "+48502234567",
    "Charlie": "+48503234567",
    "Dora": "+48504234567",
    "Emil": "+48505234567",
    "Frida": "+48506234567",
}


@pytest.fixture
def shelves(transactional_db: None) -> None:
    """The shop has its goods, and neither groups nor prices of ours."""
    from shop.seeding import catalogue

    catalogue.fill()


@pytest.fixture
def phones(people: dict[str, Any]) -> dict[str, Any]:
    """Six customers with a telephone number each."""
    from saleor.account.models import Address, User

    for name, phone in PHONES.items():
        user = people.get(name) or User.objects.create(
            first_name=name, email=f"{name.lower()}@example.com"
        )
        user.addresses.add(Address.objects.create(phone=phone, country="PL"))
        people[name] = user
    return people


@pytest.fixture
def shopper(chromium: Any, live_server: Any) -> Iterator[Callable[[str | None], Any]]:
    """Open the shop in a browser of its own, signed in by this name or as a guest."""
    contexts = []

    def enter(name: str | None) -> Any:
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        tab = context.new_page()
        tab.goto(f"{live_server.url}/login/")
        if name is not None:
            tab.fill("main [name=email]", f"{name.lower()}@example.com")
            tab.fill("main [name=password]", PASSWORD)
            tab.locator("main").get_by_role("button", name="Sign in").click()
            tab.get_by_role("link", name=name, exact=True).wait_for()
        return tab

    yield enter
    for context in contexts:
        context.close()


def price_of(tab: Any, live_server: Any, product: str) -> str:
    """What the shop asks this shopper for a product."""
    tab.goto(f"{live_server.url}/product/{product}/")
    return str(tab.locator(".offer .price strong").first.inner_text())


def test_a_vip_pays_less(
    merchant: Dashboard,
    shopper: Callable[[str | None], Any],
    shelves: None,
    phones: dict[str, Any],
    live_server: Any,
) -> None:
    alice, guest = shopper("Alice"), shopper(None)
    assert price_of(alice, live_server, "electric-grinder") == "$189.00"

    screen = merchant.open("/groups")
    screen.get_by_role("link", name="Create group", exact=True).click()
    screen.get_by_label("Name", exact=True).fill("VIP")
    screen.get_by_role("button", name="Create group").click()
    screen.get_by_role("link", name="Paste customers").click()
    screen.get_by_label("One customer a line").fill("\n".join(PHONES.values()))
    screen.get_by_role("button", name="Add customers").click()
    screen.get_by_text("What became of each line").wait_for()
    merchant.check("story-vip-pasted")
    vip = CustomerGroup.objects.get(name="VIP")
    assert vip.memberships.count() == 6

    screen.get_by_role("link", name="Prices", exact=True).click()
    screen.get_by_role("link", name="Create rule").click()
    screen.get_by_label("Name", exact=True).fill("VIP coffee")
    groups = screen.get_by_role("combobox", name="For the groups")
    groups.press_sequentially("vip")
    screen.get_by_role("option", name="VIP").click()
    screen.get_by_label("Percent", exact=True).fill("10")
    screen.get_by_label("Applies to").select_option("some")
    categories = screen.get_by_role("combobox", name="Categories")
    categories.press_sequentially("coff")
    screen.get_by_role("option", name="Coffee").click()
    screen.locator("#preview").get_by_text("$170.10").wait_for()
    merchant.check("story-vip-preview")
    assert not PriceRule.objects.exists()
    screen.get_by_role("button", name="Create rule").click()
    screen.get_by_role("link", name="VIP coffee").wait_for()
    assert PriceRule.objects.get().percentage == Decimal(10)

    assert price_of(alice, live_server, "electric-grinder") == "$170.10"
    assert price_of(guest, live_server, "electric-grinder") == "$189.00"
    assert price_of(alice, live_server, "desk-lamp") == "$120.00"


def test_a_segment_is_narrowed_until_it_is_right(
    merchant: Dashboard, people: dict[str, Any]
) -> None:
    from saleor.account.models import User

    User.objects.create(email="dora@other.example", first_name="Dora")
    User.objects.filter(pk=people["Bob"].pk).update(is_confirmed=False)
    screen = merchant.open("/groups/rules/new")
    screen.get_by_label("Name of the group").fill("Confirmed A")

    def found() -> Any:
        return screen.locator("#preview strong")

    def rebuild(select: Any, label: str) -> None:
        """Choose, and wait for the builder that comes back: then the preview is asked again."""
        with merchant.tab.expect_response(lambda answer: answer.url.endswith("/rules/preview")):
            select.select_option(label=label)

    def condition(place: int, field: str, asked: str) -> Any:
        box = screen.locator(".rule-box").nth(place)
        rebuild(box.get_by_label("Field", exact=True), field)
        rebuild(box.get_by_label("What is asked"), asked)
        return box.get_by_label("Value", exact=True)

    condition(0, "E-mail domain", "is").fill("example.com")
    found().filter(has_text="3").wait_for()
    screen.get_by_role("button", name="Add condition").click()
    condition(1, "Confirmed", "is").select_option("true")
    found().filter(has_text="2").wait_for()
    screen.get_by_role("button", name="Add condition").click()
    condition(2, "First name", "starts with").fill("A")
    found().filter(has_text="1").wait_for()
    merchant.check("story-segment")
    screen.get_by_role("button", name="Create group").click()
    screen.get_by_role("heading", name="Confirmed A").wait_for()
    rule = CustomerGroup.objects.get(name="Confirmed A").segment.rule
    assert [next(iter(one)) for one in rule["all"]] == ["email_domain", "confirmed", "first_name"]
