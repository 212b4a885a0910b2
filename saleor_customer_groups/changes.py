"""What changed about customers: the only writer of `CustomerChange`.

The host's events and our own writers call this in the transaction of the change; after commit a
task asks the segments that look at such facts about these customers again (segments/refresh.py),
and the sweep catches what a killed task left.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from . import background, conf
from .models import CustomerChange, Segment


class Fact(StrEnum):
    """What a segment can look at, as coarse as the host's events are."""

    PROFILE = "profile"  # e-mail, names, language, flags, dates, metadata, customer type
    ADDRESS = "address"
    ORDERS = "orders"  # orders, what was bought, vouchers used
    BASKETS = "baskets"
    GIFT_CARDS = "gift_cards"
    GROUPS = "groups"


def record(customer_ids: Iterable[int], *facts: Fact) -> None:
    """Ask the segments that look at these facts about these customers again, soon after commit."""
    rows = (
        CustomerChange(customer_id=one, fact=fact.value) for one in customer_ids for fact in facts
    )
    background.enqueue(rows, start)


def record_committed(customer_ids: Iterable[int], *facts: Fact) -> None:
    """As `record`, for a change that is committed already: nothing where no rule looks at it.

    A rule that is saved from now on is run in full, and then sees the change.
    """
    if are_asked(*facts):
        record(customer_ids, *facts)


def are_asked(*facts: Fact) -> bool:
    """Whether a rule looks at one of these facts."""
    return Segment.objects.filter(facts__overlap=[fact.value for fact in facts]).exists()


def start() -> None:
    """Start the task that works the queue off."""
    background.start(conf.REFRESH_TASK)
