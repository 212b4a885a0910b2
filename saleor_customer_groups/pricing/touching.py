"""Which groups have prices in force that touch a product. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from ..models import CustomerGroup, PriceList, PriceListEntry, PriceRule, PriceRuleTarget
from .states import State, in_state


def groups_for(
    product: Any, variant_ids: Collection[int], *, channel_id: int, now: datetime
) -> QuerySet[CustomerGroup]:
    """Groups of a rule or list that holds now for one of these variants in the channel; whether it
    is charged there, quotes say.
    """
    holds = in_state(State.ACTIVE, now)
    here = Q(every_channel=True) | Q(channels=channel_id)
    named = Q(everything=True) | Q(pk__in=_targets(product, variant_ids).values("rule"))
    rules = PriceRule.objects.filter(holds, here, named)
    entries = PriceListEntry.objects.filter(variant__in=variant_ids, channel=channel_id)
    lists = PriceList.objects.filter(holds, pk__in=entries.values("price_list"))
    of_rules = PriceRule.groups.through._default_manager.filter(pricerule__in=rules.order_by())
    of_lists = PriceList.groups.through._default_manager.filter(pricelist__in=lists.order_by())
    by_rule = Q(pk__in=of_rules.values("customergroup"))
    return CustomerGroup.objects.filter(by_rule | Q(pk__in=of_lists.values("customergroup")))


def _targets(product: Any, variant_ids: Collection[int]) -> QuerySet[PriceRuleTarget]:
    links = apps.get_model("product", "CollectionProduct")._default_manager
    collections = links.filter(product=product).order_by().values("collection")
    names = Q(product=product) | Q(variant__in=variant_ids) | Q(collection__in=collections)
    if product.category is not None:
        above = product.category.get_ancestors(include_self=True)
        names |= Q(category__in=[category.pk for category in above])
    return PriceRuleTarget.objects.filter(names, excluded=False).order_by()
