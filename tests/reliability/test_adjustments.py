"""A million customers, and workers that are killed."""

from __future__ import annotations

import time

import pytest

from tests.loyalty.adjustments.conftest import launched
from tests.loyalty.adjustments.killing import check_killed_award, check_killed_reversal

__all__ = ["launched"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.reliability]
SIZE = 1_000_000


def test_l1_l12_a_million_are_given_and_taken_back_by_workers_that_are_killed(settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"PURSES": False}
    began = time.monotonic()
    adjustment = check_killed_award(SIZE, kills=12)
    given = time.monotonic()
    check_killed_reversal(adjustment, SIZE, kills=5)
    taken = time.monotonic()

    print(f"\na million given in {given - began:.0f} s with the crowd made before, 12 kills; ")
    print(f"taken back in {taken - given:.0f} s, 5 kills")
