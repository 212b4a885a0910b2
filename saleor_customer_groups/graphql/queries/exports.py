"""Questions about exports: what they may have, and how far they are."""

from __future__ import annotations

from typing import Any

import graphene

from ...access import Act
from ...exporting.columns import COLUMNS
from ...host.graphql_types import NonNullList
from ...models import Export
from ..connections import Slice
from ..entities import EntityField
from ..fields import ConnectionField, Guarded
from ..types.exports import CustomerGroupExport, CustomerGroupExportColumn, Status
from .narrowing import WithIDs, belonging_to, named, narrowed


class CustomerGroupExportFilterInput(WithIDs, graphene.InputObjectType):
    group = graphene.ID(description="Of this group.")
    statuses = graphene.List(graphene.NonNull(Status), description="Of one of these statuses.")


class ExportQueries(graphene.ObjectType):
    customer_group_export_columns = Guarded(
        NonNullList(CustomerGroupExportColumn),
        act=Act.READ_GROUPS,
        required=True,
        description="The columns that an export may have.",
    )
    customer_group_export = EntityField(
        CustomerGroupExport, description="One export, and how far it is."
    )
    customer_group_exports = ConnectionField(
        CustomerGroupExport,
        act=Act.READ_MEMBERS,
        description="Exports, the newest first.",
        filter=CustomerGroupExportFilterInput(description="Which of them."),
    )

    class Meta:
        abstract = True

    @staticmethod
    def resolve_customer_group_export_columns(_root: Any, _info: Any) -> Any:
        return list(COLUMNS.values())

    @staticmethod
    def resolve_customer_group_exports(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        rows = named(Export.objects.all(), filter, "CustomerGroupExport")
        rows = narrowed(rows, filter, statuses="status__in")
        return Slice(belonging_to(rows, filter, "group", "CustomerGroup"), descending=True)
