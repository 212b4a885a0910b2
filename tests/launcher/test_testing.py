"""The last lines of `make test`: what ran where."""

from __future__ import annotations

from collections import Counter

import pytest

from launcher.testing import Outcome, closing_line, counts_in


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("=== 3 passed in 0.12s ===", {"passed": 3}),
        (
            "= 1 failed, 20 passed, 2 skipped in 61.00s (0:01:01) =",
            {"failed": 1, "passed": 20, "skipped": 2},
        ),
        ("1 error in 0.5s", {"error": 1}),
        ("no tests ran in 0.01s", {}),
    ],
)
def test_the_numbers_are_read_from_pytests_last_line(line: str, counts: dict[str, int]) -> None:
    assert counts_in(line) == counts


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome("sandbox", 0, Counter(passed=3)), "sandbox: 3 passed"),
        (
            Outcome("real Saleor 3.23.28", 1, Counter(failed=1, passed=2)),
            "real Saleor 3.23.28: 1 failed, 2 passed  <-- FAILED, code 1",
        ),
        (Outcome("sandbox", 4, Counter()), "sandbox: no tests ran  <-- FAILED, code 4"),
    ],
)
def test_a_suite_is_one_sentence(outcome: Outcome, sentence: str) -> None:
    assert outcome.sentence() == sentence


def test_the_closing_line_counts_all_suites() -> None:
    outcomes = [
        Outcome("sandbox", 0, Counter(passed=3, skipped=1)),
        Outcome("real Saleor 3.23.28", 0, Counter(passed=4)),
    ]

    assert closing_line(outcomes, 75.5).strip("= ") == "7 passed, 1 skipped in 75.50s"
