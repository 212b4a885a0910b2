"""Our plugin, active in every one of Saleor's own tests (see saleor_parity.py)."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _customer_groups_active(setup_dummy_gateways: Any, settings: Any) -> None:
    """After Saleor's fixture that replaces the list of plugins.

    As in a shop that runs, the cache knows that there are no group prices.
    """
    # pytest loads this module before Django is set up.
    from django.core.cache import cache

    from saleor_customer_groups.groups import queries
    from saleor_customer_groups.pricing import presence
    from tests.saleor_settings import PLUGIN_PATH

    settings.PLUGINS = [*settings.PLUGINS, PLUGIN_PATH]
    cache.set(presence.KEY, False)
    cache.set(queries.GUEST_GROUP_KEY, queries.NO_GROUP)
