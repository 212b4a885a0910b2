"""Rows by what the filter of a list says; a filter that is not given asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from ..ids import optional_key_of


def narrowed(
    rows: QuerySet[Any], wanted: Mapping[str, Any] | None, **lookups: str
) -> QuerySet[Any]:
    """Those that have what is wanted, by the lookup of each filter: `statuses="status__in"`.

    A filter that is empty asks nothing either.
    """
    given = wanted or {}
    return rows.filter(**{lookups[name]: given[name] for name in lookups if given.get(name)})


def belonging_to(
    rows: QuerySet[Any],
    wanted: Mapping[str, Any] | None,
    name: str,
    kind: str,
    *,
    lookup: str | None = None,
) -> QuerySet[Any]:
    """Those of the thing of this kind whose id is wanted. InvalidInput for an id that is none."""
    key = optional_key_of((wanted or {}).get(name), kind, field=name)
    return rows if key is None else rows.filter(**{lookup or name: key})
