"""What fields of Saleor's types ask for, loaded together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeAlias

from django.utils import timezone

from ...models import CustomerGroup, Membership
from ...pricing.catalogue import Asked
from ...pricing.quote import Quote
from ..queries.quotes import quotes
from .base import Loader

# Whose price: customer (None: a guest), channel, variant and how many of it.
Price: TypeAlias = tuple[int | None, str, int, int]


class GroupsOfCustomer(Loader):
    """The groups that a customer is in now, by name, in two statements."""

    def rows_of(self, keys: Sequence[int]) -> list[list[CustomerGroup]]:
        memberships = Membership.objects.active(timezone.now()).filter(customer_id__in=keys)
        pairs = memberships.order_by().values_list("customer_id", "group_id")
        groups_of = defaultdict(set)
        for customer_id, group_id in pairs:
            groups_of[customer_id].add(group_id)
        groups = CustomerGroup.objects.in_bulk({one for ids in groups_of.values() for one in ids})
        return [
            sorted(
                (groups[one] for one in groups_of[key]), key=lambda group: (group.name, group.pk)
            )
            for key in keys
        ]


class QuotesInChannel(Loader):
    """The quotes of variants; each customer and channel takes the same statements."""

    def rows_of(self, keys: Sequence[Price]) -> list[Quote | None]:
        wanted: dict[Any, list[Price]] = defaultdict(list)
        for key in keys:
            wanted[key[:2]].append(key)
        found: dict[Price, Quote | None] = {}
        for (customer_id, channel_slug), prices in wanted.items():
            asked = [Asked(variant_id, quantity) for _, _, variant_id, quantity in prices]
            answers = quotes(customer_id, asked, channel_slug, published_only=True, most=None)
            found.update(zip(prices, answers, strict=True))
        return [found[key] for key in keys]
