"""MANAGE_APPS, which no App may hold: on a page of ours the staff have it of their own."""

from __future__ import annotations

import pytest
from saleor.app.models import App

from saleor_customer_groups import access
from saleor_customer_groups.host import dashboard
from saleor_customer_groups.host.places import APP_PERMISSIONS
from saleor_customer_groups.models import WebhookEndpoint
from tests.callers import bearer, frame_token_of, permissions, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db
NEW = {"name": "CRM", "url": "https://crm.example.com/hooks", "hears": "everything"}
EXTENSION = "QXBwRXh0ZW5zaW9uOjE="


@pytest.fixture
def our_app(db):
    permissions(*APP_PERMISSIONS)
    dashboard.sync()
    return App.objects.get()


@pytest.fixture
def boss(db):
    """Staff who may manage customers and Apps."""
    return staff(access.USERS, access.APPS)


def test_our_app_does_not_hold_it(our_app):
    assert access.APPS not in our_app.get_permissions()


def test_the_token_of_our_page_opens_endpoints_to_who_has_it(client, our_app, boss):
    browser = Browser(client, frame_token_of(boss, our_app, "MANAGE_USERS"))

    made = browser.post("/endpoints/new", NEW)

    assert made.status_code == 200
    assert WebhookEndpoint.objects.get().name == "CRM"
    assert "/pages/endpoints" in browser.get("/groups").content.decode()


@pytest.mark.parametrize("case", ["staff lack it", "a widget", "another App", "our App is off"])
def test_no_other_token_does(client, our_app, boss, case):
    app, user = our_app, boss
    if case == "staff lack it":
        user = staff(access.USERS, email="other@example.com")
    if case == "another App":
        app = App.objects.create(name="Other")
    if case == "our App is off":
        App.objects.update(is_active=False)
    extension = EXTENSION if case == "a widget" else ""
    browser = Browser(client, frame_token_of(user, app, "MANAGE_USERS", extension=extension))

    refused = browser.post("/endpoints/new", NEW)

    assert refused.status_code == 403
    assert "MANAGE_APPS" in refused.content.decode()
    assert not WebhookEndpoint.objects.exists()
    assert "/pages/endpoints" not in browser.get("/groups").content.decode()


def test_in_the_api_the_token_opens_no_more_than_it_says(client, our_app, boss):
    token = frame_token_of(boss, our_app, "MANAGE_USERS")

    answer = client.post(
        "/plugins/saleor.customer-groups/graphql/",
        {"query": "{ webhookEndpoints(first: 1) { totalCount } }"},
        content_type="application/json",
        **bearer(token),
    )

    assert "MANAGE_APPS" in answer.json()["errors"][0]["message"]
