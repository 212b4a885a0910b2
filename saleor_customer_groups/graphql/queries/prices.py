"""Questions about price rules and price lists."""

from __future__ import annotations

from typing import Any

import graphene
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from ...access import Act
from ...models import PriceList, PriceListEntry, PriceRule, PriceRuleTarget
from ...pricing.states import in_state
from ..connections import Slice
from ..entities import EntityField
from ..enums import OrderDirection, sort_fields
from ..fields import ConnectionField
from ..ids import key_of, keys_of
from ..types.price_lists import GroupPriceList, GroupPriceListEntry
from ..types.price_rules import GroupPriceRule, GroupPriceRuleTarget, Kind
from ..types.price_schedule import PriceState
from .narrowing import WithIDs, named, narrowed


class GroupPriceListFilterInput(WithIDs, graphene.InputObjectType):
    search = graphene.String(description="Part of the name.")
    groups = graphene.List(graphene.NonNull(graphene.ID), description="For one of these groups.")
    states = graphene.List(graphene.NonNull(PriceState), description="In one of these states.")


class GroupPriceRuleFilterInput(GroupPriceListFilterInput):
    channels = graphene.List(
        graphene.NonNull(graphene.ID), description="That apply in one of these channels."
    )
    kinds = graphene.List(graphene.NonNull(Kind), description="Of one of these kinds.")


GroupPriceSortField = sort_fields(
    "GroupPriceSortField",
    PRIORITY="priority",
    NAME="name",
    CREATED_AT="created_at",
    UPDATED_AT="updated_at",
)


class GroupPriceSortingInput(graphene.InputObjectType):
    field = GroupPriceSortField(required=True, description="By what.")
    direction = OrderDirection(required=True, description="Which way.")


class GroupPriceListEntryFilterInput(graphene.InputObjectType):
    search = graphene.String(description="Part of the variant's SKU.")
    variants = graphene.List(graphene.NonNull(graphene.ID), description="Of these variants.")
    channels = graphene.List(graphene.NonNull(graphene.ID), description="In these channels.")


class PriceQueries(graphene.ObjectType):
    group_price_rule = EntityField(GroupPriceRule, description="One price rule.")
    group_price_rules = ConnectionField(
        GroupPriceRule,
        act=Act.READ_PRICES,
        description="The price rules of the shop.",
        filter=GroupPriceRuleFilterInput(description="Which of them."),
        sort_by=GroupPriceSortingInput(description="In which order; else the highest first."),
    )
    group_price_rule_targets = ConnectionField(
        GroupPriceRuleTarget,
        act=Act.READ_PRICES,
        description="Everything that a price rule names.",
        rule=graphene.ID(required=True, description="The ID of the rule."),
    )
    group_price_list = EntityField(GroupPriceList, description="One price list.")
    group_price_lists = ConnectionField(
        GroupPriceList,
        act=Act.READ_PRICES,
        description="The price lists of the shop.",
        filter=GroupPriceListFilterInput(description="Which of them."),
        sort_by=GroupPriceSortingInput(description="In which order; else the highest first."),
    )
    group_price_list_entry = EntityField(
        GroupPriceListEntry, description="One price of a price list."
    )
    group_price_list_entries = ConnectionField(
        GroupPriceListEntry,
        act=Act.READ_PRICES,
        description="The prices of a price list, in the order in which they came in.",
        price_list=graphene.ID(required=True, description="The ID of the list."),
        filter=GroupPriceListEntryFilterInput(description="Which of them."),
    )

    class Meta:
        abstract = True

    @staticmethod
    def resolve_group_price_rules(_root: Any, _info: Any, **wanted: Any) -> Slice:
        asked = wanted.get("filter") or {}
        rows = narrowed(_found(PriceRule, asked, "GroupPriceRule"), asked, kinds="kind__in")
        if asked.get("channels"):
            keys = keys_of(asked["channels"], "Channel", field="channels")
            there = PriceRule.channels.through.objects.filter(
                pricerule_id=OuterRef("pk"), channel_id__in=keys
            )
            rows = rows.filter(Q(every_channel=True) | Exists(there))
        return _sorted(rows, wanted.get("sort_by"))

    @staticmethod
    def resolve_group_price_rule_targets(
        _root: Any, _info: Any, *, rule: str, **_page: Any
    ) -> Slice:
        key = key_of(rule, "GroupPriceRule", field="rule")
        return Slice(PriceRuleTarget.objects.filter(rule_id=key))

    @staticmethod
    def resolve_group_price_lists(_root: Any, _info: Any, **wanted: Any) -> Slice:
        rows = _found(PriceList, wanted.get("filter") or {}, "GroupPriceList")
        return _sorted(rows, wanted.get("sort_by"))

    @staticmethod
    def resolve_group_price_list_entries(
        _root: Any, _info: Any, *, price_list: str, filter: Any = None, **_page: Any
    ) -> Slice:
        key = key_of(price_list, "GroupPriceList", field="price_list")
        rows, asked = PriceListEntry.objects.filter(price_list_id=key), filter or {}
        rows = narrowed(rows, asked, search="variant__sku__icontains")
        if asked.get("variants"):
            keys = keys_of(asked["variants"], "ProductVariant", field="variants")
            rows = rows.filter(variant_id__in=keys)
        if asked.get("channels"):
            rows = rows.filter(channel_id__in=keys_of(asked["channels"], "Channel"))
        return Slice(rows)


def _found(model: Any, asked: dict[str, Any], kind: str) -> QuerySet[Any]:
    """What rules and lists are both asked for."""
    rows = named(model.objects.all(), asked, kind)
    rows = narrowed(rows, asked, search="name__icontains")
    if asked.get("groups"):
        through = rows.model.groups.through.objects
        owner = f"{rows.model._meta.model_name}_id"
        keys = keys_of(asked["groups"], "CustomerGroup", field="groups")
        rows = rows.filter(
            Exists(through.filter(**{owner: OuterRef("pk")}, customergroup_id__in=keys))
        )
    if asked.get("states"):
        now, condition = timezone.now(), Q()
        for state in asked["states"]:
            condition |= in_state(state, now)
        rows = rows.filter(condition)
    return rows


def _sorted(rows: QuerySet[Any], by: dict[str, Any] | None) -> Slice:
    """In the order of their taking part, unless another is asked for."""
    if by is None:
        ranked = rows.annotate(rank=-F("priority"))
        return Slice(ranked, order=("rank", "pk"))
    return Slice(rows, order=(by["field"], "pk"), descending=by["direction"] == "-")
