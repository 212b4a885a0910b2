"""Snapshots: the members of a group, or whom a rule finds, as they are at a moment."""

from __future__ import annotations

from typing import Any

import graphene

from ...access import Act
from ...groups import snapshots
from ...host.graphql_types import JSON, NonNullList
from ...importing import filling, sources
from ...importing.filling import Filled, Source
from ...segments import audience
from ..fields import caller_of
from ..ids import keys_of, optional_key_of
from ..mutation import BaseMutation
from ..types.groups import CustomerGroup
from ..types.imports import CustomerGroupImport
from .groups import group_of

MANY = "More than 10,000 are put in by an import, which tells how far it is and can be undone."


class CustomerGroupSourceInput(graphene.InputObjectType):
    group = graphene.ID(description="The members of this group.")
    rule = JSON(description="Whom this rule finds.")
    customers = NonNullList(graphene.ID, description="These customers, at most 10,000.")

    class Meta:
        description = "Customers: one of the three."


class CustomerGroupSnapshotCreate(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The snapshot.")
    job = graphene.Field(
        CustomerGroupImport,
        name="import",
        description="The import that puts them in, where they are many; else it is done.",
    )

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = f"Makes a group of these customers as they are now. {MANY}"

    class Arguments:
        name = graphene.String(required=True, description="What it is called.")
        source = CustomerGroupSourceInput(required=True, description="Who is in it.")
        days = graphene.Int(description="How long it starts something new; else as the shop says.")

    @classmethod
    def perform(
        cls, info: Any, *, name: str, source: dict[str, Any], days: int | None = None
    ) -> dict[str, Any]:
        caller = caller_of(info)
        caller.require(Act.MANAGE_GROUPS)
        made = filling.freeze(name, source_of(source), days=days, actor=caller.actor)
        return {"customer_group": made.group, "job": made.job}


class CustomerGroupSnapshotRenew(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The snapshot as it is now.")

    class Meta:
        act = Act.MANAGE_GROUPS
        description = "Lets a snapshot, expired or not, last from now."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the snapshot.")
        days = graphene.Int(description="How long; else as the shop says.")

    @classmethod
    def perform(cls, info: Any, *, id: str, days: int | None = None) -> dict[str, Any]:
        renewed = snapshots.renew(group_of(id), days=days, actor=caller_of(info).actor)
        return {"customer_group": renewed}


class CustomerGroupSnapshotReplace(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The snapshot.")
    added = graphene.Int(description="How many customers joined; null: an import puts them in.")
    job = graphene.Field(
        CustomerGroupImport,
        name="import",
        description="The import that does it, where they are many; else it is done.",
    )

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = (
            f"Puts others in the place of a snapshot's members; who stays is not touched. {MANY}"
        )

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the snapshot.")
        source = CustomerGroupSourceInput(required=True, description="Who is in it then.")

    @classmethod
    def perform(cls, info: Any, *, id: str, source: dict[str, Any]) -> dict[str, Any]:
        group, actor = group_of(id), caller_of(info).actor
        return _filled(filling.replace(group, source_of(source), actor=actor))


class CustomerGroupSnapshotAppend(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The snapshot.")
    added = graphene.Int(description="How many customers joined; null: an import puts them in.")
    job = graphene.Field(
        CustomerGroupImport,
        name="import",
        description="The import that puts them in, where they are many; else it is done.",
    )

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = f"Puts further customers into a snapshot. {MANY}"

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the snapshot.")
        source = CustomerGroupSourceInput(required=True, description="Who joins.")

    @classmethod
    def perform(cls, info: Any, *, id: str, source: dict[str, Any]) -> dict[str, Any]:
        group, actor = group_of(id), caller_of(info).actor
        return _filled(filling.append(group, source_of(source), actor=actor))


class SnapshotMutations(graphene.ObjectType):
    customer_group_snapshot_create = CustomerGroupSnapshotCreate.Field()
    customer_group_snapshot_renew = CustomerGroupSnapshotRenew.Field()
    customer_group_snapshot_replace = CustomerGroupSnapshotReplace.Field()
    customer_group_snapshot_append = CustomerGroupSnapshotAppend.Field()

    class Meta:
        abstract = True


def source_of(source: dict[str, Any]) -> Source:
    """Of the input. InvalidInput: none or several of the three, or one that cannot be frozen."""
    picked = source.get("customers")
    chosen = audience.checked(
        audience.Audience(
            group_id=optional_key_of(source.get("group"), "CustomerGroup", field="group"),
            rule=source.get("rule"),
            customer_ids=None if picked is None else keys_of(picked, "User", field="customers"),
        )
    )
    if chosen.group_id is not None:
        return sources.of_members(group_of(source["group"], field="group"))
    if chosen.customer_ids is not None:
        return chosen.customer_ids
    return sources.of_rule(chosen.rule)


def _filled(done: Filled) -> dict[str, Any]:
    added = None if done.counts is None else done.counts.added
    return {"customer_group": done.group, "added": added, "job": done.job}
