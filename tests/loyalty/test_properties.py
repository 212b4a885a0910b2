"""Whatever happens in whatever order, the ledger adds up (L5)."""

from __future__ import annotations

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.stateful import run_state_machine_as_test

from .conftest import balance_of, key, points
from .machine import LedgerMachine

pytestmark = pytest.mark.django_db
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
SHORT = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=QUIET
)


class InATransaction(LedgerMachine):
    """Each example leaves nothing behind."""

    def __init__(self) -> None:
        super().__init__()
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)


def test_l5_whatever_happens_the_ledger_adds_up_and_does_as_the_model_does():
    run_state_machine_as_test(InATransaction, settings=SHORT)


@settings(max_examples=10, deadline=None, suppress_health_check=QUIET)
@given(amounts=some.lists(some.integers(1, 1_000), min_size=2, max_size=8), seed=some.integers())
def test_l5_the_order_of_independent_earnings_does_not_matter(alice, bob, amounts, seed):
    shuffled = random.Random(seed).sample(amounts, len(amounts))
    before = balance_of(alice), balance_of(bob)
    for one, other in zip(amounts, shuffled, strict=True):
        points(alice, one, key=key())
        points(bob, other, key=key())

    assert balance_of(alice) - before[0] == balance_of(bob) - before[1] == sum(amounts)
