"""Resolvers of what many of our rows refer to: loaded together, null where a row refers to none."""

from __future__ import annotations

from typing import Any

from ...host.graphql_types import wrapped
from ..loaders.customers import CustomerById
from ..loaders.groups import ChannelById, GroupById


class WithGroup:
    """Of a type whose rows have a `group_id`."""

    @staticmethod
    def resolve_group(root: Any, info: Any) -> Any:
        return None if root.group_id is None else GroupById.of(info).load(root.group_id)


class WithCustomer:
    """Of a type whose rows have a `customer_id`."""

    @staticmethod
    def resolve_customer(root: Any, info: Any) -> Any:
        if root.customer_id is None:
            return None
        return CustomerById.of(info).load(root.customer_id).then(wrapped)


class WithChannel:
    """Of a type whose rows have a `channel_id`."""

    @staticmethod
    def resolve_channel(root: Any, info: Any) -> Any:
        if root.channel_id is None:
            return None
        return ChannelById.of(info).load(root.channel_id).then(wrapped)
