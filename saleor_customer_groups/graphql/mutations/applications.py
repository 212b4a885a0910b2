"""Applying for groups, and deciding about it."""

from __future__ import annotations

from typing import Any

import graphene

from ...access import Act
from ...groups import applications
from ...models import Application
from ...models import CustomerGroup as GroupRow
from ..fields import caller_of
from ..mutation import BaseMutation
from ..naming import oneself
from ..rows import row_of
from ..types.applications import CustomerGroupApplication, MyCustomerGroupApplication


class CustomerGroupApply(BaseMutation):
    application = graphene.Field(MyCustomerGroupApplication, description="The application.")

    class Meta:
        act = Act.BE_CUSTOMER
        description = "Asks for the customer to be in a group that takes applications."

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        message = graphene.String(description="Why, at most 1,000 characters.")

    @classmethod
    def perform(cls, info: Any, *, group: str, message: str = "") -> dict[str, Any]:
        # To a shopper a group that takes no applications does not exist.
        rows = GroupRow.objects.filter(applications_open=True)
        missing = "There is no such group that takes applications."
        row = row_of(rows, group, "CustomerGroup", missing=missing, field="group")
        return {"application": applications.apply(row, oneself(info), message=message or "")}


class CustomerGroupApplicationWithdraw(BaseMutation):
    application = graphene.Field(MyCustomerGroupApplication, description="As it is now.")

    class Meta:
        act = Act.BE_CUSTOMER
        description = "Takes back an application of the customer who asks."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the application.")

    @classmethod
    def perform(cls, info: Any, *, id: str) -> dict[str, Any]:
        customer_id = oneself(info)
        mine = application_of(id, customer_id=customer_id)
        return {"application": applications.withdraw(mine, customer_id=customer_id)}


class CustomerGroupApplicationApprove(BaseMutation):
    application = graphene.Field(CustomerGroupApplication, description="As it is now.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Lets the customer who applied into the group."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the application.")
        reason = graphene.String(description="Why, for the history.")

    @classmethod
    def perform(cls, info: Any, *, id: str, reason: str = "") -> dict[str, Any]:
        actor = caller_of(info).actor
        approved = applications.approve(application_of(id), actor=actor, reason=reason or "")
        return {"application": approved}


class CustomerGroupApplicationDecline(BaseMutation):
    application = graphene.Field(CustomerGroupApplication, description="As it is now.")

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Says no to an application; the customer reads the reason."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the application.")
        reason = graphene.String(required=True, description="Why.")

    @classmethod
    def perform(cls, info: Any, *, id: str, reason: str) -> dict[str, Any]:
        actor = caller_of(info).actor
        declined = applications.decline(application_of(id), actor=actor, reason=reason)
        return {"application": declined}


class ApplicationMutations(graphene.ObjectType):
    customer_group_apply = CustomerGroupApply.Field()
    customer_group_application_withdraw = CustomerGroupApplicationWithdraw.Field()
    customer_group_application_approve = CustomerGroupApplicationApprove.Field()
    customer_group_application_decline = CustomerGroupApplicationDecline.Field()

    class Meta:
        abstract = True


def application_of(id: str, **whose: int) -> Application:
    """The application of this id. InvalidInput where there is none, or it is another's."""
    rows = Application.objects.select_related("group").filter(**whose)
    missing = "There is no such application."
    return row_of(rows, id, "CustomerGroupApplication", missing=missing)
