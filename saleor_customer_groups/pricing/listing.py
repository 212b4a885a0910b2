"""What lists of rules and price lists show of each: bounded, however much belongs to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from ..models import CustomerGroup, PriceList, PriceListEntry, PriceRule, PriceRuleTarget

COUNTED: Final = 10_000  # things or prices that a list counts; beyond it is "more than"
SHOWN: Final = 3  # groups

FIRST_GROUPS: Final = """
SELECT wanted.id, linked.id, linked.name, linked.colour
  FROM unnest(%(ids)s::bigint[]) AS wanted (id)
 CROSS JOIN LATERAL (
    SELECT {group}.id, {group}.name, {group}.colour
      FROM {through} JOIN {group} ON {group}.id = {through}.customergroup_id
     WHERE {through}.{owner} = wanted.id
     ORDER BY {through}.customergroup_id LIMIT %(most)s) AS linked
 ORDER BY wanted.id, linked.id
"""
COUNT_UP_TO: Final = """
SELECT wanted.id, (
    SELECT count(*) FROM (
        SELECT 1 FROM {of} WHERE {owner} = wanted.id {also} LIMIT %(most)s) AS counted)
  FROM unnest(%(ids)s::bigint[]) AS wanted (id)
"""


@dataclass(frozen=True, slots=True)
class Groups:
    """The first groups of a rule or price list, and whether there are others."""

    shown: tuple[CustomerGroup, ...] = ()
    more: bool = False


def groups_of(model: type[PriceRule | PriceList], ids: Collection[int]) -> dict[int, Groups]:
    """Of each of these rules or price lists. One statement."""
    owner = "pricerule_id" if model is PriceRule else "pricelist_id"
    names = {"group": CustomerGroup, "through": model.groups.through}
    rows = _rows(FIRST_GROUPS, names, ids, most=SHOWN + 1, owner=owner)
    found: dict[int, list[CustomerGroup]] = defaultdict(list)
    for key, number, name, colour in rows:
        found[key].append(CustomerGroup(pk=number, name=name, colour=colour))
    return {
        key: Groups(tuple(groups[:SHOWN]), more=len(groups) > SHOWN)
        for key, groups in found.items()
    }


def targets_of(rule_ids: Collection[int]) -> dict[int, int]:
    """How many things each of these rules is for, up to COUNTED + 1. One statement."""
    names = {"of": PriceRuleTarget}
    also = "AND NOT excluded"
    return dict(_rows(COUNT_UP_TO, names, rule_ids, most=COUNTED + 1, owner="rule_id", also=also))


def entries_of(list_ids: Collection[int]) -> dict[int, int]:
    """How many prices each of these lists has, up to COUNTED + 1. One statement."""
    names = {"of": PriceListEntry}
    return dict(
        _rows(COUNT_UP_TO, names, list_ids, most=COUNTED + 1, owner="price_list_id", also="")
    )


def _rows(
    statement: str, models: dict[str, Any], ids: Collection[int], *, most: int, **words: str
) -> list[tuple[Any, ...]]:
    tables = {
        name: connection.ops.quote_name(model._meta.db_table) for name, model in models.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**tables, **words), {"ids": list(ids), "most": most})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
