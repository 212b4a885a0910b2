"""Price lists and their prices as the API shows them."""

from __future__ import annotations

from typing import Any

import graphene
from prices import Money as Amount

from ...access import Act
from ...host.graphql_types import (
    Channel,
    Money,
    NonNullList,
    ProductVariant,
    wrapped,
)
from ...models import PriceList as Row
from ...models import PriceListEntry
from ..fields import Guarded
from ..loaders.catalogue import VariantById
from ..loaders.groups import ChannelById
from ..loaders.prices import EntriesOfList, GroupsOfList
from .groups import CustomerGroup
from .price_schedule import PriceSchedule


class GroupPriceList(PriceSchedule, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the list.")
    groups = Guarded(
        NonNullList(CustomerGroup), act=Act.READ_GROUPS, description="Whose prices it has."
    )
    entries_count = Guarded(
        graphene.Int, act=Act.READ_PRICES, required=True, description="How many prices it has."
    )

    class Meta:
        description = "Many fixed prices for groups."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_groups(root: Row, info: Any) -> Any:
        return GroupsOfList.of(info).load(root.pk)

    @staticmethod
    def resolve_entries_count(root: Row, info: Any) -> Any:
        return EntriesOfList.of(info).load(root.pk)


class GroupPriceListEntry(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the price.")
    variant = graphene.Field(ProductVariant, required=True, description="Of what.")
    channel = graphene.Field(Channel, required=True, description="Where.")
    min_quantity = graphene.Int(required=True, description="From how many on.")
    price = graphene.Field(Money, required=True, description="For one, in the channel's currency.")

    class Meta:
        description = "The price of a variant in a channel from a quantity on."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_variant(root: PriceListEntry, info: Any) -> Any:
        return VariantById.of(info).load(root.variant_id).then(wrapped)

    @staticmethod
    def resolve_channel(root: PriceListEntry, info: Any) -> Any:
        return ChannelById.of(info).load(root.channel_id)

    @staticmethod
    def resolve_price(root: PriceListEntry, info: Any) -> Any:
        return (
            ChannelById.of(info)
            .load(root.channel_id)
            .then(lambda channel: Amount(root.amount, channel.currency_code))
        )
