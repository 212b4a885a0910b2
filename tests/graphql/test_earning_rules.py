"""The rules by which orders earn, in the API."""

from __future__ import annotations

import pytest

from tests.pricing.conftest import *  # noqa: F403

pytestmark = pytest.mark.django_db
