"""Secrets at rest."""

from __future__ import annotations

import pytest
from django.test import override_settings

from saleor_customer_groups import vault
from saleor_customer_groups.errors import Refused


def test_it_keeps_a_secret_unreadable_and_gives_it_back() -> None:
    sealed = vault.seal("whsec_zażółć")
    assert "whsec" not in sealed
    assert vault.seal("whsec_zażółć") != sealed
    assert vault.unseal(sealed) == "whsec_zażółć"


def test_it_reads_what_was_sealed_under_the_key_before() -> None:
    with override_settings(SECRET_KEY="old"):
        sealed = vault.seal("secret")
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        assert vault.unseal(sealed) == "secret"


def test_it_refuses_without_the_key_and_says_why() -> None:
    with override_settings(SECRET_KEY="old"):
        sealed = vault.seal("secret")
    with override_settings(SECRET_KEY="new"), pytest.raises(Refused) as refusal:
        vault.unseal(sealed)
    assert refusal.value.code == "secret_unreadable"
    assert "SECRET_KEY has changed" in refusal.value.message
