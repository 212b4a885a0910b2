"""The whole API: the questions and acts of each concept, put together once in a process."""

from __future__ import annotations

from functools import cache
from typing import Any

import graphene

from .mutations.groups import GroupMutations
from .queries.groups import GroupQueries


class Query(GroupQueries):
    pass


class Mutation(GroupMutations):
    pass


@cache
def schema() -> Any:
    """The schema; making it takes a second, so the first request makes it."""
    return graphene.Schema(query=Query, mutation=Mutation)
