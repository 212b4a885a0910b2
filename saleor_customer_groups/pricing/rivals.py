"""Which rules meet, and which price lists: those that could apply to the same thing for the same
customer at one time.

Of those that meet, the pipeline takes one (pricing.md); the other changes nothing there. Nothing
here writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from .rules import SURCHARGES

MOST: Final = 5

RIVALS: Final = """
SELECT own.id, rival.id, rival.name, rival.priority
  FROM saleor_customer_groups_pricerule AS own
  CROSS JOIN LATERAL (
    SELECT other.id, other.name, other.priority
      FROM saleor_customer_groups_pricerule AS other
     WHERE other.id <> own.id AND other.active
       AND (other.kind = ANY(%(surcharges)s)) = (own.kind = ANY(%(surcharges)s))
       AND tstzrange(other.starts_at, other.ends_at) && tstzrange(own.starts_at, own.ends_at)
       AND EXISTS (
           SELECT 1 FROM saleor_customer_groups_pricerule_groups AS mine
             JOIN saleor_customer_groups_pricerule_groups AS theirs
               ON theirs.customergroup_id = mine.customergroup_id
            WHERE mine.pricerule_id = own.id AND theirs.pricerule_id = other.id)
       AND (own.every_channel OR other.every_channel OR EXISTS (
           SELECT 1 FROM saleor_customer_groups_pricerule_channels AS mine
             JOIN saleor_customer_groups_pricerule_channels AS theirs
               ON theirs.channel_id = mine.channel_id
            WHERE mine.pricerule_id = own.id AND theirs.pricerule_id = other.id))
       AND (own.everything OR other.everything OR EXISTS (
           SELECT 1 FROM saleor_customer_groups_priceruletarget AS mine
             JOIN saleor_customer_groups_priceruletarget AS theirs
               ON (theirs.category_id, theirs.collection_id, theirs.product_id, theirs.variant_id)
                  IS NOT DISTINCT FROM
                  (mine.category_id, mine.collection_id, mine.product_id, mine.variant_id)
            WHERE mine.rule_id = own.id AND theirs.rule_id = other.id
              AND NOT mine.excluded AND NOT theirs.excluded))
     ORDER BY other.priority DESC, other.id
     LIMIT %(most)s
  ) AS rival
 WHERE own.id = ANY(%(ids)s) AND own.active
 ORDER BY own.id, rival.priority DESC, rival.id
"""


LISTS: Final = """
SELECT other.id, other.name, other.priority
  FROM saleor_customer_groups_pricelist AS own
  JOIN saleor_customer_groups_pricelist AS other
    ON other.id <> own.id AND other.active
   AND tstzrange(other.starts_at, other.ends_at) && tstzrange(own.starts_at, own.ends_at)
 WHERE own.id = %(id)s AND own.active
   AND EXISTS (
       SELECT 1 FROM saleor_customer_groups_pricelist_groups AS mine
         JOIN saleor_customer_groups_pricelist_groups AS theirs
           ON theirs.customergroup_id = mine.customergroup_id
        WHERE mine.pricelist_id = own.id AND theirs.pricelist_id = other.id)
   AND EXISTS (
       SELECT 1 FROM saleor_customer_groups_pricelistentry AS mine
         JOIN saleor_customer_groups_pricelistentry AS theirs
           ON theirs.variant_id = mine.variant_id AND theirs.channel_id = mine.channel_id
        WHERE mine.price_list_id = own.id AND theirs.price_list_id = other.id)
 ORDER BY other.priority DESC, other.id
 LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Rival:
    """A rule or price list that another one meets."""

    id: int
    name: str
    priority: int


def rivals_of(rule_ids: Collection[int]) -> dict[int, list[Rival]]:
    """Of each of these rules the first MOST rules that it meets, in one statement.

    Two things that overlap without being the same (a category and a product in it) are not told.
    """
    found: dict[int, list[Rival]] = defaultdict(list)
    arguments: dict[str, Any] = {
        "ids": list(rule_ids),
        "surcharges": sorted(SURCHARGES),
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(RIVALS, arguments)
        for own, *rival in cursor.fetchall():
            found[own].append(Rival(*rival))
    return dict(found)


def lists_met(list_id: int) -> list[Rival]:
    """The first MOST lists with a price for a variant and channel that this one has a price for."""
    with connection.cursor() as cursor:
        cursor.execute(LISTS, {"id": list_id, "most": MOST})
        return [Rival(*row) for row in cursor.fetchall()]
