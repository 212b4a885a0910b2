"""Our plugin, active in every one of Saleor's own tests (see saleor_parity.py)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.saleor_settings import PLUGIN_PATH


@pytest.fixture(autouse=True)
def _customer_groups_active(setup_dummy_gateways: Any, settings: Any) -> None:
    """After Saleor's fixture that replaces the list of plugins."""
    settings.PLUGINS = [*settings.PLUGINS, PLUGIN_PATH]
