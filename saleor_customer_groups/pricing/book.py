"""Loads the book of a shopper: all that the quotes of one basket need, in at most two statements.

Only what some item of the basket touches is loaded, and only what holds now. Always from the
writer: a replica may not know yet what the merchant or the shopper has just changed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import repeat
from typing import Any, Final, cast

from django.db import DEFAULT_DB_ALIAS, connections

from ..groups import queries
from . import presence
from .candidates import Book
from .rules import ZERO, Entry, Item, PriceList, Rule, Target, fault

__all__ = ["Book", "load"]

logger = logging.getLogger(__name__)

NOBODY: Final = Book()

# Groups, rules, what they name in the basket, and price lists: migration 0004 has the statement
# and says what the rows are.
SHOPPER: Final = """
SELECT * FROM saleor_customer_groups_book_1(
    %(customer)s, %(guest_group)s, %(channel)s, %(currency)s, %(now)s,
    %(variants)s, %(products)s, %(categories)s, %(collections)s, %(ask_for_prices)s
)
"""

# LATERAL and OFFSET 0: one look into the index for each variant, whatever the statistics say; a
# plan that walks through whole price lists would be slow for large ones.
ENTRIES: Final = """
SELECT entry.*
  FROM unnest(%(variants)s::bigint[]) AS basket (id)
 CROSS JOIN LATERAL (
    SELECT variant_id, price_list_id, min_quantity, amount
      FROM saleor_customer_groups_pricelistentry
     WHERE variant_id = basket.id AND channel_id = %(channel)s
       AND price_list_id = ANY(%(lists)s::bigint[])
    OFFSET 0
 ) AS entry
"""

# What was reported as broken by this process: a broken rule meets every basket until it is mended.
_reported: set[tuple[str, int]] = set()


def load(
    customer_id: int | None,
    *,
    channel_id: int,
    currency: str,
    items: Iterable[Item],
    now: datetime,
    fresh: bool = False,
) -> Book:
    """The book of a customer (None: a guest) for these items in this channel at `now`.

    Two statements; one if the shopper has no price list; none for a guest if there is no guest
    group, and for nobody if the shop has no group prices. `fresh` asks the database for what is
    otherwise believed from the cache for a while.
    """
    known = presence.shop_has_prices()
    if known is False and not fresh:
        return NOBODY
    guest_group = queries.guest_group_id(fresh=fresh) if customer_id is None else None
    if customer_id is None and guest_group is None:
        return NOBODY
    basket = list(items)
    arguments = {
        "customer": customer_id,
        "guest_group": guest_group,
        "channel": channel_id,
        "currency": currency,
        "now": now,
        "variants": _array(sorted({item.variant_id for item in basket})),
        "products": _array({item.product_id for item in basket}),
        "categories": _array({item.category_id for item in basket if item.category_id is not None}),
        "collections": _array({number for item in basket for number in item.collection_ids}),
        "ask_for_prices": known is None,
    }
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(SHOPPER, arguments)
        found = _read(cursor.fetchall())
        if known is None:
            presence.remember(not found.empty)
        if not found.lists:
            return found.book(())
        cursor.execute(ENTRIES, {**arguments, "lists": _array(one.id for one in found.lists)})
        return found.book(cursor.fetchall())


def _array(ids: Iterable[int]) -> str:
    """PostgreSQL's own spelling of an array, which takes a tenth of the adapter's time."""
    return f"{{{','.join(map(str, ids))}}}"


@dataclass(slots=True)
class Found:
    """The rows of the first statement, sorted out."""

    rules: list[Rule] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    lists: list[PriceList] = field(default_factory=list)
    descendants: dict[int, list[int]] = field(default_factory=dict)
    nobody: bool = False
    empty: bool = False

    def book(self, entries: Sequence[tuple[int, int, int, Decimal]]) -> Book:
        """The book, without the entries that are broken."""
        return Book.of(
            self.rules,
            self.targets,
            self.lists,
            [cast(Entry, row) for row in entries if _is_sound(row)],
            descendants=self.descendants,
            customer_has_no_group=self.nobody,
        )


def _read(rows: Iterable[tuple[Any, ...]]) -> Found:
    found = Found()
    for row in rows:
        sort = row[0]
        if sort == "rule":
            rule = Rule._make(row[1:9])
            if _is_sound_rule(rule):
                found.rules.append(rule)
        elif sort == "target":
            *_, excluded, kind, _, _, rule_ids, things = row
            targets = zip(rule_ids, repeat(kind), things, repeat(excluded))
            found.targets.extend(cast("Iterable[Target]", targets))
        elif sort == "list":
            _, number, name, _, _, _, _, priority, stand_alone, _, _ = row
            found.lists.append(PriceList(number, name, priority, stand_alone))
        else:
            *_, found.nobody, _, _, no_prices, uppers, owns = row
            found.empty = bool(no_prices)
            for upper, own in zip(uppers or (), owns or (), strict=True):
                found.descendants.setdefault(upper, []).append(own)
    return found


def _is_sound_rule(rule: Rule) -> bool:
    problem = fault(rule.kind, rule.value)
    if problem is not None:
        _report("price rule", rule.id, problem)
    return problem is None


def _is_sound(row: tuple[int, int, int, Decimal]) -> bool:
    amount = row[3]
    if amount.is_finite() and amount >= ZERO:
        return True
    _report("price list", row[1], f"its price of variant {row[0]} is {amount}")
    return False


def _report(sort: str, number: int, problem: str) -> None:
    """Say once in this process that a row is broken. The shopper pays as if it were not there."""
    if (sort, number) not in _reported:
        _reported.add((sort, number))
        logger.error("Skipped %s %s: %s.", sort, number, problem)
