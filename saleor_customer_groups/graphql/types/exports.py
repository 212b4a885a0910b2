"""Exports of groups' members as the API shows them."""

from __future__ import annotations

from typing import Any

import graphene

from ... import conf
from ...access import Act
from ...exporting.columns import Column
from ...host.graphql_types import DateTime, NonNullList
from ...models import Export, ExportFormat, ExportStatus
from ..enums import enum_of
from ..fields import Guarded
from .groups import CustomerGroup
from .relations import WithGroup

Format = enum_of(ExportFormat, "CustomerGroupExportFormat", "What kind of file it is.")
Status = enum_of(ExportStatus, "CustomerGroupExportStatus", "How far an export is.")


class CustomerGroupExportColumn(graphene.ObjectType):
    code = graphene.String(required=True, description="As it is asked for.")
    label = graphene.String(required=True, description="Its header in the file.")
    section = graphene.String(required=True, description="What it is about.")
    by_currency = graphene.Boolean(
        required=True, description="Whether it is one column for each currency of the shop."
    )

    class Meta:
        description = "A column that an export may have."

    @staticmethod
    def resolve_by_currency(root: Column, _info: Any) -> bool:
        return root.cell_in is not None


class CustomerGroupExport(WithGroup, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the export.")
    group = Guarded(
        CustomerGroup, act=Act.READ_GROUPS, description="The group; null: it was deleted."
    )
    group_name = graphene.String(required=True, description="What the group was called.")
    columns = NonNullList(graphene.String, required=True, description="The codes of its columns.")
    format = Format(required=True, description="What kind of file it is.")
    status = Status(required=True, description="How far it is.")
    done = graphene.Int(required=True, description="How many customers are written.")
    total = graphene.Int(required=True, description="Of how many.")
    size = graphene.Float(required=True, description="Bytes of the file; 0: there is none.")
    error = graphene.String(required=True, description="Why it failed; empty: it did not.")
    actor = graphene.String(required=True, description="Who asked for it, such as `User:1`.")
    created_at = DateTime(required=True, description="The moment that it tells of.")
    finished_at = DateTime(description="When it ended.")
    expires_at = DateTime(description="When the file is removed.")
    url = graphene.String(
        description="The path of the file, for a request with the same token in the header; "
        "null: there is no file."
    )

    class Meta:
        description = "A file of a group's members."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_url(root: Export, _info: Any) -> str | None:
        if root.status != ExportStatus.DONE or not root.size:
            return None
        return f"/plugins/{conf.PLUGIN_ID}/exports/{root.pk}/members.{root.format}"
