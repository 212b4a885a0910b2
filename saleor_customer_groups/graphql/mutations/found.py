"""Everybody whom a rule finds, put into a group or taken out: a job with progress."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import graphene

from ...access import Act
from ...host.graphql_types import JSON, DateTime
from ...importing import found
from ...models import ImportMode
from ..fields import caller_of
from ..mutation import BaseMutation
from ..types.imports import CustomerGroupImport
from .groups import group_of


class FoundMutation(BaseMutation):
    """Has an import do its `mode` with everybody whom a rule finds."""

    mode: ClassVar[ImportMode]
    job = graphene.Field(CustomerGroupImport, name="import", description="The import that does it.")

    class Meta:
        abstract = True

    @classmethod
    def perform(
        cls,
        info: Any,
        *,
        group: str,
        rule: Any,
        until: datetime | None = None,
        reason: str | None = None,
    ) -> dict[str, Any]:
        job = found.import_found(
            group_of(group, field="group"),
            rule,
            mode=cls.mode,
            until=until,
            reason=reason or "",
            actor=caller_of(info).actor,
        )
        return {"job": job}


class CustomerGroupMembersAddFound(FoundMutation):
    mode = ImportMode.APPEND

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = (
            "Has a worker put everybody into a group whom a rule finds now, once: the group is "
            "not kept by the rule. The import tells how far it is, and can be undone."
        )

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        rule = JSON(required=True, description="The rule.")
        until = DateTime(description="Until when; else for good.")
        reason = graphene.String(description="Why, for the history.")


class CustomerGroupMembersRemoveFound(FoundMutation):
    mode = ImportMode.REMOVE

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Has a worker take everybody out of a group whom a rule finds now."

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        rule = JSON(required=True, description="The rule.")
        reason = graphene.String(description="Why, for the history.")


class FoundMutations(graphene.ObjectType):
    customer_group_members_add_found = CustomerGroupMembersAddFound.Field()
    customer_group_members_remove_found = CustomerGroupMembersRemoveFound.Field()

    class Meta:
        abstract = True
