"""Whose gift card must be made what the ledger says: the only writer of `PurseRequest`.

The writers of the ledger call this in their own transaction; after commit a task sets the cards
(host/spending.py), and the sweep catches what a killed task left. Nothing is written where there
are no purses: the setting PURSES is off, or Saleor cannot assign gift cards to customers (3.22).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, transaction

from .. import background, conf
from ..models import PurseRequest

FEW: Final = 100  # customers
INSERT: Final = "INSERT INTO {queue} (customer_id, created_at) SELECT unnest(%s::int[]), now()"


def is_on() -> bool:
    """Whether credit and cashback are spent by gift cards."""
    return bool(conf.get("PURSES")) and can_assign()


def can_assign() -> bool:
    """Whether the host's gift cards can belong to a customer (Saleor 3.23.19)."""
    try:
        apps.get_model("giftcard", "GiftCard")._meta.get_field("assigned_to")
    except (LookupError, FieldDoesNotExist):
        return False
    return True


def request(customer_ids: Iterable[int]) -> None:
    """Make these customers' cards what the ledger says, soon after the transaction commits.

    A few get a task of their own; many wait for the sweep, so that nobody waits behind them.
    """
    ids = list(customer_ids)
    if not ids or not is_on():
        return
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(queue=PurseRequest._meta.db_table), [ids])
    if len(ids) <= FEW:
        transaction.on_commit(lambda: start(ids))


def waiting(after: int, limit: int) -> list[int]:
    """Customers with a request, in the order of their ids."""
    found = PurseRequest.objects.filter(customer_id__gt=after).order_by("customer_id")
    return list(found.values_list("customer_id", flat=True).distinct()[:limit])


def done(customer_id: int) -> None:
    """Forget the requests of a customer, before the ledger is read: what it holds then, they meant.

    One that is committed later stays, and so does its meaning.
    """
    PurseRequest.objects.filter(customer_id=customer_id).delete()


def start(customer_ids: Sequence[int]) -> None:
    """Start the task that sets the cards of a few customers."""
    background.start(conf.PURSE_TASK, list(customer_ids))
