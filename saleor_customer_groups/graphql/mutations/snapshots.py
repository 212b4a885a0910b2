"""Snapshots: the members of a group, or whom a rule finds, as they are at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import graphene

from ...access import Act
from ...groups import snapshots
from ...host.graphql_types import JSON, NonNullList
from ...models import CustomerGroup as Row
from ...segments import audience, found
from ..fields import caller_of
from ..ids import keys_of, optional_key_of
from ..mutation import BaseMutation
from ..types.groups import CustomerGroup
from .groups import group_of


class CustomerGroupSourceInput(graphene.InputObjectType):
    group = graphene.ID(description="The members of this group.")
    rule = JSON(description="Whom this rule finds.")
    customers = NonNullList(graphene.ID, description="These customers, at most 10,000.")

    class Meta:
        description = "Customers: one of the three."


class CustomerGroupSnapshotCreate(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The snapshot.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Makes a group of these customers as they are now; all or nothing."

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
        snapshot = snapshots.freeze(name, customers_of(source), days=days, actor=caller.actor)
        return {"customer_group": snapshot}


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
    added = graphene.Int(description="How many customers joined.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Puts others in the place of a snapshot's members; who stays is not touched."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the snapshot.")
        source = CustomerGroupSourceInput(required=True, description="Who is in it then.")

    @classmethod
    def perform(cls, info: Any, *, id: str, source: dict[str, Any]) -> dict[str, Any]:
        group, actor = group_of(id), caller_of(info).actor
        counts = snapshots.replace(group, customers_of(source), actor=actor)
        return {"customer_group": group, "added": counts.added}


class CustomerGroupSnapshotAppend(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The snapshot.")
    added = graphene.Int(description="How many customers joined.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Puts further customers into a snapshot; all or nothing."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the snapshot.")
        source = CustomerGroupSourceInput(required=True, description="Who joins.")

    @classmethod
    def perform(cls, info: Any, *, id: str, source: dict[str, Any]) -> dict[str, Any]:
        group, actor = group_of(id), caller_of(info).actor
        counts = snapshots.append(group, customers_of(source), actor=actor)
        return {"customer_group": group, "added": counts.added}


class SnapshotMutations(graphene.ObjectType):
    customer_group_snapshot_create = CustomerGroupSnapshotCreate.Field()
    customer_group_snapshot_renew = CustomerGroupSnapshotRenew.Field()
    customer_group_snapshot_replace = CustomerGroupSnapshotReplace.Field()
    customer_group_snapshot_append = CustomerGroupSnapshotAppend.Field()

    class Meta:
        abstract = True


def customers_of(source: dict[str, Any]) -> Row | Iterable[int]:
    """The group, or the customers by id. InvalidInput: none or several of the three."""
    picked = source.get("customers")
    chosen = audience.checked(
        audience.Audience(
            group_id=optional_key_of(source.get("group"), "CustomerGroup", field="group"),
            rule=source.get("rule"),
            customer_ids=None if picked is None else keys_of(picked, "User", field="customers"),
        )
    )
    if chosen.group_id is not None:
        return group_of(source["group"], field="group")
    if chosen.customer_ids is not None:
        return chosen.customer_ids
    return found.ids(audience.parsed(chosen.rule))
