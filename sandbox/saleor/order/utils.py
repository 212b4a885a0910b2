"""Gift cards that pay for an order."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from prices import Money

from ..checkout.models import Checkout
from ..core.taxes import zero_money
from ..giftcard import events as gift_card_events
from ..giftcard.models import GiftCard
from .models import Order


def add_gift_cards_to_order(
    checkout_info: Any, order: Order, total_price_left: Money, user: Any, app: Any
) -> None:
    """Take the price from the cards on the checkout, one after the other."""
    used: list[tuple[GiftCard, Any]] = []
    for card in checkout_info.checkout.gift_cards.select_for_update():
        if total_price_left <= zero_money(total_price_left.currency):
            break
        before = card.current_balance
        card.current_balance = max(before - total_price_left, zero_money(before.currency))
        total_price_left -= before - card.current_balance
        card.used_by = checkout_info.user
        card.used_by_email = checkout_info.get_customer_email()
        card.last_used_on = timezone.now()
        card.save()
        used.append((card, before.amount))
    cards = [card for card, _ in used]
    order.gift_cards.add(*cards)
    gift_card_events.gift_cards_used_in_order_event(used, order, user, app)
    others = Checkout.objects.filter(gift_cards__in=cards)
    others.exclude(token=checkout_info.checkout.token).update(price_expiration=timezone.now())
