"""Who gets a fragment, and who does not: nobody, somebody without the permission, a forgery."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest
from django.apps import apps
from django.test import Client

from saleor_customer_groups import access, conf
from saleor_customer_groups.host import dashboard
from saleor_customer_groups.host.places import APP_PERMISSIONS
from saleor_customer_groups.models import CustomerGroup
from saleor_customer_groups.pages.ids import global_id
from tests.callers import customer, narrow_token_of, permissions, staff, token_of
from tests.pages.conftest import BASE, Browser

pytestmark = pytest.mark.django_db

CREATE = {"name": "VIP", "kind": "manual"}


def _groups() -> list[str]:
    return list(CustomerGroup.objects.values_list("name", flat=True))


def test_without_a_token_there_is_no_fragment(nobody: Browser) -> None:
    for answer in (nobody.get("/groups"), nobody.post("/groups/new", CREATE)):
        assert answer.status_code == 401
        assert answer["HX-Retarget"] == "#screen"
        assert "Signed out" in answer.content.decode()
    assert _groups() == ["Standard"]


def test_an_expired_token_is_none(client: Client) -> None:
    token = narrow_token_of(staff(access.USERS), "MANAGE_USERS", expired=True)
    assert Browser(client, token).get("/groups").status_code == 401


def test_a_forged_token_is_none(client: Client) -> None:
    token = token_of(staff(access.USERS))[:-4] + "AAAA"
    assert Browser(client, token).get("/groups").status_code == 401


def test_a_session_is_no_token(client: Client) -> None:
    client.cookies["token"] = token_of(staff(access.USERS))
    assert Browser(client).get("/groups").status_code == 401


def test_a_customer_sees_nothing(client: Client) -> None:
    answer = Browser(client, token_of(customer())).get("/groups")
    assert answer.status_code == 403
    assert "Standard" not in answer.content.decode()


def test_who_lacks_the_permission_is_told_which(storekeeper: Browser) -> None:
    answer = storekeeper.post("/groups/new", CREATE)
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "No access" in text
    assert '<span class="pill">MANAGE_USERS</span>' in text
    assert _groups() == ["Standard"]


def test_who_lacks_it_is_led_to_what_they_may_see(client: Client) -> None:
    robots = Browser(client, narrow_token_of(staff(access.APPS), "MANAGE_APPS"))
    answer = robots.get("/groups")
    assert answer.status_code == 403
    assert re.findall(r'<a href="([^"]+)"', answer.content.decode()) == [f"{BASE}/endpoints"]


@pytest.mark.parametrize(
    ("path", "permission"),
    [("/widgets/product", "MANAGE_DISCOUNTS"), ("/popups/add-to-group", "MANAGE_USERS")],
)
def test_the_dashboard_gives_no_token_to_a_card_that_staff_may_not_see(
    nobody: Browser, path: str, permission: str
) -> None:
    answer = nobody.get(path)
    assert answer.status_code == 401
    assert "No access" in answer.content.decode()
    assert re.findall('<span class="pill">(.*?)</span>', answer.content.decode()) == [permission]


def test_a_popup_whose_token_has_ended_leads_to_the_page_that_does_the_same(client: Client) -> None:
    permissions(*APP_PERMISSIONS)
    dashboard.sync()
    token = narrow_token_of(staff(access.USERS), "MANAGE_USERS", expired=True)
    answer = Browser(client, token).get("/popups/add-to-group?customerIds=VXNlcjox%2CVXNlcjoy")
    assert answer.status_code == 401
    (address,) = re.findall(r'data-dashboard="([^"]+)"', answer.content.decode())
    app = apps.get_model("app", "App").objects.get()
    assert unescape(address) == (
        f"/extensions/app/{quote(global_id('App', app.pk))}/customers/chosen"
        "?customerIds=VXNlcjox%2CVXNlcjoy"
    )


def test_a_forged_token_of_a_popup_leads_nowhere(client: Client) -> None:
    token = token_of(staff(access.USERS))[:-4] + "AAAA"
    answer = Browser(client, token).get("/popups/add-to-group")
    assert answer.status_code == 401
    assert "data-dashboard" not in answer.content.decode()


def test_who_has_it_may(merchant: Browser) -> None:
    answer = merchant.post("/groups/new", CREATE)
    assert answer.status_code == 200
    group = CustomerGroup.objects.get(name="VIP")
    link = f"/plugins/{conf.PLUGIN_ID}/pages/groups/{group.pk}"
    assert answer["HX-Location"] == f'{{"path": "{link}", "target": "#screen"}}'
    assert "VIP was created." in answer["HX-Trigger"]


def test_to_read_is_not_to_change(client: Client) -> None:
    reader = Browser(client, narrow_token_of(staff(access.DISCOUNTS), "MANAGE_DISCOUNTS"))
    group = CustomerGroup.objects.get()
    assert reader.get(f"/groups/{group.pk}/settings").status_code == 200
    sent = {"name": "Other", "slug": "other", "colour": ""}
    assert reader.post(f"/groups/{group.pk}/settings", sent).status_code == 403
    assert _groups() == ["Standard"]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_site_cannot_send_a_form(merchant: Browser, site: str) -> None:
    answer = merchant.post("/groups/new", CREATE, HTTP_SEC_FETCH_SITE=site)
    assert answer.status_code == 403
    assert _groups() == ["Standard"]


def test_an_old_browser_tells_the_origin(merchant: Browser) -> None:
    headers = {key: text for key, text in merchant.headers.items() if "FETCH" not in key}
    for origin, status in (("https://evil.example", 403), ("http://testserver", 200)):
        answer = merchant.client.post(f"{BASE}/groups/new", CREATE, HTTP_ORIGIN=origin, **headers)
        assert answer.status_code == status


def test_a_form_that_comes_as_a_plain_post_needs_the_token_too(client: Client) -> None:
    assert client.post(f"{BASE}/groups/new", CREATE).status_code == 401


def test_other_methods_are_refused(client: Client) -> None:
    assert client.put(f"{BASE}/groups").status_code == 405
    assert client.delete(f"{BASE}/groups").status_code == 405
