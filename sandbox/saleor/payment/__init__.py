"""Payments: what was charged and given back."""

from __future__ import annotations


class TransactionKind:
    CAPTURE = "capture"
    REFUND = "refund"
    REFUND_REVERSED = "refund_reversed"


class TransactionEventType:
    CHARGE_SUCCESS = "charge_success"
    CHARGE_BACK = "charge_back"
    REFUND_SUCCESS = "refund_success"


class PaymentMethodType:
    CARD = "card"
    GIFT_CARD = "gift_card"
