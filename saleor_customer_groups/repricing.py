"""Whose open checkouts must be priced again: the only writer of `RepricingRequest`.

Whatever changes a price (members, rules, lists, guest group) calls this in its own transaction;
after commit a task expires the open checkouts (host/expiry.py), and the sweep catches what a
killed task left.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from . import background, conf
from .models import RepricingRequest

# Up to so many customers are named one by one; of more, their group or the whole shop is.
NAMED: Final = 5_000


def request_for_customers(customer_ids: Iterable[int]) -> None:
    """Price the open checkouts of these customers again, soon after the transaction commits."""
    _write(RepricingRequest(customer_id=customer_id) for customer_id in customer_ids)


def request_for_groups(group_ids: Iterable[int]) -> None:
    """The same for everybody in these groups (the guest group: every guest)."""
    _write(RepricingRequest(group_id=group_id) for group_id in group_ids)


def request_for_everybody() -> None:
    """The same for every open checkout of the shop."""
    _write([RepricingRequest()])


def _write(requests: Iterable[RepricingRequest]) -> None:
    background.enqueue(requests, start)


def start() -> None:
    """Start the task that works the queue off."""
    background.start(conf.REPRICING_TASK)


__all__ = ["request_for_customers", "request_for_everybody", "request_for_groups", "start"]
