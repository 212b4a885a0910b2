"""Customer groups as the API shows them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import graphene
from django.utils import timezone

from ...access import Act
from ...groups.kinds import is_expired
from ...host.graphql_types import JSON, Channel, DateTime, MetadataItem, NonNullList
from ...models import CustomerGroup as Row
from ...models import GroupKind
from ..enums import enum_of
from ..fields import Guarded
from ..loaders.groups import ChannelById, DefaultsOfGroup, MembersOfGroup
from ..loaders.segments import SegmentOfGroup
from .metadata import PublicMetadata, items, of_keys
from .relations import WithChannel
from .segments import CustomerGroupSegment

Kind = enum_of(GroupKind, "CustomerGroupKind", "What decides who is in a group.")


class CustomerGroup(WithChannel, PublicMetadata, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the group.")
    name = graphene.String(required=True, description="What it is called.")
    slug = graphene.String(required=True, description="Its name in addresses and files.")
    description = graphene.String(required=True, description="What it is for.")
    colour = graphene.String(required=True, description="As `#rrggbb`; empty: none.")
    kind = Kind(required=True, description="What decides who is in it.")
    priority = graphene.Int(required=True, description="A higher number goes first.")
    channel = graphene.Field(Channel, description="Whose customers a channel group holds.")
    expires_at = DateTime(description="From when on a snapshot starts nothing new.")
    is_expired = graphene.Boolean(required=True, description="Whether that moment has passed.")
    member_limit = graphene.Int(description="How many customers it may hold; null: no limit.")
    applications_open = graphene.Boolean(
        required=True, description="Whether customers may apply for it."
    )
    approved_domains = NonNullList(
        graphene.String,
        required=True,
        description="E-mail domains whose applicants are approved at once.",
    )
    created_at = DateTime(required=True, description="When it was made.")
    updated_at = DateTime(required=True, description="When it was last changed.")
    is_default = graphene.Boolean(
        required=True, description="Whether newcomers of the shop or of a channel enter it."
    )
    default_for = NonNullList(
        Channel, required=True, description="The channels whose newcomers enter it."
    )
    is_default_of_shop = graphene.Boolean(
        required=True, description="Whether newcomers enter it where the channel has no own."
    )
    members_count = Guarded(
        graphene.Int,
        act=Act.READ_GROUPS,
        required=True,
        description="How many customers are in it now.",
    )
    segment = Guarded(
        CustomerGroupSegment,
        act=Act.READ_GROUPS,
        description="The rule that keeps it; null: none does.",
    )
    private_metadata = Guarded(
        NonNullList(MetadataItem),
        act=Act.MANAGE_GROUPS,
        required=True,
        description="Private metadata.",
    )
    private_metafield = Guarded(
        graphene.String,
        act=Act.MANAGE_GROUPS,
        description="The value of one key of the private metadata; null: there is none.",
        key=graphene.String(required=True, description="The key."),
    )
    private_metafields = Guarded(
        JSON,
        act=Act.MANAGE_GROUPS,
        description="Private metadata as an object.",
        keys=NonNullList(graphene.String, description="Of these keys only."),
    )

    class Meta:
        description = "A named set of customers."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_is_expired(root: Row, _info: Any) -> bool:
        return is_expired(root, timezone.now())

    @staticmethod
    def resolve_members_count(root: Row, info: Any) -> Any:
        return MembersOfGroup.of(info).load(root.pk)

    @staticmethod
    def resolve_segment(root: Row, info: Any) -> Any:
        return SegmentOfGroup.of(info).load(root.pk)

    @staticmethod
    def resolve_is_default(root: Row, info: Any) -> Any:
        return DefaultsOfGroup.of(info).load(root.pk).then(bool)

    @staticmethod
    def resolve_is_default_of_shop(root: Row, info: Any) -> Any:
        return DefaultsOfGroup.of(info).load(root.pk).then(lambda channels: None in channels)

    @staticmethod
    def resolve_default_for(root: Row, info: Any) -> Any:
        def load(channel_ids: list[int | None]) -> Any:
            return ChannelById.of(info).load_many([key for key in channel_ids if key is not None])

        return DefaultsOfGroup.of(info).load(root.pk).then(load)

    @staticmethod
    def resolve_private_metadata(root: Row, _info: Any) -> list[MetadataItem]:
        return items(root.private_metadata)

    @staticmethod
    def resolve_private_metafield(root: Row, _info: Any, *, key: str) -> str | None:
        value: str | None = root.private_metadata.get(key)
        return value

    @staticmethod
    def resolve_private_metafields(
        root: Row, _info: Any, *, keys: Collection[str] | None = None
    ) -> dict[str, Any]:
        return of_keys(root.private_metadata, keys)
