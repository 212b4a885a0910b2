"""Imports of members as the API shows them: the job, its columns, what is wrong with its lines."""

from __future__ import annotations

from typing import Any

import graphene

from ... import conf
from ...access import Act
from ...host.graphql_types import JSON, DateTime, NonNullList
from ...importing.report import Problem
from ...models import Import, ImportMode, ImportStatus
from ..enums import enum_of
from ..fields import Guarded
from ..ids import global_id
from .groups import CustomerGroup
from .relations import WithGroup

Mode = enum_of(ImportMode, "CustomerGroupImportMode", "What an import does with whom it names.")
Status = enum_of(ImportStatus, "CustomerGroupImportStatus", "How far an import is.")


class CustomerGroupImportCount(graphene.ObjectType):
    outcome = graphene.String(
        required=True,
        description="What becomes of the lines: join, change, leave, already, absent, unknown, "
        "ambiguous, invalid, duplicate, kept, full, leaving, undone.",
    )
    count = graphene.Int(required=True, description="How many lines.")

    class Meta:
        description = "How many lines have this outcome."


class CustomerGroupImportColumn(graphene.ObjectType):
    name = graphene.String(required=True, description="Its name in the header, or its number.")
    meaning = graphene.String(
        description="What it was taken for: email, phone, reference, id, until, reason."
    )
    is_key = graphene.Boolean(required=True, description="Whether it names the customer.")

    class Meta:
        description = "A column of the file."


class CustomerGroupImport(WithGroup, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the import.")
    group = Guarded(
        CustomerGroup, act=Act.READ_GROUPS, description="The group; null: it was deleted."
    )
    group_name = graphene.String(required=True, description="What the group was called.")
    mode = Mode(required=True, description="What it does with whom it names.")
    status = Status(required=True, description="How far it is.")
    file_name = graphene.String(
        required=True, description="The name of the file, or of what it is for."
    )
    format = graphene.String(
        required=True,
        description="`csv` or `xlsx`; `found`: no file, but whom a rule, a group or a list names.",
    )
    file_bytes = graphene.Float(required=True, description="How large the file is.")
    options = JSON(
        required=True, description="What was said about the file, or whom it is for in its place."
    )
    columns = NonNullList(
        CustomerGroupImportColumn,
        required=True,
        description="The columns that were found; none before the file was checked.",
    )
    counts = NonNullList(
        CustomerGroupImportCount, required=True, description="The lines by what becomes of them."
    )
    done = graphene.Int(required=True, description="How many lines the step has done.")
    total = graphene.Int(required=True, description="Of how many.")
    all_or_nothing = graphene.Boolean(
        required=True, description="Whether a single bad line refuses the file."
    )
    cancel_requested = graphene.Boolean(
        required=True, description="Whether it stops at the end of the chunk that runs."
    )
    error = graphene.String(required=True, description="Why it failed; empty: it did not.")
    error_code = graphene.String(required=True, description="The same for programs.")
    actor = graphene.String(required=True, description="Who uploaded it, such as `User:1`.")
    created_at = DateTime(required=True, description="When it was uploaded.")
    checked_at = DateTime(description="When it was checked.")
    applied_at = DateTime(description="When it was applied.")
    undone_at = DateTime(description="When it was undone.")
    report_url = graphene.String(
        required=True,
        description="The path of the report of bad lines as CSV, for a request with the same "
        "token in the header.",
    )

    class Meta:
        description = "One file for one group: checked first, then applied, perhaps undone."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_columns(root: Import, _info: Any) -> list[CustomerGroupImportColumn]:
        positions = root.layout.get("positions", {})
        meanings = {place: meaning for meaning, place in positions.items()}
        key = positions.get(root.layout.get("key"))
        return [
            CustomerGroupImportColumn(name=name, meaning=meanings.get(place), is_key=place == key)
            for place, name in enumerate(root.layout.get("header", ()))
        ]

    @staticmethod
    def resolve_counts(root: Import, _info: Any) -> list[CustomerGroupImportCount]:
        found = sorted(root.counts.items())
        return [CustomerGroupImportCount(outcome=what, count=count) for what, count in found]

    @staticmethod
    def resolve_report_url(root: Import, _info: Any) -> str:
        return f"/plugins/{conf.PLUGIN_ID}/imports/{root.pk}/report.csv"


class CustomerGroupImportProblem(graphene.ObjectType):
    line = graphene.Int(description="Which line; null: a member whom the file does not name.")
    column = graphene.String(required=True, description="Which column.")
    value = graphene.String(required=True, description="What is there.")
    code = graphene.String(required=True, description="What is wrong, for programs.")
    reason = graphene.String(required=True, description="What is wrong, a sentence.")
    customer_id = graphene.ID(description="Whom the line names, where it names somebody.")

    class Meta:
        description = "A line of a file that came to nothing."

    @staticmethod
    def resolve_customer_id(root: Problem, _info: Any) -> str | None:
        return None if root.customer_id is None else global_id("User", root.customer_id)
