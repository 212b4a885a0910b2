"""Loads the book of a shopper: all that the quotes of one basket need, in one statement.

Only what some item of the basket touches is loaded, and only what holds now. Always from the
writer: a replica may not know yet what the merchant or the shopper has just changed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
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

# Groups, rules, what they name in the basket, price lists and their prices: migrations 0004 and
# 0005 have the statement and say what the rows are.
SHOPPER: Final = """
SELECT * FROM saleor_customer_groups_book_2(
    %(customer)s, %(guest_group)s, %(channel)s, %(currency)s, %(now)s,
    %(variants)s, %(products)s, %(categories)s, %(collections)s, %(ask_for_prices)s
)
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

    One statement; none for a guest if there is no guest group, and for nobody if the shop has no
    group prices. `fresh` asks the database for what is
    otherwise believed from the cache for a while.
    """
    known = presence.shop_has_prices()
    if known is False and not fresh:
        return NOBODY
    guest_group = queries.guest_group_id(fresh=fresh) if customer_id is None else None
    if customer_id is None and guest_group is None:
        return NOBODY
    found = _ask(
        customer_id,
        guest_group,
        channel_id=channel_id,
        currency=currency,
        items=items,
        now=now,
        ask_for_prices=known is None,
    )
    if known is None:
        presence.remember(not found.empty)
    return found.book()


def of_group(
    group_id: int, *, channel_id: int, currency: str, items: Iterable[Item], now: datetime
) -> Book:
    """The book of somebody who is in this group and no other. One statement, always asked."""
    return _ask(
        None,
        group_id,
        channel_id=channel_id,
        currency=currency,
        items=items,
        now=now,
        ask_for_prices=False,
    ).book()


def _ask(
    customer_id: int | None,
    group_id: int | None,
    *,
    channel_id: int,
    currency: str,
    items: Iterable[Item],
    now: datetime,
    ask_for_prices: bool,
) -> Found:
    """The rows of a customer or, without one, of the one group that stands for them."""
    basket = list(items)
    arguments = {
        "customer": customer_id,
        "guest_group": group_id,
        "channel": channel_id,
        "currency": currency,
        "now": now,
        "variants": _array(sorted({item.variant_id for item in basket})),
        "products": _array({item.product_id for item in basket}),
        "categories": _array({item.category_id for item in basket if item.category_id is not None}),
        "collections": _array({number for item in basket for number in item.collection_ids}),
        "ask_for_prices": ask_for_prices,
    }
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(SHOPPER, arguments)
        return _read(cursor.fetchall())


def _array(ids: Iterable[int]) -> str:
    """PostgreSQL's own spelling of an array, which takes a tenth of the adapter's time."""
    return f"{{{','.join(map(str, ids))}}}"


@dataclass(slots=True)
class Found:
    """The rows of the statement, sorted out."""

    rules: list[Rule] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    lists: list[PriceList] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    descendants: dict[int, list[int]] = field(default_factory=dict)
    nobody: bool = False
    empty: bool = False

    def book(self) -> Book:
        """The book of it."""
        return Book.of(
            self.rules,
            self.targets,
            self.lists,
            self.entries,
            descendants=self.descendants,
            customer_has_no_group=self.nobody,
        )


def _read(rows: Iterable[tuple[Any, ...]]) -> Found:
    found = Found()
    for (
        sort,
        number,
        name,
        kind,
        flag,
        stand_alone,
        count,
        first,
        second,
        third,
        amounts,
        names,
    ) in rows:
        if sort == "rules":
            rules = map(
                Rule,
                first,
                names,
                repeat(kind),
                amounts,
                repeat(flag),
                second,
                third,
                repeat(stand_alone),
            )
            found.rules.extend(filter(_is_sound_rule, rules))
        elif sort == "targets":
            targets = zip(first, repeat(count), second, repeat(flag))
            found.targets.extend(cast("Iterable[Target]", targets))
        elif sort == "list":
            found.lists.append(PriceList(number, name, count, stand_alone))
        elif sort == "entries":
            entries = zip(first, second, third, amounts, strict=True)
            found.entries.extend(cast("Iterable[Entry]", filter(_is_sound, entries)))
        else:
            found.nobody, found.empty = flag, bool(stand_alone)
            for upper, own in zip(first or (), second or (), strict=True):
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
