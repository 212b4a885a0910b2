"""A merchant connects other systems: an endpoint that hears, and a trigger that is called."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_customer_groups.groups import editing
from saleor_customer_groups.models import Trigger, WebhookDelivery, WebhookEndpoint
from saleor_customer_groups.webhooks import deliveries, delivering
from saleor_customer_groups.webhooks.answers import Answer
from tests.browser.conftest import Dashboard


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No task delivers by itself."""
    monkeypatch.setattr(deliveries, "start", lambda endpoint_id: None)


def test_an_endpoint_is_made_tested_and_given_a_new_secret(
    merchant: Dashboard, by_hand: None
) -> None:
    screen = merchant.open("/endpoints")
    merchant.check("endpoints-empty")
    screen.get_by_role("link", name="Create the first endpoint").click()
    screen.get_by_label("Name", exact=True).fill("CRM")
    screen.get_by_label("Address").fill("http://crm.example.com")
    screen.get_by_label("Hears").select_option("some")
    screen.get_by_label("Customers joined a group.").check()
    screen.get_by_role("button", name="Create endpoint").click()
    screen.locator(".field.wrong").wait_for()
    merchant.check("endpoint-new-error")
    screen.get_by_label("Address").fill("https://crm.example.com/hooks")
    screen.get_by_role("button", name="Create endpoint").click()
    screen.get_by_role("heading", name="The secret of CRM").wait_for()
    merchant.check("endpoint-secret")
    secret = screen.get_by_label("Secret", exact=True).input_value()
    assert secret.startswith("whsec_")
    screen.get_by_role("button", name="Copy: Secret").click()
    assert merchant.toast() == "Copied."
    screen.get_by_role("link", name="I have kept it").click()
    screen.get_by_text("Nothing was sent yet").wait_for()
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.names == ["membership.joined"]

    screen.get_by_role("button", name="Send a ping").click()
    screen.get_by_text("It is being sent…").wait_for()
    merchant.check("endpoint-ping")
    delivering.deliver(endpoint.pk, lambda url, body, headers: Answer(status=204, took_ms=8))
    screen.get_by_text("Arrived").wait_for()  # the page asked again by itself
    assert WebhookDelivery.objects.get().state == "delivered"

    screen.get_by_role("link", name="← CRM").click()
    screen.get_by_role("button", name="Send again…").click()
    screen.get_by_role("heading", name="Send again").wait_for()
    merchant.check("endpoint-replay")
    screen.get_by_label("What", exact=True).select_option("all")
    screen.get_by_label("Before").wait_for()
    merchant.tab.keyboard.press("Escape")
    screen.get_by_role("link", name="Settings").click()
    screen.get_by_role("button", name="New secret…").click()
    screen.get_by_role("heading", name="A new secret for CRM?").wait_for()
    merchant.check("endpoint-rotate")
    screen.get_by_role("button", name="Make a new secret").click()
    screen.get_by_role("heading", name="The secret of CRM").wait_for()
    assert screen.get_by_label("Secret", exact=True).input_value() != secret
    screen.get_by_role("link", name="I have kept it").click()
    screen.get_by_text("Two secrets").wait_for()


def test_a_trigger_is_made(merchant: Dashboard) -> None:
    editing.create_group("VIP")
    screen = merchant.open("/endpoints/triggers")
    merchant.check("triggers-empty")
    screen.get_by_role("link", name="Create the first trigger").click()
    screen.get_by_label("Name", exact=True).fill("Till")
    merchant.check("trigger-new")
    screen.get_by_label("What a call does").select_option("members_add")
    picker: Any = screen.get_by_role("combobox", name="Group")
    picker.press_sequentially("vip")
    screen.get_by_role("option", name="VIP").click()
    screen.get_by_role("button", name="Create trigger").click()
    screen.get_by_role("heading", name="The secret of Till").wait_for()
    merchant.check("trigger-secret")
    assert Trigger.objects.get().config == {"group": "vip"}
    screen.get_by_role("link", name="I have kept it").click()
    screen.get_by_text("Nobody has called yet").wait_for()
    merchant.check("trigger")
    screen.get_by_role("link", name="Edit").click()
    screen.get_by_role("heading", name="Settings of Till").wait_for()
    merchant.check("trigger-settings")
    screen.get_by_label("Name", exact=True).fill("Counter")
    screen.get_by_label("It takes calls").uncheck()
    screen.get_by_role("button", name="Save").click()
    screen.get_by_role("heading", name="Counter", exact=True).wait_for()
    changed = Trigger.objects.get()
    assert (changed.enabled, changed.config) == (False, {"group": "vip"})
