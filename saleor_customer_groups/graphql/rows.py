"""The rows that global ids name."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from ..errors import InvalidInput
from .ids import key_of

Row = TypeVar("Row", bound=Model)


def row_of(rows: QuerySet[Row], id: str, kind: str, *, missing: str, field: str = "id") -> Row:
    """The row that an id of this type names. InvalidInput, which says `missing`: there is none."""
    row = rows.filter(pk=key_of(id, kind, field=field)).first()
    if row is None:
        raise InvalidInput(missing, field=field, code="not_found")
    return row
