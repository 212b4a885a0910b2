"""The whole API: the questions and acts of each concept, put together once in a process."""

from __future__ import annotations

from functools import cache
from typing import Any

import graphene

from .federation import ENTITIES, TYPES, federate
from .mutations.groups import GroupMutations
from .mutations.price_entries import PriceEntryMutations
from .mutations.price_lists import PriceListMutations
from .mutations.price_rules import PriceRuleMutations
from .queries.groups import GroupQueries
from .queries.prices import PriceQueries
from .queries.quotes import QuoteQueries
from .sdl import sdl_of


class Query(  # type: ignore[misc]  # each has a Meta, which says that it is abstract
    GroupQueries,
    PriceQueries,
    QuoteQueries,
):
    pass


class Mutation(  # type: ignore[misc]  # the same
    GroupMutations,
    PriceRuleMutations,
    PriceListMutations,
    PriceEntryMutations,
):
    pass


@cache
def schema() -> Any:
    """The schema; making it takes a second, so the first request makes it."""
    return federate(graphene.Schema(query=Query, mutation=Mutation, types=list(TYPES)))


def sdl() -> str:
    """The schema as text."""
    return sdl_of(schema(), ENTITIES)
