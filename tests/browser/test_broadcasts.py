"""A merchant writes to a group, sees whom it reaches, sends it, and looks at what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_customer_groups.broadcasts import control, reporting, sending
from saleor_customer_groups.broadcasts.reporting import Result
from saleor_customer_groups.events import customer_id
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import Broadcast, BroadcastStatus, MembershipSource
from saleor_customer_groups.webhooks import outbox
from tests.browser.conftest import Dashboard


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The test does what the worker would."""
    own = {**settings.SALEOR_CUSTOMER_GROUPS, "MARKETING_CONSENT_KEY": "marketing"}
    settings.SALEOR_CUSTOMER_GROUPS = own
    monkeypatch.setattr(control, "start_task", lambda number: None)
    monkeypatch.setattr(outbox, "start", lambda: None)


@pytest.fixture
def vip(people: dict[str, Any]) -> Any:
    """All three are VIPs; Charlie does not accept marketing."""
    group = editing.create_group("VIP")
    for name in ("Alice", "Bob", "Charlie"):
        people[name].metadata = {"marketing": "false" if name == "Charlie" else "true"}
        people[name].save()
    members = [people[name].pk for name in ("Alice", "Bob", "Charlie")]
    membership.add(group, members, source=MembershipSource.MANUAL)
    return group


def test_a_merchant_writes_to_a_group(
    merchant: Dashboard, people: dict[str, Any], vip: Any
) -> None:
    screen = merchant.open("/broadcasts")
    screen.get_by_text("Nothing was sent yet").wait_for()
    merchant.check("broadcasts-empty")
    screen.get_by_role("link", name="Write a broadcast").click()
    screen.get_by_text("Write a title and a text").wait_for()
    screen.get_by_role("combobox", name="Group").press_sequentially("vip")
    screen.get_by_role("option", name="VIP").click()
    screen.get_by_label("Title").fill("For ")
    screen.get_by_role("button", name="group.name").click()
    assert screen.get_by_label("Title").input_value() == "For {{ group.name }}"
    screen.get_by_label("Text", exact=True).fill("Dear ")
    screen.get_by_role("button", name="customer.first_name").click()
    screen.get_by_label("Text", exact=True).press_sequentially(",\ncome {% for x in y %}")
    screen.get_by_role("button", name="Save and see whom it reaches").click()
    screen.locator(".field .error").wait_for()
    merchant.check("broadcast-error")
    screen.get_by_label("Text", exact=True).fill("Dear {{ customer.first_name }},\ncome!")
    screen.get_by_text("Dear Alice,").wait_for()
    screen.get_by_role("combobox", name="For a customer").press_sequentially("bob")
    screen.get_by_role("option", name="Bob").click()
    screen.get_by_text("Dear Bob,").wait_for()
    merchant.check("broadcast-compose")
    screen.get_by_role("button", name="Save and see whom it reaches").click()
    screen.get_by_text("of 3 customers are reached").wait_for()
    screen.get_by_text("Does not accept marketing").wait_for()
    screen.get_by_text("Dear Alice,").wait_for()
    merchant.check("broadcast-draft")

    screen.get_by_role("button", name="Schedule…").click()
    screen.get_by_label("Starts at").fill("2099-01-01T00:00")
    screen.get_by_role("button", name="Schedule", exact=True).click()
    screen.get_by_text("It starts by itself").wait_for()
    merchant.check("broadcast-scheduled")
    screen.get_by_role("button", name="Back to draft").click()
    screen.get_by_role("link", name="Change").wait_for()
    screen.get_by_role("button", name="Send now…").click()
    screen.get_by_role("heading", name="Send now?").wait_for()
    merchant.check("broadcast-start")
    screen.get_by_role("button", name="Send now", exact=True).click()
    screen.get_by_role("button", name="Pause").click()
    screen.get_by_role("button", name="Resume").click()
    screen.get_by_role("button", name="Pause").wait_for()
    merchant.check("broadcast-sending")
    broadcast = Broadcast.objects.get()
    sending.run(broadcast.pk)
    screen.get_by_text("What became of it").wait_for()  # it noticed by itself
    assert merchant.toast() == "For {{ group.name }}: Finished"
    bounced = Result(customer_id(people["Bob"].pk), "failed", "The mailbox is full")
    reporting.report(broadcast.pk, 1, [Result(customer_id(people["Alice"].pk), "sent"), bounced])
    screen = merchant.open(f"/broadcasts/{broadcast.pk}")
    screen.get_by_text("What became of it").wait_for()
    screen.get_by_text("Dear Alice,").wait_for()
    merchant.check("broadcast-finished")
    screen.get_by_role("link", name="Recipient by recipient").click()
    screen.get_by_role("cell", name="The mailbox is full").wait_for()
    merchant.check("broadcast-recipients")
    merchant.open("/broadcasts").get_by_role("link", name="For {{ group.name }}").wait_for()
    merchant.check("broadcasts")
    assert Broadcast.objects.get().status == BroadcastStatus.FINISHED


def test_html_is_shown_and_cannot_do_anything(merchant: Dashboard, vip: Any) -> None:
    screen = merchant.open(f"/broadcasts/new?group={vip.pk}")
    screen.get_by_label("Format").select_option("html")
    screen.get_by_label("Title").fill("Sale")
    screen.get_by_label("Text", exact=True).fill(
        "<h1>Dear {{ customer.first_name }}</h1><script>top.document.title = 'taken'</script>"
    )
    letter = screen.frame_locator("#letter iframe")
    letter.get_by_role("heading", name="Dear Alice").wait_for()
    merchant.check("broadcast-html")
    assert merchant.tab.title() != "taken"
