"""Errors of the API: those of mutations, which name a field, and those of whole requests."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any, Final

import graphene
from graphql import GraphQLError
from graphql.error import format_error

from ..access import Forbidden, InvalidToken
from ..errors import CustomerGroupsError, InUse
from ..host.auth import REFUSAL
from ..host.graphql_types import NonNullList
from ..segments.rules import InvalidRule
from .error_codes import CODES

logger = logging.getLogger(__name__)

INTERNAL: Final = "Internal Server Error"
INVALID: Final = "invalid"
# What a request is told of in its own words; all else is a fault of ours.
TOLD: Final = (GraphQLError, CustomerGroupsError, REFUSAL)
# Fields of the core that inputs name otherwise; None: several, so the whole is refused.
RENAMED: Final[Mapping[str, str | None]] = {
    "audience": None,
    "customer_ids": "customers",
    "data": "file",
    "export": "id",
    "group": "id",
    "group_ids": "groups",
    "import": "id",
    "names": "events",
    "scheduled_at": "at",
    "scheduled_for": "at",
    "short": "take_left",
    "targets": "multipliers",
}
CONFIG: Final = "config"


ErrorCode = graphene.Enum.from_enum(
    Enum("CustomerGroupsErrorCode", [(code.upper(), code) for code in CODES]),
    description=lambda code: "Why something was refused." if code is None else "",
)


class Reference(graphene.ObjectType):
    kind = graphene.String(required=True, description="What it is, such as `price rule`.")
    id = graphene.Int(required=True, description="Its number.")
    name = graphene.String(required=True, description="Its name.")

    class Meta:
        name = "CustomerGroupReference"
        description = "Something that uses a group."


class Error(graphene.ObjectType):
    field = graphene.String(description="Which field of the input was refused; null: the whole.")
    message = graphene.String(required=True, description="The cause, a sentence.")
    code = ErrorCode(required=True, description="The cause, for programs.")
    path = graphene.String(description="Of a segment's rule: which node of the tree, as a path.")
    references = NonNullList(
        Reference, required=True, description="What uses the group that cannot be deleted."
    )

    class Meta:
        name = "CustomerGroupsError"
        description = "Why a mutation changed nothing."


def errors_of(refusal: CustomerGroupsError, taken: Collection[str] = ()) -> list[Error]:
    """The errors that a mutation answers: one, or of a segment's rule one for each wrong node.

    Fields are named as in the input, in camelCase; `taken` are those that it has.
    """
    field = _named(getattr(refusal, "field", None), taken)
    if isinstance(refusal, InvalidRule):
        return [_error(one, field=field, path=one.path) for one in refusal.problems]
    return [_error(refusal, field=field)]


def _named(field: str | None, taken: Collection[str]) -> str | None:
    """The field as the input names it."""
    if field is None or field in taken:
        return field
    if CONFIG in taken:
        return CONFIG  # of a trigger: what its purpose needs to know stands in there
    renamed = RENAMED.get(field, field)
    return renamed if renamed is None or renamed in taken else field


def _error(refusal: Any, *, field: str | None, path: str | None = None) -> Error:
    code = getattr(refusal, "code", INVALID)
    return Error(
        field=_camel(field),
        message=getattr(refusal, "message", str(refusal)),
        code=code if code in CODES else INVALID,
        path=path,
        references=list(refusal.references) if isinstance(refusal, InUse) else [],
    )


def formatted(error: Exception) -> dict[str, Any]:
    """An error of a request as Saleor formats it. What we did not foresee is logged, not told."""
    cause = getattr(error, "original_error", error)
    shown: dict[str, Any] = (
        format_error(error) if isinstance(error, GraphQLError) else {"message": str(error)}
    )
    shown.setdefault("extensions", {})
    shown["extensions"]["exception"] = {"code": _code_of(cause)}
    if not isinstance(cause, TOLD):
        logger.error("A request failed", exc_info=cause)
        shown["message"] = INTERNAL
    return shown


def _code_of(cause: Exception) -> str:
    if isinstance(cause, Forbidden):
        return "PermissionDenied"
    if isinstance(cause, InvalidToken):
        return cause.code
    return type(cause).__name__


def _camel(name: str | None) -> str | None:
    if not name:
        return None
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)
