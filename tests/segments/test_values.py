"""Durations, and the days on which anniversaries are kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from saleor_customer_groups.segments.fields.comparing import anniversaries, holds_for_zero
from saleor_customer_groups.segments.values import Duration


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T09:30:00").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "duration", "before", "after"),
    [
        ("2026-03-31", Duration(1, "months"), "2026-02-28", "2026-04-30"),
        ("2024-01-31", Duration(1, "months"), "2023-12-31", "2024-02-29"),
        ("2026-12-15", Duration(12, "months"), "2025-12-15", "2027-12-15"),
        ("2026-12-31", Duration(2, "months"), "2026-10-31", "2027-02-28"),
        ("2026-03-01", Duration(1, "days"), "2026-02-28", "2026-03-02"),
        ("2026-03-01", Duration(48, "hours"), "2026-02-27", "2026-03-03"),
        ("2026-03-01", Duration(1_440, "minutes"), "2026-02-28", "2026-03-02"),
    ],
)
def test_a_duration_moves_a_moment(now, duration, before, after):
    assert duration.before(at(now)) == at(before)
    assert duration.after(at(now)) == at(after)


@pytest.mark.parametrize(
    ("now", "days", "expected"),
    [
        ("2026-02-27", 2, ["02-27", "02-28", "02-29", "03-01"]),
        ("2028-02-27", 2, ["02-27", "02-28", "02-29"]),
        ("2028-02-28", 0, ["02-28"]),
        ("2026-02-28", 0, ["02-28", "02-29"]),
        ("2026-03-01", 0, ["03-01"]),
        ("2026-12-31", 1, ["01-01", "12-31"]),
    ],
)
def test_an_anniversary_is_kept_every_year(now, days, expected):
    operator = "anniversary_within" if days else "anniversary_today"

    assert anniversaries(operator, Duration(days, "days"), at(now)) == expected


@pytest.mark.parametrize("operator", ["eq", "gte", "gt", "lte", "lt"])
@pytest.mark.parametrize("value", [-1, 0, 1])
def test_whether_zero_holds(operator, value):
    symbol = {"eq": "==", "gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}[operator]

    assert holds_for_zero(operator, value) is eval(f"0 {symbol} {value}")
