"""Every night: which purses are not what the ledger says, whoever forgot to tell of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.apps import apps

from .. import conf, money
from ..loyalty import absorbing, purse_queue, purses
from ..models import Purse
from . import giftcards, spending

CHUNK: Final = 1_000
CANCELLED: Final = "canceled"  # the order's status, as Saleor spells it
# Orders that are cancelled later than this after they were made are not looked for by night.
AS_OLD: Final = timedelta(days=90)


def repair(now: datetime) -> int:
    """Look at every purse, at customers who have credit and no card yet, and at cancelled orders
    whose credit has not come back; how many customers were put right.

    A chunk at a time; may be killed and run again.
    """
    wrong = sum(spending.sync_all(customers, now=now) for customers in _customers(now))
    if conf.get("RETURN_CREDIT_ON_CANCEL"):
        for order_ids in absorbing.orders_that_spent(since=now - AS_OLD, chunk=CHUNK):
            _give_back(order_ids, now)
    return wrong


def _give_back(order_ids: Sequence[UUID], now: datetime) -> None:
    orders = apps.get_model("order", "Order")._default_manager.filter(pk__in=order_ids)
    for order_id in orders.filter(status=CANCELLED).values_list("pk", flat=True):
        absorbing.give_back(order_id, now=now)


def _customers(now: datetime) -> Iterator[Sequence[int]]:
    last = 0
    while chunk := list(Purse.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield _wrong_among(chunk, now)
        last = chunk[-1].pk
    last = 0
    while purse_queue.is_on() and (found := purses.without_purse(last, CHUNK)):
        yield found
        last = found[-1]


def _wrong_among(chunk: Sequence[Purse], now: datetime) -> Sequence[int]:
    """A claimed purse is the sweep's."""
    units = purses.units_of_many({purse.customer_id for purse in chunk}, now=now)
    ids = [purse.gift_card_id for purse in chunk if purse.gift_card_id is not None]
    cards, newest = giftcards.look_at_many(ids), giftcards.newest_events(ids)

    def is_wrong(purse: Purse) -> bool:
        wanted = units.get((purse.customer_id, purse.currency), 0) if purse_queue.is_on() else 0
        card = cards.get(purse.gift_card_id or 0)
        if card is None:
            return wanted > 0 or purse.gift_card_id is not None
        return (
            card.balance != money.from_minor(wanted, purse.currency)
            or card.customer_id != purse.customer_id
            or newest.get(card.id, 0) > purse.last_event_id
        )

    return sorted({one.customer_id for one in chunk if one.claimed_by is None and is_wrong(one)})
