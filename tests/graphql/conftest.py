"""Callers of the API."""

from __future__ import annotations

import pytest

from tests import callers

from .api import Api, staff_api
from .catalogue import Catalogue, stock


@pytest.fixture(autouse=True)
def _our_plugin(settings, db):
    """On the real Saleor its own fixtures replace the plugins in every test."""
    settings.PLUGINS = ["saleor_customer_groups.plugin.CustomerGroupsPlugin"]


@pytest.fixture
def nobody() -> Api:
    """No token."""
    return Api()


@pytest.fixture
def boss(db: None) -> Api:
    """Staff who may everything."""
    return Api(callers.token_of(callers.staff(is_superuser=True, email="boss@example.com")))


@pytest.fixture
def users_staff(db: None) -> Api:
    """Staff who manage customers."""
    return staff_api("account.manage_users")


@pytest.fixture
def wrong_staff(db: None) -> Api:
    """Staff with a permission that opens nothing of ours."""
    token = callers.token_of(callers.staff("product.manage_products", email="wrong@example.com"))
    return Api(token)


@pytest.fixture
def prices_staff(db: None) -> Api:
    """Staff who manage prices."""
    token = callers.token_of(callers.staff("discount.manage_discounts", email="prices@example.com"))
    return Api(token)


@pytest.fixture
def catalogue(db: None) -> Catalogue:
    """What the shop sells."""
    return stock()
