"""Workers that are killed leave nothing half done, and nothing done twice."""

from __future__ import annotations

import pytest

from .killing import check_killed_award, check_killed_reversal

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = 3_000


def test_l1_l12_workers_killed_while_they_give_and_while_they_take_back(settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"ADJUST_CHUNK": 50, "PURSES": False}

    adjustment = check_killed_award(SIZE, kills=8)
    check_killed_reversal(adjustment, SIZE, kills=5)
