"""What belongs to customers' loyalty, loaded together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Sum

from ...loyalty import queries
from ...loyalty.queries import Balance
from ...models import Adjustment, EarningMultiplier, LoyaltyEntry
from .base import Loader, in_order


class BalancesOfCustomer(Loader):
    """Of a customer all balances, by unit and currency."""

    def rows_of(self, keys: Sequence[int]) -> list[tuple[Balance, ...]]:
        return in_order(keys, queries.balances_of(keys), ())


class AdjustmentById(Loader):
    """A bulk act by its key; None where there is none."""

    def rows_of(self, keys: Sequence[int]) -> list[Any]:
        return in_order(keys, Adjustment.objects.in_bulk(keys))


class ReversedOfEntry(Loader):
    """How much of an entry was reversed, in smallest units, as a positive number."""

    def rows_of(self, keys: Sequence[int]) -> list[int]:
        mirrors = LoyaltyEntry.objects.filter(reverses__in=keys).order_by()
        sums = dict(mirrors.values_list("reverses").annotate(Sum("amount")))
        return [abs(sums.get(key, 0)) for key in keys]


class MultipliersOfRule(Loader):
    """The multipliers of an earning rule, with what they are for."""

    def rows_of(self, keys: Sequence[int]) -> list[list[EarningMultiplier]]:
        found: dict[int, list[EarningMultiplier]] = defaultdict(list)
        rows = EarningMultiplier.objects.filter(rule_id__in=keys).order_by("id")
        for row in rows.prefetch_related("targets"):
            found[row.rule_id].append(row)
        return [found[key] for key in keys]
