"""Writes down what happens to gift cards. The miniature knows no apps."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from . import GiftCardEvents
from .models import GiftCard, GiftCardEvent


def gift_card_issued_event(gift_card: GiftCard, user: Any, app: Any) -> GiftCardEvent:
    balance = {
        "currency": gift_card.currency,
        "initial_balance": gift_card.initial_balance_amount,
        "current_balance": gift_card.current_balance_amount,
    }
    return GiftCardEvent.objects.create(
        gift_card=gift_card,
        user=user,
        type=GiftCardEvents.ISSUED,
        parameters={"balance": balance, "expiry_date": gift_card.expiry_date},
    )


def gift_card_assigned_event(
    gift_card: GiftCard,
    previous_user_id: int | None,
    previous_email: str | None,
    user: Any,
    app: Any,
) -> GiftCardEvent:
    return GiftCardEvent.objects.create(
        gift_card=gift_card,
        user=user,
        type=GiftCardEvents.ASSIGNED_TO_USER,
        parameters={
            "previous_assigned_to_id": previous_user_id,
            "previous_assigned_to_email": previous_email,
            "assigned_to_id": gift_card.assigned_to_id,
            "assigned_to_email": gift_card.assigned_to_email,
        },
    )


def gift_card_balance_adjusted_event(
    gift_card: GiftCard,
    old_current_balance: Decimal,
    old_initial_balance: Decimal,
    user: Any,
    app: Any,
) -> GiftCardEvent:
    balance = {
        "currency": gift_card.currency,
        "current_balance": gift_card.current_balance_amount,
        "initial_balance": gift_card.initial_balance_amount,
        "old_current_balance": old_current_balance,
        "old_initial_balance": old_initial_balance,
    }
    return GiftCardEvent.objects.create(
        gift_card=gift_card,
        user=user,
        type=GiftCardEvents.BALANCE_ADJUSTED,
        parameters={"balance": balance},
    )


def gift_card_balance_reset_event(
    gift_card: GiftCard, old_gift_card: GiftCard, user: Any, app: Any
) -> GiftCardEvent:
    balance = {
        "currency": gift_card.currency,
        "initial_balance": gift_card.initial_balance_amount,
        "current_balance": gift_card.current_balance_amount,
        "old_currency": gift_card.currency,
        "old_initial_balance": old_gift_card.initial_balance_amount,
        "old_current_balance": old_gift_card.current_balance_amount,
    }
    return GiftCardEvent.objects.create(
        gift_card=gift_card,
        user=user,
        type=GiftCardEvents.BALANCE_RESET,
        parameters={"balance": balance},
    )


def gift_cards_used_in_order_event(
    balance_data: Iterable[tuple[GiftCard, Any]], order: Any, user: Any, app: Any
) -> list[GiftCardEvent]:
    return GiftCardEvent.objects.bulk_create(
        GiftCardEvent(
            gift_card=gift_card,
            user=user,
            order=order,
            type=GiftCardEvents.USED_IN_ORDER,
            parameters={
                "balance": {
                    "currency": gift_card.currency,
                    "current_balance": gift_card.current_balance_amount,
                    "old_current_balance": previous,
                }
            },
        )
        for gift_card, previous in balance_data
    )


def gift_card_refunded_in_order_event(
    gift_card: GiftCard,
    order: Any,
    previous_balance: Decimal,
    current_balance: Decimal,
    user: Any,
    app: Any,
) -> GiftCardEvent:
    return GiftCardEvent.objects.create(
        gift_card=gift_card,
        order=order,
        user=user,
        type=GiftCardEvents.REFUNDED_IN_ORDER,
        parameters={
            "balance": {
                "currency": gift_card.currency,
                "current_balance": current_balance,
                "old_current_balance": previous_balance,
            }
        },
    )
