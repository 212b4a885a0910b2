"""Settings of the real Saleor for our suite: its own test settings, plus the plugin.

Saleor's history of migrations takes minutes. Its tables are made from its models instead, and only
our own migrations run, so that they are tested against the real tables; what Saleor's migrations
make beside tables is made by tests/saleor_database.py.
"""

from __future__ import annotations

from saleor.tests.settings import *  # noqa: F403
from saleor.tests.settings import INSTALLED_APPS, PLUGINS

OURS = "saleor_customer_groups"
PLUGIN_PATH = f"{OURS}.plugin.CustomerGroupsPlugin"

if OURS not in INSTALLED_APPS:
    INSTALLED_APPS.append(OURS)
PLUGINS = [*PLUGINS, PLUGIN_PATH]


class _OnlyOurs(dict[str, None]):
    """MIGRATION_MODULES that knows every app but ours, and says of each that it has none."""

    def __contains__(self, label: object) -> bool:
        return label != OURS

    def __getitem__(self, label: str) -> None:
        if label == OURS:
            raise KeyError(label)


MIGRATION_MODULES = _OnlyOurs()
