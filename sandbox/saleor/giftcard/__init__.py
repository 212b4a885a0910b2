"""Gift cards, and what can happen to them."""

from __future__ import annotations


class GiftCardEvents:
    ISSUED = "issued"
    BALANCE_RESET = "balance_reset"
    USED_IN_ORDER = "used_in_order"
    REFUNDED_IN_ORDER = "refunded_in_order"
    BALANCE_ADJUSTED = "balance_adjusted"
    ASSIGNED_TO_USER = "assigned_to_user"

    CHOICES = [
        (ISSUED, "The gift card was created be staff user or app."),
        (BALANCE_RESET, "The gift card balance was reset."),
        (USED_IN_ORDER, "The gift card was used in order."),
        (REFUNDED_IN_ORDER, "The gift card was refunded in order."),
        (BALANCE_ADJUSTED, "The gift card balance was adjusted by a delta."),
        (ASSIGNED_TO_USER, "The gift card was assigned to a customer."),
    ]
