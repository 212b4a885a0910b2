"""Applications of customers as the API shows them: to staff, and to who applied."""

from __future__ import annotations

from typing import Any

import graphene

from ...access import Act
from ...host.graphql_types import DateTime, User
from ...models import Application, ApplicationStatus
from ...models import CustomerGroup as GroupRow
from ..enums import enum_of
from ..fields import Guarded
from ..ids import global_id
from .groups import CustomerGroup
from .relations import WithCustomer, WithGroup

Status = enum_of(
    ApplicationStatus, "CustomerGroupApplicationStatus", "What became of an application."
)


class CustomerGroupApplication(WithGroup, WithCustomer, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the application.")
    group = Guarded(
        CustomerGroup, act=Act.READ_GROUPS, required=True, description="What it is for."
    )
    customer = graphene.Field(User, required=True, description="Who applied.")
    status = Status(required=True, description="What became of it.")
    message = graphene.String(required=True, description="The customer's words.")
    created_at = DateTime(required=True, description="When the customer applied.")
    decided_at = DateTime(description="When it was decided.")
    decided_by = graphene.String(required=True, description="Who decided, such as `User:1`.")
    answer = graphene.String(required=True, description="Why it was decided so.")

    class Meta:
        description = "A customer asks to be in a group."
        interfaces = [graphene.relay.Node]


class OpenCustomerGroup(graphene.ObjectType):
    id = graphene.ID(required=True, description="The ID of the group.")
    name = graphene.String(required=True, description="What it is called.")
    slug = graphene.String(required=True, description="Its name in addresses and files.")
    description = graphene.String(required=True, description="What it is for.")

    class Meta:
        description = "A group that customers may apply for, as customers see it."

    @staticmethod
    def resolve_id(root: GroupRow, _info: Any) -> str:
        return global_id("CustomerGroup", root.pk)


class MyCustomerGroupApplication(WithGroup, graphene.ObjectType):
    id = graphene.ID(required=True, description="The ID of the application.")
    group = graphene.Field(OpenCustomerGroup, required=True, description="What it is for.")
    status = Status(required=True, description="What became of it.")
    message = graphene.String(required=True, description="The customer's own words.")
    created_at = DateTime(required=True, description="When the customer applied.")
    decided_at = DateTime(description="When it was decided.")
    answer = graphene.String(required=True, description="Why it was declined.")

    class Meta:
        description = "An application of the customer who asks."

    @staticmethod
    def resolve_id(root: Application, _info: Any) -> str:
        return global_id("CustomerGroupApplication", root.pk)

    @staticmethod
    def resolve_answer(root: Application, _info: Any) -> str:
        return root.answer if root.status == ApplicationStatus.DECLINED else ""
