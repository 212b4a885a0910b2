"""The App's own address, which the list of extensions and the titles of widgets open."""

from __future__ import annotations

import pytest
from django.test import Client

from saleor_customer_groups import access
from tests.callers import narrow_token_of, staff
from tests.pages.conftest import BASE, Browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["", "/"])
def test_a_browser_gets_the_shell_there(client: Client, path: str) -> None:
    answer = client.get(BASE + path + "?theme=dark")
    assert answer.status_code == 200
    assert 'data-kind="page"' in answer.content.decode()


def test_it_shows_the_groups_under_their_own_address(merchant: Browser) -> None:
    answer = merchant.get("")
    assert answer.status_code == 200
    assert answer["HX-Replace-Url"] == f"{BASE}/groups"
    assert "Standard" in answer.content.decode()


@pytest.mark.parametrize(
    ("permission", "name", "page"),
    [
        (access.ORDERS, "MANAGE_ORDERS", "/prices"),
        (access.APPS, "MANAGE_APPS", "/endpoints"),
    ],
)
def test_who_may_not_see_groups_gets_what_they_may_see(
    client: Client, permission: str, name: str, page: str
) -> None:
    answer = Browser(client, narrow_token_of(staff(permission), name)).get("")
    assert answer.status_code == 200
    assert answer["HX-Replace-Url"] == BASE + page


def test_who_may_see_nothing_is_told_so(storekeeper: Browser) -> None:
    answer = storekeeper.get("")
    assert answer.status_code == 403
    assert "No access" in answer.content.decode()
