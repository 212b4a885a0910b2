"""Single acts on the ledger."""

from __future__ import annotations

from datetime import datetime

from .rules import Amount, Posted, Posting, Short


def post(posting: Posting, *, now: datetime | None = None) -> Posted:
    """Give a customer something, or take it.

    The same key with the same request: the first answer. With another request: Refused.
    """
    raise NotImplementedError


def reverse(
    entry_id: int,
    *,
    key: str,
    source: str,
    amount: Amount | None = None,
    short: Short = Short.REFUSE,
    reason: str = "",
    actor: str = "",
    reference: str = "",
    now: datetime | None = None,
) -> Posted:
    """Take back what an entry did: all that was not reversed yet, or `amount` of it (positive)."""
    raise NotImplementedError


def merge(
    customer_id: int, *, into: int, actor: str = "", now: datetime | None = None
) -> tuple[Posted, ...]:
    """Move all that a customer has to another, who keeps the expiry of each lot."""
    raise NotImplementedError
