"""Orders: where they stand and where they come from."""

from __future__ import annotations


class OrderStatus:
    UNCONFIRMED = "unconfirmed"
    UNFULFILLED = "unfulfilled"

    CHOICES = [(UNCONFIRMED, "Unconfirmed"), (UNFULFILLED, "Unfulfilled")]


class OrderOrigin:
    CHECKOUT = "checkout"

    CHOICES = [(CHECKOUT, "Checkout")]
