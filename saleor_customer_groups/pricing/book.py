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
from typing import Any, Final, cast

from django.db import DEFAULT_DB_ALIAS, connections

from ..groups import queries
from .candidates import Book
from .rules import NOTHING, Entry, Item, PriceList, Rule, Scope, fault

__all__ = ["Book", "load"]

logger = logging.getLogger(__name__)

NOBODY: Final = Book()

MEMBERSHIPS: Final = """
    SELECT group_id FROM saleor_customer_groups_membership
     WHERE customer_id = %(customer)s
       AND started_at <= %(now)s AND (until IS NULL OR until > %(now)s)
"""
GUESTS: Final = "SELECT %(guest_group)s::bigint AS group_id"
IN_FORCE: Final = """
    active AND (starts_at IS NULL OR starts_at <= %(now)s)
           AND (ends_at IS NULL OR ends_at > %(now)s)
"""

# Rows of four sorts, told apart by their first column: the price lists; the rules; what a rule
# names in this basket (kind and id); and "nobody" if the customer was never put into any group.
# A category in a rule stands for its descendants: `lineage` climbs from the basket's own
# categories up Saleor's tree (nested sets), so that the ids that come back are the basket's own.
STATEMENT: Final = """
WITH mine AS MATERIALIZED ({mine}),
rule AS MATERIALIZED (
    SELECT id, name, kind, percentage, everything, min_quantity, priority, stand_alone
      FROM saleor_customer_groups_pricerule AS rule
     WHERE {in_force}
       AND id IN (SELECT pricerule_id FROM saleor_customer_groups_pricerule_groups
                   WHERE customergroup_id IN (SELECT group_id FROM mine))
       AND (NOT EXISTS (SELECT FROM saleor_customer_groups_pricerule_channels
                         WHERE pricerule_id = rule.id)
            OR EXISTS (SELECT FROM saleor_customer_groups_pricerule_channels
                        WHERE pricerule_id = rule.id AND channel_id = %(channel)s))
),
lineage AS (
    SELECT own.id AS own, upper.id AS target
      FROM product_category AS own
      JOIN product_category AS upper
        ON upper.tree_id = own.tree_id AND upper.lft <= own.lft AND upper.rght >= own.rght
     WHERE own.id = ANY(%(categories)s)
),
touch AS MATERIALIZED (
    SELECT rule_id, excluded, CASE WHEN variant_id IS NOT NULL THEN 0
                              WHEN product_id IS NOT NULL THEN 1
                              WHEN own IS NOT NULL THEN 2 ELSE 3 END AS sort,
            COALESCE(variant_id, product_id, own, collection_id) AS thing
      FROM saleor_customer_groups_priceruletarget AS target
      LEFT JOIN lineage ON lineage.target = category_id
     WHERE rule_id IN (SELECT id FROM rule)
       AND (variant_id = ANY(%(variants)s) OR product_id = ANY(%(products)s)
            OR own IS NOT NULL OR collection_id = ANY(%(collections)s))
)
SELECT 'rule' AS sort, rule.id, name, rule.kind,
       CASE WHEN rule.kind IN ('percentage_off', 'percentage_up') THEN percentage ELSE amount END,
       everything, min_quantity, priority, stand_alone
  FROM rule
  LEFT JOIN saleor_customer_groups_priceruleamount AS amount
    ON amount.rule_id = rule.id AND amount.currency = %(currency)s
 WHERE everything OR rule.id IN (SELECT rule_id FROM touch WHERE NOT excluded)
UNION ALL
SELECT 'touch', rule_id, NULL, NULL, NULL, excluded, sort, thing, NULL FROM touch
UNION ALL
SELECT 'list', id, name, NULL, NULL, NULL, NULL, priority, stand_alone
  FROM saleor_customer_groups_pricelist
 WHERE {in_force}
   AND id IN (SELECT pricelist_id FROM saleor_customer_groups_pricelist_groups
               WHERE customergroup_id IN (SELECT group_id FROM mine))
"""
NOBODY_ROW: Final = """
UNION ALL
SELECT 'nobody', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
 WHERE NOT EXISTS (SELECT FROM saleor_customer_groups_membership WHERE customer_id = %(customer)s)
"""
FOR_CUSTOMERS: Final = STATEMENT.format(mine=MEMBERSHIPS, in_force=IN_FORCE) + NOBODY_ROW
FOR_GUESTS: Final = STATEMENT.format(mine=GUESTS, in_force=IN_FORCE)

ENTRIES: Final = """
SELECT variant_id, price_list_id, min_quantity, amount
  FROM saleor_customer_groups_pricelistentry
 WHERE variant_id = ANY(%(variants)s) AND channel_id = %(channel)s
   AND price_list_id = ANY(%(lists)s)
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
    group. `fresh` asks the database for the guest group, which costs a guest one more.
    """
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
        "variants": list({item.variant_id for item in basket}),
        "products": list({item.product_id for item in basket}),
        "categories": list({item.category_id for item in basket if item.category_id is not None}),
        "collections": list({number for item in basket for number in item.collection_ids}),
    }
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(FOR_GUESTS if customer_id is None else FOR_CUSTOMERS, arguments)
        found = _read(cursor.fetchall())
        if not found.lists:
            return found.book(())
        cursor.execute(ENTRIES, {**arguments, "lists": [one.id for one in found.lists]})
        return found.book(cursor.fetchall())


Scopes = dict[int, tuple[set[int], set[int], set[int], set[int]]]


@dataclass(slots=True)
class Found:
    """The rows of the first statement, sorted out."""

    rules: list[tuple[Any, ...]] = field(default_factory=list)
    lists: list[PriceList] = field(default_factory=list)
    includes: Scopes = field(default_factory=dict)
    excludes: Scopes = field(default_factory=dict)
    nobody: bool = False

    def book(self, entries: Sequence[tuple[int, int, int, Decimal]]) -> Book:
        """The book, without the rows that are broken."""
        return Book.of(
            [rule for row in self.rules if (rule := self._rule(row)) is not None],
            self.lists,
            [cast(Entry, row) for row in entries if _is_sound(row)],
            customer_has_no_group=self.nobody,
        )

    def _rule(self, row: tuple[Any, ...]) -> Rule | None:
        _, number, name, kind, value, everything, min_quantity, priority, stand_alone = row
        problem = fault(kind, value)
        if problem is not None:
            _report("price rule", number, problem)
            return None
        includes, excludes = _scope(self.includes.get(number)), _scope(self.excludes.get(number))
        return Rule(
            number,
            name,
            kind,
            value,
            everything,
            includes,
            excludes,
            min_quantity,
            priority,
            stand_alone,
        )


def _read(rows: Iterable[tuple[Any, ...]]) -> Found:
    found = Found()
    for row in rows:
        match row[0]:
            case "touch":
                _, number, _, _, _, excluded, sort, thing, _ = row
                scopes = found.excludes if excluded else found.includes
                scope = scopes.get(number)
                if scope is None:
                    scope = scopes[number] = (set(), set(), set(), set())
                scope[sort].add(thing)
            case "rule":
                found.rules.append(row)
            case "list":
                found.lists.append(PriceList(row[1], row[2], row[7], row[8]))
            case "nobody":
                found.nobody = True
    return found


def _scope(things: tuple[set[int], ...] | None) -> Scope:
    return NOTHING if things is None else Scope(*map(frozenset, things))


def _is_sound(row: tuple[int, int, int, Decimal]) -> bool:
    amount = row[3]
    if amount.is_finite() and amount >= 0:
        return True
    _report("price list", row[1], f"its price of variant {row[0]} is {amount}")
    return False


def _report(sort: str, number: int, problem: str) -> None:
    """Say once in this process that a row is broken. The shopper pays as if it were not there."""
    if (sort, number) not in _reported:
        _reported.add((sort, number))
        logger.error("Skipped %s %s: %s.", sort, number, problem)
