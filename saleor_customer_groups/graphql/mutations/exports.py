"""Asking for files of groups' members."""

from __future__ import annotations

from typing import Any

import graphene

from ...access import Act
from ...exporting import exports
from ...host.graphql_types import NonNullList
from ..downloads import require_columns
from ..fields import caller_of
from ..ids import key_of
from ..mutation import BaseMutation
from ..types.exports import CustomerGroupExport, Format
from .groups import group_of


class CustomerGroupExportCreate(BaseMutation):
    export = graphene.Field(CustomerGroupExport, description="The export, and how far it is.")

    class Meta:
        act = Act.READ_MEMBERS
        description = (
            "Asks for a file of a group's members of this moment; a worker makes it. Columns of "
            "loyalty need the permission to read loyalty as well."
        )

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        columns = NonNullList(graphene.String, required=True, description="Codes of columns.")
        format = Format(required=True, description="What kind of file.")

    @classmethod
    def perform(cls, info: Any, *, group: str, columns: list[str], format: str) -> dict[str, Any]:
        row, caller = group_of(group, field="group"), caller_of(info)
        require_columns(caller, columns)
        export = exports.create_export(row, columns=columns, format=format, actor=caller.actor)
        return {"export": export}


class CustomerGroupExportCancel(BaseMutation):
    export = graphene.Field(CustomerGroupExport, description="The export as it is now.")

    class Meta:
        act = Act.READ_MEMBERS
        description = "Ends an export that is not finished."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the export.")

    @classmethod
    def perform(cls, _info: Any, *, id: str) -> dict[str, Any]:
        return {"export": exports.cancel(key_of(id, "CustomerGroupExport"))}


class ExportMutations(graphene.ObjectType):
    customer_group_export_create = CustomerGroupExportCreate.Field()
    customer_group_export_cancel = CustomerGroupExportCancel.Field()

    class Meta:
        abstract = True
