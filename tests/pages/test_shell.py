"""The public shell, and what every answer of our pages carries."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from saleor_customer_groups import conf
from saleor_customer_groups.pages import assets
from saleor_customer_groups.pages.origins import origin_of, origins
from tests.pages.conftest import BASE, Browser

pytestmark = pytest.mark.django_db

GROUPS = f"{BASE}/groups"


def test_a_browser_without_a_token_gets_an_empty_page(client: Client) -> None:
    answer = client.get(GROUPS)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Standard" not in text
    assert re.findall(r"<script(?![^>]* src=)", text) == []
    assert re.findall(r" (style|on\w+)=", text) == []


def test_only_the_dashboard_may_frame_a_page(client: Client, settings: Any) -> None:
    settings.SALEOR_CUSTOMER_GROUPS = {"DASHBOARD_ORIGINS": ["https://dash.example.com/"]}
    answer = client.get(GROUPS)
    assert answer["Content-Security-Policy"] == (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
        "frame-ancestors 'self' https://dash.example.com"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert 'name="dashboard-origins" content="https://dash.example.com"' in answer.content.decode()


def test_a_fragment_carries_the_same_headers(merchant: Browser, client: Client) -> None:
    names = ("Content-Security-Policy", "X-Content-Type-Options", "Cache-Control")
    shell, fragment = client.get(GROUPS), merchant.get("/groups")
    assert [fragment[name] for name in names] == [shell[name] for name in names]


@pytest.mark.parametrize(
    ("query", "attribute"),
    [
        ("?theme=dark", ' data-theme="dark"'),
        ("?theme=dark&theme=light", ' data-theme="light"'),  # the Dashboard's own comes last
        ("?theme=%22%3E%3Cscript%3E", ""),
        ("", ""),
    ],
)
def test_the_theme_is_there_from_the_first_byte(client: Client, query: str, attribute: str) -> None:
    assert f'<html lang="en"{attribute}>' in client.get(GROUPS + query).content.decode()


def test_no_parameter_gets_into_the_shell(client: Client) -> None:
    answer = client.get(GROUPS + "?saleorApiUrl=https://evil.example/&domain=evil.example")
    assert b"evil" not in answer.content


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://dash.example.com/dashboard/", "https://dash.example.com"),
        ("http://localhost:9000", "http://localhost:9000"),
        ("HTTPS://Dash.Example.com", None),
        ("dash.example.com", None),
        ("javascript:alert(1)", None),
        ("https://dash.example.com; script-src *", None),
        ("https://user@dash.example.com", None),
    ],
)
def test_an_origin_is_read_from_an_address(text: str, origin: str | None) -> None:
    assert origin_of(text) == origin


def test_without_a_word_of_it_the_dashboard_is_where_saleor_sends_people_back(
    settings: Any,
) -> None:
    settings.SALEOR_CUSTOMER_GROUPS = {}
    settings.ALLOWED_CLIENT_HOSTS = ["dash.example.com", ".example.org", "*"]
    assert origins("") == ("'self'", "https://dash.example.com:*", "https://*.example.org:*")
    assert origins("https://a.example") == ("'self'", "https://a.example")


def test_files_are_served_for_ever_under_their_version(client: Client) -> None:
    address = f"/plugins/{conf.PLUGIN_ID}/assets"
    answer = client.get(f"{address}/{assets.version()}/look.css")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    again = client.get(f"{address}/{assets.version()}/look.css", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{address}/older/look.css")["Cache-Control"] == "no-cache"
    assert client.get(f"{address}/older/nothing.css").status_code == 404
    assert client.get(f"{address}/older/..%2F..%2Fplugin.py").status_code == 404
