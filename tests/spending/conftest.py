"""A customer with a purse, and short words for what a shop does to a gift card."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.utils import timezone

from saleor_customer_groups.host import spending
from saleor_customer_groups.loyalty import purse_queue
from saleor_customer_groups.models import Purse

# The people and the ledger's short words are those of loyalty.
from tests.loyalty.conftest import _ledger_alone, alice, at_once, bob, charlie, customer

__all__ = ["_ledger_alone", "alice", "at_once", "bob", "charlie", "customer"]

WEEK = timedelta(days=7)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Nothing here is about a Saleor whose gift cards cannot be assigned."""
    if purse_queue.can_assign():
        return
    for item in items:
        if "/tests/spending/" in str(item.path):
            item.add_marker(pytest.mark.skip(reason="needs Saleor 3.23.19"))


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No task sets cards: the tests say when."""
    monkeypatch.setattr(purse_queue, "start", lambda customer_ids: None)


@pytest.fixture
def channel(db: None) -> Any:
    return apps.get_model("channel", "Channel").objects.create(
        name="Main", slug="main", currency_code="USD", default_country="US"
    )


def cards() -> Any:
    return apps.get_model("giftcard", "GiftCard").objects


def events() -> Any:
    return apps.get_model("giftcard", "GiftCardEvent").objects


def card_of(customer: Any, currency: str = "USD") -> Any:
    """The customer's card as it stands."""
    return cards().get(
        pk=Purse.objects.get(customer_id=customer.pk, currency=currency).gift_card_id
    )


def on_card(customer: Any, currency: str = "USD") -> Decimal:
    balance: Decimal = card_of(customer, currency).current_balance_amount
    return balance


def synced(customer: Any) -> Any:
    """The customer's card after it was set."""
    spending.sync(customer.pk)
    return card_of(customer)


def order(customer: Any, channel: Any, *, checkout: Any = None, **fields: Any) -> Any:
    return apps.get_model("order", "Order").objects.create(
        user=customer,
        channel=channel,
        currency="USD",
        lines_count=0,
        origin="checkout",
        checkout_token=str(checkout or uuid4()),
        **fields,
    )


def pay(customer: Any, channel: Any, amount: str, *, checkout: Any = None, **fields: Any) -> Any:
    """What Saleor does when an order is paid with the card; the order."""
    return pay_for(order(customer, channel, checkout=checkout, **fields), amount)


def pay_for(made: Any, amount: str) -> Any:
    """The same for an order that there is; the order."""
    card = card_of(made.user)
    before = card.current_balance_amount
    card.current_balance_amount = before - Decimal(amount)
    card.last_used_on = timezone.now()
    card.save()
    tell(card, "used_in_order", before, order=made)
    return made


def change(customer: Any, amount: str, **fields: Any) -> None:
    """What Saleor does when staff set the balance."""
    card = card_of(customer)
    before = card.current_balance_amount
    card.current_balance_amount = Decimal(amount)
    card.initial_balance_amount = max(card.initial_balance_amount, card.current_balance_amount)
    card.save()
    tell(card, "balance_reset", before, **fields)


def refund(customer: Any, amount: str, made: Any) -> None:
    """What Saleor does when a payment by the card is refunded."""
    card = card_of(customer)
    before = card.current_balance_amount
    card.current_balance_amount = before + Decimal(amount)
    card.save()
    tell(card, "refunded_in_order", before, order=made)


def tell(card: Any, kind: str, before: Decimal, **fields: Any) -> None:
    balance = {
        "currency": card.currency,
        "current_balance": card.current_balance_amount,
        "old_current_balance": before,
    }
    events().create(gift_card=card, type=kind, parameters={"balance": balance}, **fields)
