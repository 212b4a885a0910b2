"""What is done with groups as a whole: copying, another kind, the default, metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import graphene
from django.db import transaction

from ...access import Act
from ...errors import InvalidInput
from ...groups import editing
from ...host.graphql_types import NonNullList
from ...importing import filling
from ...models import CustomerGroup as Row
from ..fields import caller_of
from ..ids import optional_key_of
from ..mutation import BaseMutation
from ..types.groups import CustomerGroup, Kind
from ..types.imports import CustomerGroupImport
from .groups import group_of


class CustomerGroupMetadataInput(graphene.InputObjectType):
    key = graphene.String(required=True, description="Key of a metadata item.")
    value = graphene.String(required=True, description="Value of a metadata item.")


class CustomerGroupCopy(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The new group.")
    job = graphene.Field(
        CustomerGroupImport,
        name="import",
        description="The import that puts its members in, where they are many; else it is done.",
    )

    class Meta:
        act = Act.MANAGE_GROUPS
        description = (
            "Makes another group like this one, with its rule or, if asked and the caller may "
            "manage members, its members; without its prices, and never a default group."
        )

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the group.")
        name = graphene.String(required=True, description="What the new one is called.")
        with_members = graphene.Boolean(
            description="Whether its members are copied, with their ends; else not."
        )

    @classmethod
    def perform(
        cls, info: Any, *, id: str, name: str, with_members: bool = False
    ) -> dict[str, Any]:
        if with_members:
            caller_of(info).require(Act.MANAGE_MEMBERS)
        actor = caller_of(info).actor
        made = filling.copy(group_of(id), name=name, with_members=with_members, actor=actor)
        return {"customer_group": made.group, "job": made.job}


class GroupMutation(BaseMutation):
    """What those answer that change a group."""

    customer_group = graphene.Field(CustomerGroup, description="The group as it is now.")

    class Meta:
        abstract = True


class CustomerGroupChangeKind(GroupMutation):
    class Meta:
        act = Act.MANAGE_GROUPS
        description = (
            "Makes it a group of another kind. Its members stay; a group becomes dynamic by "
            "`customerGroupRuleSet`."
        )

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the group.")
        kind = Kind(required=True, description="Of which kind.")

    @classmethod
    def perform(cls, info: Any, *, id: str, kind: str) -> dict[str, Any]:
        changed = editing.change_kind(group_of(id), kind, actor=caller_of(info).actor)
        return {"customer_group": changed}


class CustomerGroupSetDefault(GroupMutation):
    class Meta:
        act = Act.MANAGE_GROUPS
        description = (
            "Makes it the group that newcomers enter, of a channel or of the shop; the former one "
            "keeps its members."
        )

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the group.")
        channel = graphene.ID(description="Of this channel; else of the shop.")

    @classmethod
    def perform(cls, _info: Any, *, id: str, channel: str | None = None) -> dict[str, Any]:
        channel_id = optional_key_of(channel, "Channel", field="channel")
        default = editing.set_default(group_of(id), channel_id=channel_id)
        return {"customer_group": default.group}


class _MetadataMutation(GroupMutation):
    """Changes the metadata named `kept_in`."""

    kept_in: ClassVar[str]

    class Meta:
        abstract = True

    @classmethod
    def change(
        cls, info: Any, id: str, edit: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> dict[str, Any]:
        """The group with what `edit` makes of its metadata, nobody else changing them meanwhile."""
        actor = caller_of(info).actor
        with transaction.atomic():
            group = group_of(id)
            current = Row.objects.select_for_update().filter(pk=group.pk).first() or group
            edited = edit(dict(getattr(current, cls.kept_in)))
            changes: Any = {cls.kept_in: edited}
            return {"customer_group": editing.update_group(current, actor=actor, **changes)}


class _MetadataUpdate(_MetadataMutation):
    class Meta:
        abstract = True

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the group.")
        input = NonNullList(CustomerGroupMetadataInput, required=True, description="The items.")

    @classmethod
    def perform(cls, info: Any, *, id: str, input: list[dict[str, str]]) -> dict[str, Any]:
        given = {item["key"]: item["value"] for item in input}
        if any(not key.strip() for key in given):
            raise InvalidInput("A key must not be empty.", field="key", code="required")
        return cls.change(info, id, lambda metadata: metadata | given)


class _MetadataDelete(_MetadataMutation):
    class Meta:
        abstract = True

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the group.")
        keys = NonNullList(graphene.String, required=True, description="Their keys.")

    @classmethod
    def perform(cls, info: Any, *, id: str, keys: list[str]) -> dict[str, Any]:
        return cls.change(
            info,
            id,
            lambda metadata: {key: metadata[key] for key in metadata if key not in keys},
        )


class CustomerGroupMetadataUpdate(_MetadataUpdate):
    kept_in = "metadata"

    class Meta:
        act = Act.MANAGE_GROUPS
        description = "Sets items of a group's public metadata; the others stay."


class CustomerGroupMetadataDelete(_MetadataDelete):
    kept_in = "metadata"

    class Meta:
        act = Act.MANAGE_GROUPS
        description = "Removes items of a group's public metadata."


class CustomerGroupPrivateMetadataUpdate(_MetadataUpdate):
    kept_in = "private_metadata"

    class Meta:
        act = Act.MANAGE_GROUPS
        description = "Sets items of a group's private metadata; the others stay."


class CustomerGroupPrivateMetadataDelete(_MetadataDelete):
    kept_in = "private_metadata"

    class Meta:
        act = Act.MANAGE_GROUPS
        description = "Removes items of a group's private metadata."


class WholeGroupMutations(graphene.ObjectType):
    customer_group_copy = CustomerGroupCopy.Field()
    customer_group_change_kind = CustomerGroupChangeKind.Field()
    customer_group_set_default = CustomerGroupSetDefault.Field()
    customer_group_metadata_update = CustomerGroupMetadataUpdate.Field()
    customer_group_metadata_delete = CustomerGroupMetadataDelete.Field()
    customer_group_private_metadata_update = CustomerGroupPrivateMetadataUpdate.Field()
    customer_group_private_metadata_delete = CustomerGroupPrivateMetadataDelete.Field()

    class Meta:
        abstract = True
