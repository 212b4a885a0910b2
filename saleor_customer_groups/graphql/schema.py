"""The whole API: the questions and acts of each concept, put together once in a process."""

from __future__ import annotations

from functools import cache
from typing import Any

import graphene

from .entities import ENTITIES
from .federation import TYPES, federate
from .mutations.adjustments import AdjustmentMutations
from .mutations.applications import ApplicationMutations
from .mutations.broadcasts import BroadcastMutations
from .mutations.conversion import ConversionMutations
from .mutations.earning_rules import EarningRuleMutations
from .mutations.endpoints import EndpointMutations
from .mutations.exports import ExportMutations
from .mutations.found import FoundMutations
from .mutations.groups import GroupMutations
from .mutations.imports import ImportMutations
from .mutations.loyalty import LoyaltyMutations
from .mutations.members import MemberMutations
from .mutations.pasting import PastingMutations
from .mutations.price_entries import PriceEntryMutations
from .mutations.price_lists import PriceListMutations
from .mutations.price_rules import PriceRuleMutations
from .mutations.segments import SegmentMutations
from .mutations.snapshots import SnapshotMutations
from .mutations.triggers import TriggerMutations
from .mutations.vouchers import VoucherMutations
from .mutations.whole_groups import WholeGroupMutations
from .queries.adjustments import AdjustmentQueries
from .queries.applications import ApplicationQueries
from .queries.broadcasts import BroadcastQueries
from .queries.endpoints import EndpointQueries
from .queries.exports import ExportQueries
from .queries.groups import GroupQueries
from .queries.imports import ImportQueries
from .queries.loyalty import LoyaltyQueries
from .queries.members import MemberQueries
from .queries.prices import PriceQueries
from .queries.quotes import QuoteQueries
from .queries.segments import SegmentQueries
from .queries.triggers import TriggerQueries
from .queries.vouchers import VoucherQueries
from .sdl import sdl_of


class Query(  # type: ignore[misc]  # each has a Meta, which says that it is abstract
    GroupQueries,
    PriceQueries,
    QuoteQueries,
    AdjustmentQueries,
    ApplicationQueries,
    BroadcastQueries,
    EndpointQueries,
    ExportQueries,
    ImportQueries,
    LoyaltyQueries,
    MemberQueries,
    SegmentQueries,
    TriggerQueries,
    VoucherQueries,
):
    pass


class Mutation(  # type: ignore[misc]  # the same
    GroupMutations,
    PriceRuleMutations,
    PriceListMutations,
    PriceEntryMutations,
    AdjustmentMutations,
    ApplicationMutations,
    BroadcastMutations,
    ConversionMutations,
    EarningRuleMutations,
    EndpointMutations,
    ExportMutations,
    FoundMutations,
    ImportMutations,
    LoyaltyMutations,
    MemberMutations,
    PastingMutations,
    SegmentMutations,
    SnapshotMutations,
    TriggerMutations,
    VoucherMutations,
    WholeGroupMutations,
):
    pass


@cache
def schema() -> Any:
    """The schema; making it takes a second, so the first request makes it."""
    return federate(graphene.Schema(query=Query, mutation=Mutation, types=list(TYPES)))


def sdl() -> str:
    """The schema as text."""
    return sdl_of(schema(), ENTITIES)
