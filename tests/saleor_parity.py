"""A pytest plugin for Saleor's own tests: they must not notice ours when there are no groups.

Run in Saleor's folder, with and without `-p tests.saleor_parity_plugin`; CONTRIBUTING.md has the
commands. This module only prepares the database, so that it is the same in both.
"""

from __future__ import annotations

from tests.saleor_database import prepare_before_migrate


def pytest_configure() -> None:
    """Make in the test database what Saleor's migrations would have made."""
    prepare_before_migrate()
