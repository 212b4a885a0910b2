"""A seeded shop, and a browser in front of it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from tests.sandbox.browser import Browser


@pytest.fixture
def shop(db, transactional_db, settings) -> None:
    """The demo's shop. Real commits, so that what follows a commit happens in the same request."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("seed", stdout=StringIO())


@pytest.fixture
def browser(shop) -> Browser:
    """A browser of somebody who is not signed in."""
    return Browser()
