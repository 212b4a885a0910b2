"""What changed about customers: the only writer of `CustomerChange`.

The host's events and our own writers call this in the transaction of the change; after commit a
task asks the segments that look at such facts about these customers again (segments/refresh.py),
and the sweep catches what a killed task left.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from itertools import islice
from typing import Final

from celery import current_app
from django.db import transaction

from . import conf
from .models import CustomerChange

CHUNK: Final = 5_000  # rows in memory and in one statement


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
    written = False
    while chunk := list(islice(rows, CHUNK)):
        CustomerChange.objects.bulk_create(chunk)
        written = True
    if written:
        transaction.on_commit(start)


def start() -> None:
    """Start the task that works the queue off. Named, not imported: tasks stand above us."""
    task = current_app.tasks[conf.REFRESH_TASK]
    task.apply_async(queue=conf.get("CELERY_QUEUE"))
