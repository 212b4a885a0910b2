"""What a customer would pay, asked outside a checkout: many variants and quantities at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from ..groups import defaults
from . import book as books
from . import catalogue
from .book import Book
from .catalogue import Asked
from .quote import Quote, quote
from .rules import Item


def quotes(
    customer_id: int | None,
    asked: Collection[Asked],
    *,
    channel_id: int,
    currency: str,
    now: datetime,
    published_only: bool,
    fresh: bool = False,
) -> list[Quote | None]:
    """The quote of each line for the customer (None: a guest), in their order.

    None for a variant that has no price in the channel or, with `published_only`, that shoppers
    cannot see. `fresh` as for `book.load`. As many statements for one line as for a hundred.
    """
    found = catalogue.items(
        asked, channel_id=channel_id, published_at=now if published_only else None
    )
    wanted = [item for item in found if item is not None]
    if not wanted:
        return [None] * len(found)
    book = _book(
        customer_id, wanted, channel_id=channel_id, currency=currency, now=now, fresh=fresh
    )
    return [None if item is None else quote(item, book, currency) for item in found]


def quotes_of_group(
    group_id: int, asked: Collection[Asked], *, channel_id: int, currency: str, now: datetime
) -> list[Quote | None]:
    """What somebody would pay who is in this group and no other; else as `quotes`."""
    found = catalogue.items(asked, channel_id=channel_id)
    wanted = [item for item in found if item is not None]
    book = books.of_group(group_id, channel_id=channel_id, currency=currency, items=wanted, now=now)
    return [None if item is None else quote(item, book, currency) for item in found]


def _book(
    customer_id: int | None,
    items: list[Item],
    *,
    channel_id: int,
    currency: str,
    now: datetime,
    fresh: bool,
) -> Book:
    book = books.load(
        customer_id, channel_id=channel_id, currency=currency, items=items, now=now, fresh=fresh
    )
    if customer_id is None or not book.customer_has_no_group:
        return book
    # As in a checkout: the event of the registration may still be on its way to the worker.
    if not defaults.ensure_default(customer_id, channel_id=channel_id):
        return book
    # The membership began after `now`.
    return books.load(
        customer_id,
        channel_id=channel_id,
        currency=currency,
        items=items,
        now=timezone.now(),
    )
