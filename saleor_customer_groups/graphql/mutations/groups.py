"""Making, changing and deleting groups."""

from __future__ import annotations

from typing import Any, Final

import graphene

from ...access import Act
from ...errors import InvalidInput
from ...groups import editing
from ...host.graphql_types import JSON, DateTime
from ...importing import emptying
from ...models import CustomerGroup as Row
from ...models import GroupKind
from ...segments import editing as segments
from ..fields import caller_of
from ..ids import optional_key_of
from ..inputs import changed, said
from ..mutation import BaseMutation
from ..rows import row_of
from ..types.groups import CustomerGroup, Kind
from ..types.imports import CustomerGroupImport

# What null takes away.
EMPTIED: Final = frozenset({"expires_at", "member_limit"})


class CustomerGroupInput(graphene.InputObjectType):
    name = graphene.String(description="What it is called.")
    slug = graphene.String(description="Its name in addresses; else made of the name.")
    description = graphene.String(description="What it is for.")
    colour = graphene.String(description="As `#rrggbb`; empty: none.")
    priority = graphene.Int(description="A higher number goes first.")
    member_limit = graphene.Int(description="How many customers it may hold; null: no limit.")
    expires_at = DateTime(description="From when on a snapshot starts nothing new.")
    applications_open = graphene.Boolean(description="Whether customers may apply for it.")
    approved_domains = graphene.List(
        graphene.NonNull(graphene.String),
        description="E-mail domains whose applicants are approved at once.",
    )


class CustomerGroupCreateInput(CustomerGroupInput):
    name = graphene.String(required=True, description="What it is called.")
    kind = Kind(description="What decides who is in it; else MANUAL.")
    channel = graphene.ID(description="Of a channel group: the channel.")
    rule = JSON(description="Of a dynamic group: the rule that keeps it.")


class CustomerGroupCreate(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The new group.")

    class Meta:
        act = Act.MANAGE_GROUPS
        description = "Makes a customer group."

    class Arguments:
        input = CustomerGroupCreateInput(required=True, description="What it shall be.")

    @classmethod
    def perform(cls, info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        return {"customer_group": _created(said(input), actor=caller_of(info).actor)}


class CustomerGroupUpdate(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The group as it is now.")

    class Meta:
        act = Act.MANAGE_GROUPS
        description = "Changes a customer group; what is not given stays as it is."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the group.")
        input = CustomerGroupInput(required=True, description="What changes.")

    @classmethod
    def perform(cls, info: Any, *, id: str, input: dict[str, Any]) -> dict[str, Any]:
        group = group_of(id)
        changes = changed(input, emptied=EMPTIED)
        after = editing.update_group(group, **changes, actor=caller_of(info).actor)
        return {"customer_group": after}


class CustomerGroupDelete(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The group as it was.")
    job = graphene.Field(
        CustomerGroupImport,
        name="import",
        description="The import that takes its members out first, where they are many; the group "
        "goes once that is done.",
    )

    class Meta:
        act = Act.MANAGE_GROUPS
        description = "Deletes a customer group that nothing uses."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the group.")
        reason = graphene.String(description="Why, for the history.")

    @classmethod
    def perform(cls, info: Any, *, id: str, reason: str = "") -> dict[str, Any]:
        group = group_of(id)
        key = group.pk
        job = emptying.delete(group, actor=caller_of(info).actor, reason=reason)
        group.pk = key
        return {"customer_group": group, "job": job}


def group_of(id: str, *, field: str = "id") -> Row:
    """The group of this global id. InvalidInput where there is none."""
    missing = "There is no such group."
    return row_of(Row.objects.all(), id, "CustomerGroup", missing=missing, field=field)


def _created(details: dict[str, Any], *, actor: str) -> Row:
    """A group of the kind that is asked for, with the rule that keeps it."""
    kind, rule = details.get("kind"), details.pop("rule", None)
    channel = optional_key_of(details.pop("channel", None), "Channel", field="channel")
    if kind == GroupKind.DYNAMIC:
        if rule is None:
            sentence = "A dynamic group needs a rule."
            raise InvalidInput(sentence, field="rule", code="required")
        del details["kind"]
        return segments.create_dynamic(details.pop("name"), rule, **details, actor=actor)
    if rule is not None:
        sentence = "Only a dynamic group has a rule of its own."
        raise InvalidInput(sentence, field="rule", code="kind_mismatch")
    if kind == GroupKind.CHANNEL and channel is not None:
        del details["kind"]
        name = details.pop("name")
        return segments.create_of_channel(name, channel, **details, actor=actor)
    return editing.create_group(**details, channel_id=channel, actor=actor)


class GroupMutations(graphene.ObjectType):
    customer_group_create = CustomerGroupCreate.Field()
    customer_group_update = CustomerGroupUpdate.Field()
    customer_group_delete = CustomerGroupDelete.Field()

    class Meta:
        abstract = True
