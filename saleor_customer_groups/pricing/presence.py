"""Whether the shop has any group price at all: a shop without them pays nothing for us."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.db import connections, transaction

from .. import conf

KEY: Final = "saleor_customer_groups.has_prices"
STATEMENT: Final = """
    SELECT EXISTS (SELECT FROM saleor_customer_groups_pricerule)
        OR EXISTS (SELECT FROM saleor_customer_groups_pricelist)
"""


def shop_has_prices() -> bool:
    """Whether there is a rule or a list, in force or not.

    The answer may be `CACHE_SECONDS` old, and costs no statement then.
    """
    known: bool | None = cache.get(KEY)
    if known is None:
        with connections["default"].cursor() as cursor:
            cursor.execute(STATEMENT)
            known = bool(cursor.fetchone()[0])
        cache.set(KEY, known, timeout=conf.get("CACHE_SECONDS"))
    return known


def changed() -> None:
    """Rules or lists were written: after commit the next question goes to the database."""
    transaction.on_commit(lambda: cache.delete(KEY))
