"""What expires, to the second."""

from __future__ import annotations

from datetime import datetime


def expire_due(now: datetime, limit: int | None = None) -> int:
    """Expire the lots that are due, of at most `limit` accounts; of how many. For the sweep."""
    raise NotImplementedError
