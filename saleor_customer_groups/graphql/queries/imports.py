"""Questions about imports: how far they are, and what is wrong with their lines."""

from __future__ import annotations

from typing import Any

import graphene

from ...access import Act
from ...importing import report
from ...models import REPORTED_OUTCOMES, Import, ImportRow
from ..connections import Slice
from ..entities import EntityField
from ..fields import ConnectionField
from ..ids import key_of
from ..types.imports import (
    CustomerGroupImport,
    CustomerGroupImportProblem,
    Status,
)
from .narrowing import WithIDs, belonging_to, named, narrowed


class CustomerGroupImportFilterInput(WithIDs, graphene.InputObjectType):
    group = graphene.ID(description="Into this group.")
    statuses = graphene.List(graphene.NonNull(Status), description="Of one of these statuses.")


class ImportQueries(graphene.ObjectType):
    customer_group_import = EntityField(
        CustomerGroupImport, description="One import, and how far it is."
    )
    customer_group_imports = ConnectionField(
        CustomerGroupImport,
        act=Act.READ_MEMBERS,
        description="Imports, the newest first.",
        filter=CustomerGroupImportFilterInput(description="Which of them."),
    )
    customer_group_import_problems = ConnectionField(
        CustomerGroupImportProblem,
        act=Act.READ_MEMBERS,
        description="The lines of a file that came to nothing, in the order of the file.",
        id=graphene.ID(required=True, description="The ID of the import."),
    )

    class Meta:
        abstract = True

    @staticmethod
    def resolve_customer_group_imports(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        rows = named(Import.objects.all(), filter, "CustomerGroupImport")
        rows = narrowed(rows, filter, statuses="status__in")
        return Slice(belonging_to(rows, filter, "group", "CustomerGroup"), descending=True)

    @staticmethod
    def resolve_customer_group_import_problems(
        _root: Any, _info: Any, *, id: str, **_page: Any
    ) -> Slice:
        key = key_of(id, "CustomerGroupImport")
        rows = ImportRow.objects.filter(job_id=key, outcome__in=REPORTED_OUTCOMES)
        return Slice(rows, order=("line", "customer_id"), shown=report.problem_of)
