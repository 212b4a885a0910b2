"""A month of one customer, as an accountant would read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from saleor_customer_groups.loyalty import expiring, holds, ledger, queries
from saleor_customer_groups.loyalty.rules import Posting

from .conftest import problems

pytestmark = pytest.mark.django_db
MARCH = datetime(2026, 3, 1, 9, tzinfo=UTC)


def day(number: int) -> datetime:
    """Nine o'clock on that day of March."""
    return MARCH + timedelta(days=number - 1)


def test_alices_march(alice):
    def post(amount, kind, key, now, **fields):
        posting = Posting(
            customer_id=alice.pk,
            unit="credit",
            currency="USD",
            amount=Decimal(amount),
            kind=kind,
            key=key,
            source="order",
            **fields,
        )
        return ledger.post(posting, now=now)

    # A gift of 20 that lasts until the 15th; then 6.40 for an order, for good.
    post("20.00", "award", "award:welcome", day(1), expires_at=day(15))
    earned = post("6.40", "earn", "earn:order-1", day(3))
    # She pays 12 of a basket, which a checkout holds first; 9 of it are needed in the end.
    held = holds.hold(
        customer_id=alice.pk,
        unit="credit",
        currency="USD",
        amount=Decimal("12.00"),
        key="hold:checkout-2",
        expires_at=day(6),
        now=day(5),
    )
    holds.capture(held.entry_id, amount=Decimal("9.00"), now=day(5))
    # A third of order 2 is returned: 3 of the 9 come back, into the gift.
    ledger.reverse(
        held.entry_id, amount=Decimal("3.00"), key="refund:order-2", source="order", now=day(10)
    )
    # The gift expires with what is left of it.
    expiring.expire_due(day(15))
    # Order 1 is returned as well, and what it earned goes.
    post("1.00", "award", "award:sorry", day(20))
    ledger.reverse(earned.entry_id, key="refund:order-1", source="order", now=day(21))

    lines = queries.statement(alice.pk, unit="credit", currency="USD")
    assert [
        (line.at.day, line.kind, str(line.amount), str(line.balance)) for line in reversed(lines)
    ] == [
        (1, "award", "20.00", "20.00"),
        (3, "earn", "6.40", "26.40"),
        (5, "hold", "-12.00", "14.40"),
        (5, "release", "3.00", "17.40"),
        (10, "reverse", "3.00", "20.40"),
        (15, "expire", "-14.00", "6.40"),
        (20, "award", "1.00", "7.40"),
        (21, "reverse", "-6.40", "1.00"),
    ]
    assert problems() == []
