"""Who is in a group and who was, as the API shows them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import graphene

from ...access import Act
from ...host.graphql_types import DateTime, User
from ...models import Membership, MembershipAction, MembershipEvent, MembershipSource
from ..enums import enum_of
from ..fields import Guarded
from ..ids import global_id
from .groups import CustomerGroup
from .metadata import PublicMetadata
from .relations import WithCustomer, WithGroup

Source = enum_of(MembershipSource, "CustomerGroupMemberSource", "How a customer came into a group.")
Action = enum_of(MembershipAction, "CustomerGroupHistoryAction", "What happened to a membership.")


class CustomerGroupMember(WithGroup, WithCustomer, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the membership.")
    group = Guarded(CustomerGroup, act=Act.READ_GROUPS, required=True, description="The group.")
    customer = graphene.Field(User, required=True, description="Who is in it.")
    source = Source(required=True, description="How the customer came into it.")
    started_at = DateTime(required=True, description="Since when.")
    until = DateTime(description="Until when; null: for good.")
    reason = graphene.String(required=True, description="Why.")
    actor = graphene.String(required=True, description="Who did it, such as `User:1`.")

    class Meta:
        description = "A customer in a group."
        interfaces = [graphene.relay.Node]


class CustomerGroupHistoryLine(WithGroup, WithCustomer, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the line.")
    group_id = graphene.ID(required=True, description="The ID of the group, also of a deleted one.")
    group_name = graphene.String(required=True, description="What the group was called then.")
    group = Guarded(CustomerGroup, act=Act.READ_GROUPS, description="The group, while it exists.")
    customer_id = graphene.ID(description="The ID of the customer; null: they were erased.")
    customer = graphene.Field(User, description="The customer, while they exist.")
    action = Action(required=True, description="What happened.")
    source = Source(required=True, description="What did it.")
    until = DateTime(description="Until when the membership was to last; null: for good.")
    reason = graphene.String(required=True, description="Why.")
    actor = graphene.String(required=True, description="Who did it, such as `User:1`.")
    at = DateTime(required=True, description="When.")
    import_id = graphene.ID(description="The ID of the import that did it.")

    class Meta:
        description = "One line of the history of groups; it is never changed."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_group_id(root: MembershipEvent, _info: Any) -> str:
        return global_id("CustomerGroup", root.group_id)

    @staticmethod
    def resolve_customer_id(root: MembershipEvent, _info: Any) -> str | None:
        return global_id("User", root.customer_id) if root.customer_id > 0 else None

    @staticmethod
    def resolve_import_id(root: MembershipEvent, _info: Any) -> str | None:
        return None if root.import_id is None else global_id("CustomerGroupImport", root.import_id)


class MyCustomerGroup(PublicMetadata, graphene.ObjectType):
    id = graphene.ID(required=True, description="The ID of the group.")
    name = graphene.String(required=True, description="What it is called.")
    slug = graphene.String(required=True, description="Its name in addresses and files.")
    colour = graphene.String(required=True, description="As `#rrggbb`; empty: none.")
    since = DateTime(required=True, description="Since when the customer is in it.")
    until = DateTime(description="Until when; null: for good.")

    class Meta:
        description = "A group that the customer is in, as customers see it."

    @staticmethod
    def resolve_id(root: Membership, _info: Any) -> str:
        return global_id("CustomerGroup", root.group_id)

    @staticmethod
    def resolve_name(root: Membership, _info: Any) -> str:
        return root.group.name

    @staticmethod
    def resolve_slug(root: Membership, _info: Any) -> str:
        return root.group.slug

    @staticmethod
    def resolve_colour(root: Membership, _info: Any) -> str:
        return root.group.colour

    @staticmethod
    def resolve_metadata(root: Membership, info: Any) -> Any:
        return PublicMetadata.resolve_metadata(root.group, info)

    @staticmethod
    def resolve_metafield(root: Membership, info: Any, *, key: str) -> str | None:
        return PublicMetadata.resolve_metafield(root.group, info, key=key)

    @staticmethod
    def resolve_metafields(
        root: Membership, info: Any, *, keys: Collection[str] | None = None
    ) -> Any:
        return PublicMetadata.resolve_metafields(root.group, info, keys=keys)

    @staticmethod
    def resolve_since(root: Membership, _info: Any) -> Any:
        return root.started_at
