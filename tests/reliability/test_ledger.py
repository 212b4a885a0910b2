"""The ledger for minutes: many random histories, and a million accounts."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.loyalty.conftest import _ledger_alone
from tests.loyalty.crowd import check_a_crowd
from tests.loyalty.test_properties import QUIET, InATransaction

__all__ = ["_ledger_alone"]

pytestmark = pytest.mark.reliability
LONG = settings(
    max_examples=300, stateful_step_count=50, deadline=None, suppress_health_check=QUIET
)


@pytest.mark.django_db
def test_l5_whatever_happens_the_ledger_adds_up_and_does_as_the_model_does():
    run_state_machine_as_test(InATransaction, settings=LONG)


@pytest.mark.django_db(transaction=True)
def test_l10_a_million_accounts_are_rebuilt_and_the_flipped_one_is_named():
    check_a_crowd(1_000_000)
