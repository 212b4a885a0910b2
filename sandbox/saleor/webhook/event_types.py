"""Names of the events that leave the shop."""

from __future__ import annotations


class WebhookEventAsyncType:
    CHECKOUT_CREATED = "checkout_created"
    CHECKOUT_UPDATED = "checkout_updated"
