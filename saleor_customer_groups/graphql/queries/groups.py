"""Questions about groups."""

from __future__ import annotations

from typing import Any

import graphene
from django.db.models import Q

from ...access import Act
from ...errors import InvalidInput
from ...groups import references
from ...host.graphql_types import NonNullList
from ...models import CustomerGroup as Row
from ...models import DefaultGroup, GroupKind
from ..connections import Slice
from ..enums import OrderDirection, sort_fields
from ..errors import Reference
from ..fields import ConnectionField, Guarded
from ..ids import key_of
from ..types.groups import CustomerGroup, Kind
from .narrowing import WithIDs, belonging_to, named, narrowed


class CustomerGroupMetadataFilterInput(graphene.InputObjectType):
    key = graphene.String(required=True, description="The key.")
    value = graphene.String(description="Its value; else any.")


class CustomerGroupFilterInput(WithIDs, graphene.InputObjectType):
    search = graphene.String(description="Part of the name or slug.")
    kinds = graphene.List(graphene.NonNull(Kind), description="Of one of these kinds.")
    channel = graphene.ID(description="Channel groups of this channel.")
    is_default = graphene.Boolean(description="Whether newcomers enter it.")
    metadata = NonNullList(
        CustomerGroupMetadataFilterInput, description="With all of this in their public metadata."
    )


CustomerGroupSortField = sort_fields(
    "CustomerGroupSortField",
    NAME="name",
    PRIORITY="priority",
    KIND="kind",
    CREATED_AT="created_at",
    UPDATED_AT="updated_at",
)


class CustomerGroupSortingInput(graphene.InputObjectType):
    field = CustomerGroupSortField(required=True, description="By what.")
    direction = OrderDirection(required=True, description="Which way.")


class GroupQueries(graphene.ObjectType):
    customer_group = Guarded(
        CustomerGroup,
        act=Act.READ_GROUPS,
        description="One group, by its id or its slug.",
        id=graphene.ID(description="Its ID."),
        slug=graphene.String(description="Its slug."),
    )
    customer_groups = ConnectionField(
        CustomerGroup,
        act=Act.READ_GROUPS,
        description="The groups of the shop.",
        filter=CustomerGroupFilterInput(description="Which of them."),
        sort_by=CustomerGroupSortingInput(description="In which order; else by name."),
    )

    guest_customer_group = Guarded(
        CustomerGroup,
        act=Act.READ_GROUPS,
        description="The group of shoppers who are not logged in; null: there is none.",
    )
    customer_group_references = Guarded(
        NonNullList(Reference),
        act=Act.READ_GROUPS,
        required=True,
        description="What uses a group: it cannot be deleted meanwhile.",
        id=graphene.ID(required=True, description="The ID of the group."),
    )

    class Meta:
        abstract = True

    @staticmethod
    def resolve_guest_customer_group(_root: Any, _info: Any) -> Row | None:
        return Row.objects.filter(kind=GroupKind.GUEST).first()

    @staticmethod
    def resolve_customer_group_references(_root: Any, _info: Any, *, id: str) -> Any:
        group = Row.objects.filter(pk=key_of(id, "CustomerGroup")).first()
        return [] if group is None else references.references(group)

    @staticmethod
    def resolve_customer_group(
        _root: Any, _info: Any, *, id: str | None = None, slug: str | None = None
    ) -> Row | None:
        if (id is None) == (slug is None):
            raise InvalidInput("Give an id or a slug.", field="id", code="required")
        if id is not None:
            return Row.objects.filter(pk=key_of(id, "CustomerGroup")).first()
        return Row.objects.filter(slug=slug).first()

    @staticmethod
    def resolve_customer_groups(
        _root: Any,
        _info: Any,
        *,
        filter: dict[str, Any] | None = None,
        sort_by: dict[str, Any] | None = None,
        **_page: Any,
    ) -> Slice:
        wanted = filter or {}
        rows = named(Row.objects.all(), wanted, "CustomerGroup")
        rows = narrowed(rows, wanted, kinds="kind__in")
        rows = belonging_to(rows, wanted, "channel", "Channel")
        if wanted.get("search"):
            text = wanted["search"]
            rows = rows.filter(Q(name__icontains=text) | Q(slug__icontains=text))
        for item in wanted.get("metadata") or ():
            rows = rows.filter(_having(item["key"], item.get("value")))
        if wanted.get("is_default") is not None:
            default = Q(pk__in=DefaultGroup.objects.values("group_id"))
            rows = rows.filter(default if wanted["is_default"] else ~default)
        by = sort_by or {"field": "name", "direction": ""}
        return Slice(rows, order=(by["field"], "pk"), descending=by["direction"] == "-")


def _having(key: str, value: str | None) -> Q:
    """With this item in the public metadata; None: with the key, whatever is there."""
    if value is None:
        return Q(metadata__has_key=key)
    return Q(metadata__contains={key: value})
