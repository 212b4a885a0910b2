"""Giving a card to a customer, and putting it on a checkout."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from ..core.utils.promo_code import InvalidPromoCode
from .lock_objects import gift_card_qs_select_for_update
from .models import GiftCard


class GiftCardCannotAssign(Exception):
    """The card was used already."""


def assign_gift_card_to_user(gift_card: GiftCard, user: Any) -> None:
    """From now on only this customer can use the card. Raises GiftCardCannotAssign."""
    with transaction.atomic():
        locked = gift_card_qs_select_for_update().get(pk=gift_card.pk)
        if locked.last_used_on is not None:
            message = "Cannot assign a gift card that was already used in an order."
            raise GiftCardCannotAssign(message)
        locked.checkouts.clear()
        locked.assigned_to = user
        locked.assigned_to_email = user.email
        locked.save(update_fields=["assigned_to", "assigned_to_email"])
        gift_card.assigned_to = user
        gift_card.assigned_to_email = user.email


def add_gift_card_code_to_checkout(
    checkout: Any, email: str, promo_code: str, currency: str
) -> None:
    """Put the card on the checkout. Raises InvalidPromoCode, also for another customer's."""
    active = GiftCard.objects.active(date=datetime.now(UTC).date()).filter(currency=currency)
    card = active.filter(code=promo_code).first()
    if card is None or card.usage_restriction_reason(checkout.user_id):
        raise InvalidPromoCode
    checkout.gift_cards.add(card)
    checkout.save(update_fields=["last_change"])


def deactivate_assigned_gift_cards(users: Any) -> None:
    """Before these customers are deleted: their cards are taken from them and switched off."""
    cards = gift_card_qs_select_for_update().filter(assigned_to__in=users)
    ids = list(cards.values_list("pk", flat=True))
    GiftCard.objects.filter(pk__in=ids).update(assigned_to=None, is_active=False)
