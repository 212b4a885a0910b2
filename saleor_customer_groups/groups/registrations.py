"""Through which channel a customer registered: the only writer of `CustomerChannel`."""

from __future__ import annotations

from ..models import CustomerChannel


def remember(customer_id: int, *, channel_id: int) -> None:
    """Keep that the customer came through this channel. Twice is once; one statement."""
    row = CustomerChannel(customer_id=customer_id, channel_id=channel_id)
    CustomerChannel.objects.bulk_create([row], ignore_conflicts=True)
