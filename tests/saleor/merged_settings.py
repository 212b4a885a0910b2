"""Settings of the real Saleor with our API in its own endpoint."""

from __future__ import annotations

from tests.saleor_settings import *  # noqa: F403

SALEOR_CUSTOMER_GROUPS = {"MERGE_GRAPHQL": True}
