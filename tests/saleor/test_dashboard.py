"""Saleor's Dashboard finds our places and gets tokens that open our pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.host import dashboard
from saleor_customer_groups.host.places import EXTENSIONS
from saleor_customer_groups.models import MembershipSource
from saleor_customer_groups.pages.ids import global_id
from tests.callers import staff, token_of

from .api import Api

# As the Dashboard asks (ExtensionList, App).
EXTENSION_LIST = """query($filter: AppExtensionFilterInput) {
  appExtensions(first: 100, filter: $filter) {
  edges { node { id accessToken label url permissions { code } app { id appUrl name } } } } }"""
APP = "query($id: ID!) { app(id: $id) { id isActive type appUrl accessToken } }"


@pytest.fixture
def merchant(shop: Any) -> Api:
    """Staff with the permission of groups."""
    user = staff("account.manage_users", email="merchant@example.com")
    return Api(token=token_of(user))


def _extensions(api: Api, mount: str) -> list[dict[str, Any]]:
    found = api.send(EXTENSION_LIST, filter={"mountName": [mount.upper()]})
    return [edge["node"] for edge in found["appExtensions"]["edges"]]


def _open(path: str, token: str, **data: Any) -> Any:
    headers = {"HTTP_HX_REQUEST": "true", "HTTP_AUTHORIZATION": f"Bearer {token}"}
    return Client().get(path, data, **headers)


def test_the_dashboard_lists_each_place(merchant: Api) -> None:
    dashboard.sync()
    for one in EXTENSIONS:
        (node,) = _extensions(merchant, one.mount)
        assert node["label"] == one.label
        assert node["app"]["appUrl"] == dashboard.pages_url()
        expected = one.path if one.target == "app_page" else dashboard.pages_url() + one.path
        assert node["url"] == expected


def test_the_token_of_the_app_opens_its_pages(merchant: Api) -> None:
    dashboard.sync()
    (node,) = _extensions(merchant, "navigation_customers")
    app = merchant.send(APP, id=node["app"]["id"])["app"]
    assert (app["isActive"], app["type"]) == (True, "THIRDPARTY")
    answer = _open("/plugins/saleor.customer-groups/pages/groups", app["accessToken"])
    assert answer.status_code == 200
    assert "Standard" in answer.content.decode()


def test_the_token_of_the_widget_opens_it(merchant: Api, alice: Any, vip: Any) -> None:
    dashboard.sync()
    membership.add(vip, [alice.pk], source=MembershipSource.MANUAL)
    (node,) = _extensions(merchant, "customer_details_widgets")
    path = "/plugins/saleor.customer-groups/pages/widgets/customer"
    answer = _open(path, node["accessToken"], customerId=global_id("User", alice.pk))
    assert answer.status_code == 200
    assert "VIP" in answer.content.decode()


def test_staff_without_the_permission_get_no_page(shop: Any) -> None:
    dashboard.sync()
    other = Api(token=token_of(staff("product.manage_products", email="other@example.com")))
    (node,) = _extensions(other, "customer_details_widgets")
    assert node["accessToken"] is None
    app = other.send(APP, id=node["app"]["id"])["app"]
    answer = _open("/plugins/saleor.customer-groups/pages/groups", app["accessToken"])
    assert answer.status_code == 403
    assert "MANAGE_USERS" in answer.content.decode()


def test_the_token_of_the_app_opens_endpoints_to_staff_who_may_manage_apps(shop: Any) -> None:
    dashboard.sync()
    boss = Api(token=token_of(staff("account.manage_users", "app.manage_apps")))
    (node,) = _extensions(boss, "navigation_customers")
    app = boss.send(APP, id=node["app"]["id"])["app"]
    path = "/plugins/saleor.customer-groups/pages/endpoints"
    assert _open(path, app["accessToken"]).status_code == 200
    (widget,) = _extensions(boss, "customer_details_widgets")
    assert _open(path, widget["accessToken"]).status_code == 403


def test_the_files_and_the_shell_need_no_token(shop: Any) -> None:
    editing.create_group("Secret")
    answer = Client().get("/plugins/saleor.customer-groups/pages/groups?theme=dark")
    assert answer.status_code == 200
    assert "Secret" not in answer.content.decode()
    assert 'data-theme="dark"' in answer.content.decode()
    assert "X-Frame-Options" not in answer
