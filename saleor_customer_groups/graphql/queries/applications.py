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
from ..fields import ConnectionField, Guarded, caller_of
from ..ids import key_of
from ..types.applications import (
    CustomerGroupApplication,
    MyCustomerGroupApplication,
    OpenCustomerGroup,
    Status,
)


class CustomerGroupApplicationFilterInput(graphene.InputObjectType):
    group = graphene.ID(description="For this group.")
    customer = graphene.ID(description="Of this customer.")
    statuses = graphene.List(graphene.NonNull(Status), description="Of one of these statuses.")


class ApplicationQueries(graphene.ObjectType):
    customer_group_application = Guarded(
        CustomerGroupApplication,
        act=Act.READ_MEMBERS,
        description="One application.",
        id=graphene.ID(required=True, description="Its ID."),
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
    def resolve_customer_group_application(_root: Any, _info: Any, *, id: str) -> Any:
        return Application.objects.filter(pk=key_of(id, "CustomerGroupApplication")).first()

    @staticmethod
    def resolve_customer_group_applications(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        rows, wanted = Application.objects.all(), filter or {}
        if wanted.get("group") is not None:
            rows = rows.filter(group_id=key_of(wanted["group"], "CustomerGroup", field="group"))
        if wanted.get("customer") is not None:
            rows = rows.filter(customer_id=key_of(wanted["customer"], "User", field="customer"))
        if wanted.get("statuses"):
            rows = rows.filter(status__in=wanted["statuses"])
        return Slice(rows)

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
