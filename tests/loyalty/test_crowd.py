"""A hundred thousand accounts; a million are among the long tests."""

from __future__ import annotations

import pytest

from .crowd import check_a_crowd

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.any_host
def test_l10_a_hundred_thousand_accounts_are_rebuilt_and_the_flipped_one_is_named():
    check_a_crowd(100_000)
