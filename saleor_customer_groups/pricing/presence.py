"""Whether the shop has any group price at all: a shop without them pays nothing for us."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.db import transaction

from .. import conf

KEY: Final = "saleor_customer_groups.has_prices"


def shop_has_prices() -> bool | None:
    """Whether there is a rule or a list, in force or not, as the cache knows it; None if not.

    The answer may be `CACHE_SECONDS` old; before an order it is not asked for.
    """
    known: bool | None = cache.get(KEY)
    return known


def remember(has_prices: bool) -> None:
    """Keep what the database said for `CACHE_SECONDS`."""
    cache.set(KEY, has_prices, timeout=conf.get("CACHE_SECONDS"))


def forget() -> None:
    """The next shopper asks the database."""
    cache.delete(KEY)


def changed() -> None:
    """Rules or lists were written: forget after commit."""
    transaction.on_commit(forget)
