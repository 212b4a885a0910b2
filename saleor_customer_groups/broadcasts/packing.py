"""Recipients in batches that are small enough for one event. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Final

from ..events import CUSTOMERS_TOGETHER, BroadcastBatchRequested, Recipient, body, written

BODY_BYTES: Final = 20_000  # Standard Webhooks: a body is smaller than that
LONGEST_NUMBER: Final = 9_999_999_999
LONGEST_MOMENT: Final = datetime(2000, 1, 1, microsecond=1, tzinfo=UTC)


def pack(
    recipients: Iterable[Recipient], request: BroadcastBatchRequested
) -> list[list[Recipient]]:
    """The recipients in their order, in batches; who alone is too large for one is in none.

    `request` is what is sent of each batch, whoever is in it.
    """
    room = BODY_BYTES - _size_without_recipients(request)
    batches: list[list[Recipient]] = []
    left = 0
    for recipient in recipients:
        size = len(written(asdict(recipient)).encode()) + 1  # and a comma
        if size > room:
            continue
        if size > left or len(batches[-1]) == CUSTOMERS_TOGETHER:
            batches.append([])
            left = room
        batches[-1].append(recipient)
        left -= size
    return batches


def _size_without_recipients(request: BroadcastBatchRequested) -> int:
    """With the longest number and moment that there may be."""
    longest = replace(request, recipients=(), batch=LONGEST_NUMBER)
    return len(body(longest, at=LONGEST_MOMENT).encode())
