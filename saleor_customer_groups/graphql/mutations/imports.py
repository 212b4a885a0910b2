"""Imports of members: upload, what the columns are, apply, undo, stop."""

from __future__ import annotations

from typing import Any, cast

import graphene
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from ...access import Act
from ...errors import InvalidInput
from ...host.graphql_types import JSON, Upload
from ...importing import files, jobs
from ...importing.columns import OptionsGiven
from ..fields import caller_of
from ..ids import key_of
from ..inputs import said
from ..mutation import BaseMutation
from ..types.imports import CustomerGroupImport, Mode
from .by_id import ByID
from .groups import group_of

ID = "The ID of the import."


def import_of(id: str) -> int:
    """The key of an import's id."""
    return key_of(id, "CustomerGroupImport")


class CustomerGroupImportOptionsInput(graphene.InputObjectType):
    encoding = graphene.String(description="Of a CSV; else it is found out.")
    delimiter = graphene.String(description="Of a CSV; else it is found out.")
    columns = JSON(
        description="By meaning (email, phone, reference, id, until, reason) a column's name or "
        "its number from 1: an object."
    )
    key = graphene.String(description="Which meaning names the customer.")
    region = graphene.String(description="The country of numbers without a code, such as `PL`.")
    header = graphene.Boolean(description="Whether the first line is a header.")


class ImportMutation(BaseMutation):
    """What each of them answers."""

    job = graphene.Field(CustomerGroupImport, name="import", description="The import.")

    class Meta:
        abstract = True


class ImportAct(ByID, ImportMutation):
    """One that is done to an import."""

    answers = "job"
    subject = staticmethod(import_of)

    class Meta:
        abstract = True

    class Arguments:
        id = graphene.ID(required=True, description=ID)


class CustomerGroupImportCreate(ImportMutation):
    class Meta:
        act = Act.MANAGE_MEMBERS
        description = (
            "Takes a CSV or XLSX of customers and checks it: nothing else happens until it is "
            "applied. The file comes as multipart."
        )

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        file = Upload(required=True, description="The file.")
        mode = Mode(required=True, description="What is done with whom it names.")
        options = CustomerGroupImportOptionsInput(description="What it does not say itself.")

    @classmethod
    def perform(
        cls,
        info: Any,
        *,
        group: str,
        file: Any,
        mode: str,
        options: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        row = group_of(group, field="group")
        if not isinstance(file, UploadedFile):
            sentence = "Send the file as multipart, where the map says."
            raise InvalidInput(sentence, field="file", code="required")
        with transaction.atomic():
            job = files.create_import(
                row,
                mode=mode,
                name=file.name or "",
                data=file.chunks(),
                options=_given(options),
                actor=caller_of(info).actor,
            )
            return {"job": files.check_again(job.pk)}


class CustomerGroupImportCheck(ImportMutation):
    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Checks the file again, with other columns if they are given."

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        options = CustomerGroupImportOptionsInput(
            description="What the file does not say itself, in place of what was said before."
        )

    @classmethod
    def perform(
        cls, _info: Any, *, id: str, options: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        given = None if options is None else _given(options)
        return {"job": files.check_again(import_of(id), options=given)}


class CustomerGroupImportApply(ImportMutation):
    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Does what the check showed; applying one that stopped goes on."

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        all_or_nothing = graphene.Boolean(description="Whether a single bad line refuses the file.")

    @classmethod
    def perform(cls, _info: Any, *, id: str, all_or_nothing: bool = False) -> dict[str, Any]:
        key = import_of(id)
        return {"job": jobs.request_apply(key, all_or_nothing=bool(all_or_nothing))}


class CustomerGroupImportUndo(ImportAct):
    does = staticmethod(jobs.request_undo)

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = (
            "Takes back what an import did. Whose membership was changed since stays as it is."
        )


class CustomerGroupImportCancel(ImportAct):
    does = staticmethod(jobs.cancel)

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Stops an import; what was applied stays, and can be undone."


class ImportMutations(graphene.ObjectType):
    customer_group_import_create = CustomerGroupImportCreate.Field()
    customer_group_import_check = CustomerGroupImportCheck.Field()
    customer_group_import_apply = CustomerGroupImportApply.Field()
    customer_group_import_undo = CustomerGroupImportUndo.Field()
    customer_group_import_cancel = CustomerGroupImportCancel.Field()

    class Meta:
        abstract = True


def _given(options: dict[str, Any] | None) -> OptionsGiven:
    return cast(OptionsGiven, said(options or {}))
