"""A customer's credit as Saleor's own API shows it to them: a gift card that is their purse."""

from __future__ import annotations

from typing import Any

from saleor.giftcard.models import GiftCard

from saleor_customer_groups.host.giftcards import PUBLIC_KEY


def purse_of(customer: Any, currency: str) -> GiftCard | None:
    """The card with the customer's credit in the currency; None while there is nothing on it."""
    if not customer.is_authenticated:
        return None
    own = GiftCard.objects.filter(
        assigned_to=customer, currency=currency, metadata__has_key=PUBLIC_KEY, is_active=True
    )
    found: GiftCard | None = own.filter(current_balance_amount__gt=0).first()
    return found
