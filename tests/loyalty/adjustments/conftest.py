"""People, groups, balances, and adjustments that nobody runs by himself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from saleor_customer_groups.groups import membership
from saleor_customer_groups.loyalty import purse_queue
from saleor_customer_groups.loyalty.adjustments import steps
from saleor_customer_groups.models import LoyaltyAccount, LoyaltyEntry
from saleor_customer_groups.webhooks import outbox
from tests.groups.conftest import (  # noqa: F401 - fixtures
    _groups_alone,
    alice,
    at_once,
    bob,
    charlie,
    counted,
    customer,
    now,
    tomorrow,
    vip,
)


@pytest.fixture(autouse=True)
def launched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The adjustments whose task was started; none runs by itself."""
    ids: list[int] = []
    monkeypatch.setattr(steps, "launch", ids.append)
    monkeypatch.setattr(outbox, "start", lambda: None)
    monkeypatch.setattr(purse_queue, "start", lambda customer_ids: None)
    return ids


@pytest.fixture
def members(alice: Any, bob: Any, charlie: Any, vip: Any) -> list[int]:  # noqa: F811
    """Alice, Bob and Charlie, who are in VIP."""
    ids = [alice.pk, bob.pk, charlie.pk]
    membership.add(vip, ids, source="manual")
    return ids


@pytest.fixture
def balance() -> Callable[..., int | None]:
    """What a customer has, in smallest units; None without an account."""

    def ask(customer_id: int, unit: str = "credit", currency: str = "USD") -> int | None:
        own = LoyaltyAccount.objects.filter(
            customer_id=customer_id, unit=unit, currency=currency if unit != "points" else ""
        )
        return own.values_list("balance", flat=True).first()

    return ask


@pytest.fixture
def adds_up() -> Callable[[], None]:
    """Assert that each balance is the sum of its entries."""

    def check() -> None:
        for account in LoyaltyAccount.objects.all():
            amounts = LoyaltyEntry.objects.filter(account=account).values_list("amount", flat=True)
            assert sum(amounts) == account.balance

    return check
