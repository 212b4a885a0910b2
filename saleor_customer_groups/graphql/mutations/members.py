"""Putting customers into groups, taking them out, moving them, and their ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeAlias

import graphene

from ...access import Act
from ...groups import membership, moving
from ...groups.membership import Added, Changed, Removed
from ...groups.moving import Moved
from ...host.graphql_types import DateTime, NonNullList
from ...models import CustomerGroup as Row
from ...segments import editing as segments
from ..fields import caller_of
from ..ids import global_id
from ..mutation import BaseMutation
from ..naming import Named, by_hand, customers_of
from ..types.groups import CustomerGroup
from .groups import group_of

Outcome: TypeAlias = Added | Removed | Changed | Moved


class _Named(graphene.InputObjectType):
    """Who is named: up to 10,000 at once."""

    customers = NonNullList(graphene.ID, description="Customers by their IDs.")
    emails = NonNullList(graphene.String, description="Customers by their e-mail addresses.")
    reason = graphene.String(description="Why, for the history.")


class CustomerGroupMembersAddInput(_Named):
    until = DateTime(description="Until when; else for good.")


class CustomerGroupMembersRemoveInput(_Named):
    pass


class CustomerGroupMembersSetUntilInput(_Named):
    until = DateTime(description="Until when; null: for good.")


class CustomerGroupMembersMoveInput(_Named):
    until = DateTime(description="Until when in the new group; else for good.")


class NamedMutation(BaseMutation):
    """What those answer who take customers by their IDs and addresses."""

    customer_group = graphene.Field(CustomerGroup, description="The group.")
    unknown_emails = NonNullList(graphene.String, description="Addresses of nobody.")

    class Meta:
        abstract = True


class CustomerGroupMembersAdd(NamedMutation):
    added = NonNullList(graphene.ID, description="Who joined.")
    already = NonNullList(graphene.ID, description="Who was in it already, and stays as before.")
    full = NonNullList(graphene.ID, description="Who found no room.")
    unknown = NonNullList(graphene.ID, description="IDs of nobody.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Puts customers into a group, at most 10,000 at once."

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        input = CustomerGroupMembersAddInput(required=True, description="Who, and for how long.")

    @classmethod
    def perform(cls, info: Any, *, group: str, input: dict[str, Any]) -> dict[str, Any]:
        row, named = group_of(group, field="group"), _named(input)
        by, until = by_hand(caller_of(info), input), input.get("until")
        return _told(row, named, membership.add(row, named.customer_ids, **by, until=until))


class CustomerGroupMembersRemove(NamedMutation):
    removed = NonNullList(graphene.ID, description="Who left.")
    absent = NonNullList(graphene.ID, description="Who was not in it.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Takes customers out of a group, at most 10,000 at once."

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        input = CustomerGroupMembersRemoveInput(required=True, description="Who.")

    @classmethod
    def perform(cls, info: Any, *, group: str, input: dict[str, Any]) -> dict[str, Any]:
        row, named = group_of(group, field="group"), _named(input)
        by = by_hand(caller_of(info), input)
        return _told(row, named, membership.remove(row, named.customer_ids, **by))


class CustomerGroupMembersSetUntil(NamedMutation):
    changed = NonNullList(graphene.ID, description="Whose end moved.")
    unchanged = NonNullList(graphene.ID, description="Whose end was so already.")
    absent = NonNullList(graphene.ID, description="Who is not in it.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Moves the end of memberships, or takes it away."

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        input = CustomerGroupMembersSetUntilInput(required=True, description="Whose, and when.")

    @classmethod
    def perform(cls, info: Any, *, group: str, input: dict[str, Any]) -> dict[str, Any]:
        row, named = group_of(group, field="group"), _named(input)
        by, until = by_hand(caller_of(info), input), input.get("until")
        return _told(row, named, membership.set_until(row, named.customer_ids, until, **by))


class CustomerGroupMembersMove(NamedMutation):
    customer_group = graphene.Field(CustomerGroup, description="The group that they are in now.")
    moved = NonNullList(graphene.ID, description="Who moved.")
    already = NonNullList(graphene.ID, description="Who left, and was in the new group already.")
    absent = NonNullList(graphene.ID, description="Who was not in the group that is left.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Takes customers out of a group and puts them into another; all or nothing."

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group that they leave.")
        into = graphene.ID(required=True, description="The ID of the group that they join.")
        input = CustomerGroupMembersMoveInput(required=True, description="Who.")

    @classmethod
    def perform(cls, info: Any, *, group: str, into: str, input: dict[str, Any]) -> dict[str, Any]:
        row, target = group_of(group, field="group"), group_of(into, field="into")
        named, by = _named(input), by_hand(caller_of(info), input)
        moved = moving.move(row, target, named.customer_ids, **by, until=input.get("until"))
        return _told(target, named, moved)


class CustomerGroupMembersPin(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The group.")
    pinned = graphene.Int(description="How many pins are new.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Keeps customers in a group, or out of it, whatever its rule says."

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        customers = NonNullList(graphene.ID, required=True, description="Who.")
        included = graphene.Boolean(required=True, description="In it, or out of it.")

    @classmethod
    def perform(
        cls, _info: Any, *, group: str, customers: list[str], included: bool
    ) -> dict[str, Any]:
        row, named = group_of(group, field="group"), customers_of(customers, None)
        pinned = segments.pin(row, named.customer_ids, included=included)
        return {"customer_group": row, "pinned": pinned}


class CustomerGroupMembersUnpin(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The group.")
    unpinned = graphene.Int(description="How many were pinned.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Leaves customers to a group's rule again."

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        customers = NonNullList(graphene.ID, required=True, description="Who.")

    @classmethod
    def perform(cls, _info: Any, *, group: str, customers: list[str]) -> dict[str, Any]:
        row, named = group_of(group, field="group"), customers_of(customers, None)
        return {"customer_group": row, "unpinned": segments.unpin(row, named.customer_ids)}


class MemberMutations(graphene.ObjectType):
    customer_group_members_add = CustomerGroupMembersAdd.Field()
    customer_group_members_remove = CustomerGroupMembersRemove.Field()
    customer_group_members_set_until = CustomerGroupMembersSetUntil.Field()
    customer_group_members_move = CustomerGroupMembersMove.Field()
    customer_group_members_pin = CustomerGroupMembersPin.Field()
    customer_group_members_unpin = CustomerGroupMembersUnpin.Field()

    class Meta:
        abstract = True


def _named(input: Mapping[str, Any]) -> Named:
    return customers_of(input.get("customers"), input.get("emails"))


def _told(group: Row, named: Named, result: Outcome) -> dict[str, Any]:
    """The answer; the outcomes are called in it as in the result."""
    outcomes = {one.name: getattr(result, one.name) for one in fields(result)}
    ids = {name: [global_id("User", key) for key in keys] for name, keys in outcomes.items()}
    return {"customer_group": group, "unknown_emails": named.unknown_emails, **ids}
