"""Questions about applications, of staff and of who applied."""

from __future__ import annotations

from typing import Any

import graphene
from django.db.models import Q
from django.utils import timezone

from ...access import Act
from ...groups import applications
from ...models import Application
from ...models import CustomerGroup as GroupRow
from ..connections import Slice
from ..entities import EntityField
from ..fields import ConnectionField, caller_of
from ..types.applications import (
    CustomerGroupApplication,
    MyCustomerGroupApplication,
    OpenCustomerGroup,
    Status,
)
from .narrowing import belonging_to, narrowed


class CustomerGroupApplicationFilterInput(graphene.InputObjectType):
    group = graphene.ID(description="For this group.")
    customer = graphene.ID(description="Of this customer.")
    statuses = graphene.List(graphene.NonNull(Status), description="Of one of these statuses.")


class ApplicationQueries(graphene.ObjectType):
    customer_group_application = EntityField(
        CustomerGroupApplication, description="One application."
    )
    customer_group_applications = ConnectionField(
        CustomerGroupApplication,
        act=Act.READ_MEMBERS,
        description="Applications, the oldest first.",
        filter=CustomerGroupApplicationFilterInput(description="Which of them."),
    )
    my_customer_group_applications = ConnectionField(
        MyCustomerGroupApplication,
        act=Act.BE_CUSTOMER,
        description="The applications of the customer who asks, the newest first.",
    )
    open_customer_groups = ConnectionField(
        OpenCustomerGroup,
        act=Act.BE_CUSTOMER,
        description="The groups that customers may apply for.",
    )

    class Meta:
        abstract = True

    @staticmethod
    def resolve_customer_group_applications(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        rows = narrowed(Application.objects.all(), filter, statuses="status__in")
        rows = belonging_to(rows, filter, "group", "CustomerGroup")
        return Slice(belonging_to(rows, filter, "customer", "User"))

    @staticmethod
    def resolve_my_customer_group_applications(_root: Any, info: Any, **_page: Any) -> Slice:
        mine = Application.objects.filter(customer_id=caller_of(info).user_id)
        return Slice(mine, descending=True)

    @staticmethod
    def resolve_open_customer_groups(_root: Any, _info: Any, **_page: Any) -> Slice:
        lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
        rows = GroupRow.objects.filter(
            lasting, applications_open=True, kind__in=applications.TAKE_IN
        )
        return Slice(rows, order=("name", "pk"))
