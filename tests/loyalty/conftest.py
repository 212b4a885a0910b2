"""People, and short words for what is done to their balances."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from saleor_customer_groups.loyalty import ledger, verifying
from saleor_customer_groups.loyalty.rules import Posted, Posting
from saleor_customer_groups.models import LoyaltyAccount
from saleor_customer_groups.webhooks import outbox
from tests.emptying import APPEND_ONLY

# The means to make people, and to let things happen at the same time, are those of the groups.
from tests.groups.conftest import alice, at_once, bob, charlie, counted, customer

__all__ = ["alice", "at_once", "bob", "charlie", "counted", "customer"]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = itertools.count(1)


@pytest.fixture(autouse=True)
def _ledger_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No task dispatches events."""
    monkeypatch.setattr(outbox, "start", lambda: None)


def key(prefix: str = "test") -> str:
    """One that was never used."""
    return f"{prefix}:{next(KEYS)}"


def points(customer: Any, amount: int, **fields: Any) -> Posted:
    """Give (award) or take (spend) points: points(alice, 100, expires_at=…)."""
    now = fields.pop("now", NOW)
    given: dict[str, Any] = {
        "unit": "points",
        "kind": "award" if amount > 0 else "spend",
        "source": "manual",
        "key": fields.pop("key", None) or key(),
    }
    customer_id = getattr(customer, "pk", customer)
    return ledger.post(Posting(customer_id=customer_id, amount=amount, **(given | fields)), now=now)


def credit(customer: Any, amount: str, currency: str = "USD", **fields: Any) -> Posted:
    """The same with money: credit(alice, "12.50")."""
    units = Decimal(amount)
    kind = "award" if units > 0 else "spend"
    return points(
        customer, units, **({"unit": "credit", "currency": currency, "kind": kind} | fields)
    )


def balance_of(customer: Any, unit: str = "points", currency: str = "") -> int:
    """What stands in the account, in smallest units; 0 without an account."""
    found = LoyaltyAccount.objects.filter(
        customer_id=getattr(customer, "pk", customer), unit=unit, currency=currency
    ).first()
    return found.balance if found else 0


def problems() -> list[str]:
    """What does not add up, a code each."""
    return [finding.code for finding in verifying.verify()]


@contextmanager
def tampering() -> Iterator[Any]:
    """A cursor of somebody who may switch the triggers off."""
    with transaction.atomic(), connection.cursor() as cursor:
        # No table is altered while checks of it wait for the end of the transaction.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        yield cursor
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def now() -> datetime:
    return NOW
