"""What belongs to price rules and price lists, loaded together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.apps import apps
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from ...models import (
    CustomerGroup,
    PriceList,
    PriceListEntry,
    PriceRule,
    PriceRuleAmount,
    PriceRuleTarget,
)
from .base import Loader, in_order

MOST_TARGETS: Final = 100


class _Linked(Loader):
    """The rows of a many-to-many relation, by name and then key, in two statements."""

    through: ClassVar[Any]
    owner: ClassVar[str]
    thing: ClassVar[str]

    def rows_of(self, keys: Sequence[int]) -> list[list[Any]]:
        pairs = self.through._default_manager.filter(**{f"{self.owner}_id__in": keys})
        linked = defaultdict(set)
        for owner, thing in pairs.values_list(f"{self.owner}_id", f"{self.thing}_id"):
            linked[owner].add(thing)
        things = self.things().in_bulk({thing for ids in linked.values() for thing in ids})
        found = {
            key: sorted((things[one] for one in ids if one in things), key=_by_name)
            for key, ids in linked.items()
        }
        return [found.get(key, []) for key in keys]

    def things(self) -> Any:
        return CustomerGroup.objects


def _by_name(row: Any) -> tuple[str, int]:
    return row.name, row.pk


class GroupsOfRule(_Linked):
    """The groups of a price rule."""

    through, owner, thing = PriceRule.groups.through, "pricerule", "customergroup"


class GroupsOfList(_Linked):
    """The groups of a price list."""

    through, owner, thing = PriceList.groups.through, "pricelist", "customergroup"


class ChannelsOfRule(_Linked):
    """The channels that a price rule names."""

    through, owner, thing = PriceRule.channels.through, "pricerule", "channel"

    def things(self) -> Any:
        return apps.get_model("channel", "Channel")._default_manager


class AmountsOfRule(Loader):
    """The amounts of a price rule, by currency."""

    def rows_of(self, keys: Sequence[int]) -> list[list[PriceRuleAmount]]:
        found = defaultdict(list)
        for row in PriceRuleAmount.objects.filter(rule_id__in=keys).order_by("currency"):
            found[row.rule_id].append(row)
        return [found[key] for key in keys]


class TargetsOfRule(Loader):
    """The first of the things that a price rule names."""

    def rows_of(self, keys: Sequence[int]) -> list[list[PriceRuleTarget]]:
        place = Window(RowNumber(), partition_by=F("rule_id"), order_by="id")
        rows = PriceRuleTarget.objects.filter(rule_id__in=keys).annotate(place=place)
        found: dict[int, list[PriceRuleTarget]] = defaultdict(list)
        for row in rows.filter(place__lte=MOST_TARGETS).order_by("pk"):
            found[row.rule_id].append(row)
        return [found[key] for key in keys]


class TargetsCountOfRule(Loader):
    """How many things a price rule names."""

    def rows_of(self, keys: Sequence[int]) -> list[int]:
        rows = PriceRuleTarget.objects.filter(rule_id__in=keys).order_by()
        return in_order(keys, dict(rows.values_list("rule_id").annotate(Count("id"))), 0)


class EntriesOfList(Loader):
    """How many prices a price list has."""

    def rows_of(self, keys: Sequence[int]) -> list[int]:
        rows = PriceListEntry.objects.filter(price_list_id__in=keys).order_by()
        return in_order(keys, dict(rows.values_list("price_list_id").annotate(Count("id"))), 0)
