"""Asking for our pages as the Dashboard's frames do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from saleor_customer_groups import access, conf
from tests.callers import bearer, narrow_token_of, staff

BASE = f"/plugins/{conf.PLUGIN_ID}/pages"


@dataclass(frozen=True, slots=True)
class Browser:
    """A frame with a token (or without one)."""

    client: Client
    token: str = ""

    @property
    def headers(self) -> dict[str, str]:
        known = bearer(self.token) if self.token else {}
        return {"HTTP_HX_REQUEST": "true", "HTTP_SEC_FETCH_SITE": "same-origin", **known}

    def get(self, path: str, data: Any = None, **extra: str) -> Any:
        """The fragment at this path after /pages."""
        return self.client.get(BASE + path, data, **{**self.headers, **extra})

    def post(self, path: str, data: Any = None, **extra: str) -> Any:
        """What a form of the page sends."""
        return self.client.post(BASE + path, data or {}, **{**self.headers, **extra})


@pytest.fixture
def nobody(client: Client) -> Browser:
    """A frame without a token."""
    return Browser(client)


@pytest.fixture
def merchant(db: None, client: Client) -> Browser:
    """Staff who may do everything."""
    everything = (access.USERS, access.DISCOUNTS, access.GIFT_CARDS, access.ORDERS, access.APPS)
    user = staff(*everything, email="merchant@example.com")
    names = [name.partition(".")[2].upper() for name in everything]
    return Browser(client, narrow_token_of(user, *names))


@pytest.fixture
def storekeeper(db: None, client: Client) -> Browser:
    """Staff with a permission that opens none of our pages."""
    user = staff("product.manage_products", email="storekeeper@example.com")
    return Browser(client, narrow_token_of(user, "MANAGE_PRODUCTS"))
