"""The whole API: the questions and acts of each concept, put together once in a process."""

from __future__ import annotations

from functools import cache
from typing import Any

import graphene

from .mutations.applications import ApplicationMutations
from .mutations.exports import ExportMutations
from .mutations.found import FoundMutations
from .mutations.groups import GroupMutations
from .mutations.imports import ImportMutations
from .mutations.members import MemberMutations
from .mutations.pasting import PastingMutations
from .mutations.segments import SegmentMutations
from .mutations.snapshots import SnapshotMutations
from .mutations.whole_groups import WholeGroupMutations
from .queries.applications import ApplicationQueries
from .queries.exports import ExportQueries
from .queries.groups import GroupQueries
from .queries.imports import ImportQueries
from .queries.members import MemberQueries
from .queries.segments import SegmentQueries


class Query(  # type: ignore[misc]  # each has a Meta, which says that it is abstract
    GroupQueries,
    MemberQueries,
    ApplicationQueries,
    SegmentQueries,
    ImportQueries,
    ExportQueries,
):
    pass


class Mutation(  # type: ignore[misc]  # the same
    GroupMutations,
    WholeGroupMutations,
    SnapshotMutations,
    MemberMutations,
    FoundMutations,
    PastingMutations,
    ApplicationMutations,
    SegmentMutations,
    ImportMutations,
    ExportMutations,
):
    pass


@cache
def schema() -> Any:
    """The schema; making it takes a second, so the first request makes it."""
    return graphene.Schema(query=Query, mutation=Mutation)
