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
from functools import cache
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

# The groups of the shopper, and whether the membership holds now.
MEMBERSHIPS: Final = """
    SELECT group_id, started_at <= %(now)s AND (until IS NULL OR until > %(now)s) AS holds
      FROM saleor_customer_groups_membership
     WHERE customer_id = %(customer)s
"""
GUESTS: Final = "SELECT %(guest_group)s::bigint AS group_id, TRUE AS holds"
IN_FORCE: Final = """
    active AND (starts_at IS NULL OR starts_at <= %(now)s)
           AND (ends_at IS NULL OR ends_at > %(now)s)
"""

# Rows of four sorts, told apart by their first column: the rules; their targets that touch the
# basket, as two arrays for each kind of target; the price lists; and one row for the basket: the
# lineage of its categories (itself and those above it, from Saleor's nested sets) as two arrays,
# whether the customer was never put into any group, and whether the shop has no prices at all (if
# that is asked). Arrays, because they are read many times faster than rows.
STATEMENT: Final = """
WITH mine AS MATERIALIZED ({mine}),
rule AS MATERIALIZED (
    SELECT id, name, kind, percentage, everything, min_quantity, priority, stand_alone
      FROM saleor_customer_groups_pricerule AS rule
     WHERE {in_force}
       AND id IN (SELECT pricerule_id FROM saleor_customer_groups_pricerule_groups
                   WHERE customergroup_id = ANY(ARRAY(SELECT group_id FROM mine WHERE holds)))
       AND (every_channel
            OR EXISTS (SELECT FROM saleor_customer_groups_pricerule_channels
                        WHERE pricerule_id = rule.id AND channel_id = %(channel)s))
),
lineage AS MATERIALIZED (
    SELECT own.id AS own, upper.id AS upper
      FROM product_category AS own
      JOIN product_category AS upper
        ON upper.tree_id = own.tree_id AND upper.lft <= own.lft AND upper.rght >= own.rght
     WHERE own.id = ANY(%(categories)s::int[])
),
touch AS MATERIALIZED (
    SELECT rule_id, excluded,
           CASE WHEN variant_id IS NOT NULL THEN 0 WHEN product_id IS NOT NULL THEN 1
                WHEN category_id IS NOT NULL THEN 2 ELSE 3 END AS kind,
           COALESCE(variant_id, product_id, category_id, collection_id) AS thing
      FROM saleor_customer_groups_priceruletarget
      JOIN rule ON rule.id = rule_id
     WHERE (variant_id = ANY(%(variants)s::int[]) OR product_id = ANY(%(products)s::int[])
            OR category_id IN (SELECT upper FROM lineage)
            OR collection_id = ANY(%(collections)s::int[]))
)
SELECT 'rule', rule.id, name, rule.kind,
       CASE WHEN rule.kind IN ('percentage_off', 'percentage_up') THEN percentage ELSE amount END,
       everything, min_quantity, priority, stand_alone, NULL, NULL
  FROM rule
  LEFT JOIN saleor_customer_groups_priceruleamount AS amount
    ON amount.rule_id = rule.id AND amount.currency = %(currency)s
 WHERE everything OR rule.id IN (SELECT rule_id FROM touch WHERE NOT excluded)
UNION ALL
SELECT 'target', NULL, NULL, NULL, NULL, excluded, kind, NULL, NULL,
       array_agg(rule_id), array_agg(thing)
  FROM touch GROUP BY excluded, kind
UNION ALL
SELECT 'basket', NULL, NULL, NULL, NULL, NOT EXISTS (SELECT FROM mine), NULL, NULL,
       {no_prices}, array_agg(upper), array_agg(own)
  FROM lineage
UNION ALL
SELECT 'list', id, name, NULL, NULL, NULL, NULL, priority, stand_alone, NULL, NULL
  FROM saleor_customer_groups_pricelist
 WHERE {in_force}
   AND id IN (SELECT pricelist_id FROM saleor_customer_groups_pricelist_groups
               WHERE customergroup_id = ANY(ARRAY(SELECT group_id FROM mine WHERE holds)))
"""
NO_PRICES: Final = """
    NOT EXISTS (SELECT FROM saleor_customer_groups_pricerule)
    AND NOT EXISTS (SELECT FROM saleor_customer_groups_pricelist)
"""

# LATERAL and OFFSET 0: one look into the index for each variant, whatever the statistics say; a
# plan that walks through whole price lists would be slow for large ones.
ENTRIES: Final = """
SELECT entry.*
  FROM unnest(%(variants)s::int[]) AS basket (id)
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
    }
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_statement(guest=customer_id is None, ask=known is None), arguments)
        found = _read(cursor.fetchall())
        if known is None:
            presence.remember(not found.empty)
        if not found.lists:
            return found.book(())
        cursor.execute(ENTRIES, {**arguments, "lists": _array(one.id for one in found.lists)})
        return found.book(cursor.fetchall())


@cache
def _statement(*, guest: bool, ask: bool) -> str:
    """The first statement for a guest or a customer; `ask` whether the shop has prices at all."""
    return STATEMENT.format(
        mine=GUESTS if guest else MEMBERSHIPS,
        in_force=IN_FORCE,
        no_prices=NO_PRICES if ask else "NULL",
    )


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
