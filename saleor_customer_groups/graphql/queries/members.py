"""Questions about who is in a group, who was, and what happened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import graphene
from django.contrib.auth import get_user_model
from django.db.models import Exists, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from ...access import Act
from ...errors import InvalidInput
from ...groups import queries
from ...host.graphql_types import DateTime, NonNullList, User, wrapped
from ...models import Membership, MembershipEvent
from ..connections import Slice
from ..entities import EntityField
from ..enums import OrderDirection, sort_fields
from ..fields import ConnectionField, Guarded, caller_of
from ..ids import key_of, keys_of
from ..types.members import (
    CustomerGroupHistoryLine,
    CustomerGroupMember,
    MyCustomerGroup,
    Source,
)
from .narrowing import narrowed

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
MOST_GROUPS: Final = 100  # that one question names
ORDERS: Final[dict[str | None, tuple[str, ...]]] = {
    None: ("pk",),
    "started_at": ("started_at", "pk"),
    "email": ("customer__email", "pk"),
    "name": ("customer__last_name", "customer__first_name", "pk"),
    "until": ("ends_at", "pk"),
}
CUSTOMER_ORDERS: Final[dict[str | None, tuple[str, ...]]] = {
    None: ("pk",),
    "email": ("email", "pk"),
    "name": ("last_name", "first_name", "pk"),
    "date_joined": ("date_joined", "pk"),
}


class CustomerGroupMemberFilterInput(graphene.InputObjectType):
    search = graphene.String(description="Part of the e-mail address or of a name.")
    sources = graphene.List(graphene.NonNull(Source), description="How they came into it.")
    ends = graphene.Boolean(description="Whether the membership has an end.")
    until_from = DateTime(description="The end is then or later.")
    until_to = DateTime(description="The end is then or earlier.")


CustomerGroupMemberSortField = sort_fields(
    "CustomerGroupMemberSortField",
    STARTED_AT="started_at",
    EMAIL="email",
    NAME="name",
    UNTIL="until",
)


class CustomerGroupMemberSortingInput(graphene.InputObjectType):
    field = CustomerGroupMemberSortField(required=True, description="By what.")
    direction = OrderDirection(required=True, description="Which way.")


class CustomersInGroupsFilterInput(graphene.InputObjectType):
    groups = NonNullList(graphene.ID, description="In any of these groups.")
    not_in_groups = NonNullList(graphene.ID, description="In none of these groups.")
    search = graphene.String(description="Part of the e-mail address or of a name.")


CustomersInGroupsSortField = sort_fields(
    "CustomersInGroupsSortField", EMAIL="email", NAME="name", DATE_JOINED="date_joined"
)


class CustomersInGroupsSortingInput(graphene.InputObjectType):
    field = CustomersInGroupsSortField(required=True, description="By what.")
    direction = OrderDirection(required=True, description="Which way.")


class MemberQueries(graphene.ObjectType):
    customer_group_member = EntityField(
        CustomerGroupMember, description="One customer in one group, while they are in it."
    )
    customer_group_members = ConnectionField(
        CustomerGroupMember,
        act=Act.READ_MEMBERS,
        description="Who is in a group now, or which groups a customer is in.",
        group=graphene.ID(description="The group."),
        customer=graphene.ID(description="The customer."),
        filter=CustomerGroupMemberFilterInput(description="Which of them."),
        sort_by=CustomerGroupMemberSortingInput(description="In which order; else as they came."),
    )
    customer_group_members_at = ConnectionField(
        CustomerGroupHistoryLine,
        act=Act.READ_MEMBERS,
        description="Who was in a group at a moment: of each the line of history that held then. "
        "Also of a group that is deleted.",
        group=graphene.ID(required=True, description="The group."),
        at=DateTime(required=True, description="The moment."),
    )
    customer_group_history_line = EntityField(
        CustomerGroupHistoryLine, description="One line of the history."
    )
    customer_group_history = ConnectionField(
        CustomerGroupHistoryLine,
        act=Act.READ_MEMBERS,
        description="What happened in a group, or to a customer, or both; the newest first.",
        group=graphene.ID(description="The group, also one that is deleted."),
        customer=graphene.ID(description="The customer."),
    )
    customers_in_groups = ConnectionField(
        User,
        act=Act.READ_MEMBERS,
        description="The customers of the shop by the groups that they are in.",
        filter=CustomersInGroupsFilterInput(description="Which of them."),
        sort_by=CustomersInGroupsSortingInput(
            description="In which order; else as they were registered."
        ),
    )
    my_customer_groups = Guarded(
        NonNullList(MyCustomerGroup),
        act=Act.BE_CUSTOMER,
        required=True,
        description="The groups that the customer who asks is in, those that go first first.",
    )

    class Meta:
        abstract = True

    @staticmethod
    def resolve_customer_group_members(
        _root: Any,
        _info: Any,
        *,
        filter: dict[str, Any] | None = None,
        sort_by: dict[str, Any] | None = None,
        **whose: Any,
    ) -> Slice:
        found = Membership.objects.active(timezone.now()).filter(**_group_or_customer(whose))
        rows = _members(found, filter or {}).select_related("customer")
        rows = rows.annotate(ends_at=Coalesce("until", Value(NEVER)))
        by = sort_by or {"field": None, "direction": ""}
        return Slice(rows, order=ORDERS[by["field"]], descending=by["direction"] == "-")

    @staticmethod
    def resolve_customer_group_members_at(
        _root: Any, _info: Any, *, group: str, at: datetime, **_page: Any
    ) -> Slice:
        rows = queries.members_at(key_of(group, "CustomerGroup", field="group"), at)
        return Slice(rows, order=("customer_id",))

    @staticmethod
    def resolve_customer_group_history(_root: Any, _info: Any, **whose: Any) -> Slice:
        rows = MembershipEvent.objects.filter(**_group_or_customer(whose))
        return Slice(rows, descending=True)

    @staticmethod
    def resolve_customers_in_groups(
        _root: Any,
        _info: Any,
        *,
        filter: dict[str, Any] | None = None,
        sort_by: dict[str, Any] | None = None,
        **_page: Any,
    ) -> Slice:
        wanted = filter or {}
        rows = get_user_model()._default_manager.filter(is_staff=False)
        if wanted.get("groups") is not None:
            rows = rows.filter(_in_any(wanted["groups"], field="groups"))
        if wanted.get("not_in_groups"):
            rows = rows.filter(~_in_any(wanted["not_in_groups"], field="not_in_groups"))
        if wanted.get("search"):
            rows = rows.filter(_named(wanted["search"]))
        by = sort_by or {"field": None, "direction": ""}
        order = CUSTOMER_ORDERS[by["field"]]
        return Slice(rows, order=order, descending=by["direction"] == "-", shown=wrapped)

    @staticmethod
    def resolve_my_customer_groups(_root: Any, info: Any) -> QuerySet[Membership]:
        mine = Membership.objects.active(timezone.now()).select_related("group")
        mine = mine.filter(customer_id=caller_of(info).user_id)
        return mine.order_by("-group__priority", "group__name", "group_id")


def _group_or_customer(whose: dict[str, Any]) -> dict[str, int]:
    """The keys of the group and the customer that are given; InvalidInput where none is."""
    found = {}
    if whose.get("group") is not None:
        found["group_id"] = key_of(whose["group"], "CustomerGroup", field="group")
    if whose.get("customer") is not None:
        found["customer_id"] = key_of(whose["customer"], "User", field="customer")
    if not found:
        raise InvalidInput("Name a group or a customer.", field="group", code="required")
    return found


def _members(rows: QuerySet[Membership], wanted: dict[str, Any]) -> QuerySet[Membership]:
    rows = narrowed(rows, wanted, sources="source__in")
    if wanted.get("search"):
        rows = rows.filter(_named(wanted["search"], of="customer__"))
    if wanted.get("ends") is not None:
        rows = rows.filter(until__isnull=not wanted["ends"])
    if wanted.get("until_from") is not None:
        rows = rows.filter(until__gte=wanted["until_from"])
    if wanted.get("until_to") is not None:
        rows = rows.filter(until__lte=wanted["until_to"])
    return rows


def _named(text: str, *, of: str = "") -> Q:
    """The text, without what is around it, is in the e-mail address or in a name."""
    words = text.strip()
    fields = ("email", "first_name", "last_name")
    found = Q()
    for field in fields:
        found |= Q(**{f"{of}{field}__icontains": words})
    return found


def _in_any(groups: list[str], *, field: str) -> Exists:
    keys = keys_of(groups, "CustomerGroup", field=field)
    if len(keys) > MOST_GROUPS:
        sentence = f"At most {MOST_GROUPS} groups can be named."
        raise InvalidInput(sentence, field=field, code="too_many")
    return queries.customers_in(keys, now=timezone.now())
