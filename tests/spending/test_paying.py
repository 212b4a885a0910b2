"""Which account pays: what expires first, over both."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_customer_groups.loyalty.paying import Available, shares, total

MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
OLD_CREDIT = Available("credit", 500, MAY)
CASHBACK = Available("cashback", 300, JUNE)
CREDIT_FOR_EVER = Available("credit", 1000, None)
CASHBACK_FOR_EVER = Available("cashback", 200, None)


@pytest.mark.parametrize(
    ("case", "amount", "lots", "expected"),
    [
        ("nothing to pay", 0, [OLD_CREDIT], {}),
        ("nothing there", 100, [], {}),
        ("the first to expire", 400, [CASHBACK, OLD_CREDIT], {"credit": 400}),
        ("then the next", 600, [CASHBACK, OLD_CREDIT], {"credit": 500, "cashback": 100}),
        ("what never expires is last", 300, [CREDIT_FOR_EVER, CASHBACK], {"cashback": 300}),
        ("of equals cashback", 250, [CREDIT_FOR_EVER, CASHBACK_FOR_EVER],
         {"cashback": 200, "credit": 50}),
        ("no more than is there", 9999, [OLD_CREDIT, CASHBACK], {"credit": 500, "cashback": 300}),
        ("two lots of one unit", 1200, [CREDIT_FOR_EVER, OLD_CREDIT], {"credit": 1200}),
    ],
)  # fmt: skip
def test_it_takes(case, amount, lots, expected):
    assert shares(amount, lots) == expected


LOTS = st.lists(
    st.builds(
        Available,
        st.sampled_from(["credit", "cashback"]),
        st.integers(1, 10_000),
        st.sampled_from([None, MAY, JUNE]),
    )
)


@given(st.integers(0, 50_000), LOTS)
def test_the_shares_are_the_amount_or_all_there_is_and_no_order_of_lots_matters(amount, lots):
    paid = shares(amount, lots)

    assert sum(paid.values()) == min(amount, total(lots))
    for unit, share in paid.items():
        assert 0 < share <= sum(lot.amount for lot in lots if lot.unit == unit)
    assert shares(amount, list(reversed(lots))) == paid
