"""Rows by what the filter of a list says; a filter that is not given asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import graphene
from django.db.models import QuerySet

from ...errors import InvalidInput
from ..connections import MOST
from ..ids import keys_of, optional_key_of


class WithIDs:
    """Of the filter of a list whose things have an id: `named` reads it."""

    ids = graphene.List(
        graphene.NonNull(graphene.ID), description=f"Of these IDs, at most {MOST}; of none: none."
    )


def named(rows: QuerySet[Any], wanted: Mapping[str, Any] | None, kind: str) -> QuerySet[Any]:
    """Those whose ids are wanted. InvalidInput for an id that is none, and for too many."""
    ids = (wanted or {}).get("ids")
    if ids is None:
        return rows
    if len(ids) > MOST:
        sentence = f"At most {MOST} IDs can be asked for at once, not {len(ids)}."
        raise InvalidInput(sentence, field="ids", code="too_many")
    return rows.filter(pk__in=keys_of(ids, kind))


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
