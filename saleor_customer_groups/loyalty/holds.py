"""What a checkout reserves: taken at once, then spent or given back."""

from __future__ import annotations

from datetime import datetime

from .rules import Amount, Posted


def hold(
    *,
    customer_id: int,
    unit: str,
    amount: Amount,
    key: str,
    expires_at: datetime,
    currency: str = "",
    source: str = "checkout",
    reason: str = "",
    actor: str = "",
    reference: str = "",
    now: datetime | None = None,
) -> Posted:
    """Reserve so much (positive) until `expires_at`. The hold's id is that of the entry."""
    raise NotImplementedError


def capture(hold_id: int, *, amount: Amount | None = None, now: datetime | None = None) -> Amount:
    """Spend what is held, or `amount` of it and free the rest. How much was spent."""
    raise NotImplementedError


def release(hold_id: int, *, now: datetime | None = None) -> Amount:
    """Give back what is held. How much that was; 0 if the hold was released already."""
    raise NotImplementedError


def free_due(now: datetime, limit: int | None = None) -> int:
    """Release the holds whose limit is over; how many. For the sweep."""
    raise NotImplementedError
