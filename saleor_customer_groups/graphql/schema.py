"""The whole API: the questions and acts of each concept, put together once in a process."""

from __future__ import annotations

from functools import cache
from typing import Any

import graphene

from .mutations.adjustments import AdjustmentMutations
from .mutations.broadcasts import BroadcastMutations
from .mutations.conversion import ConversionMutations
from .mutations.earning_rules import EarningRuleMutations
from .mutations.endpoints import EndpointMutations
from .mutations.groups import GroupMutations
from .mutations.loyalty import LoyaltyMutations
from .mutations.triggers import TriggerMutations
from .mutations.vouchers import VoucherMutations
from .queries.adjustments import AdjustmentQueries
from .queries.broadcasts import BroadcastQueries
from .queries.endpoints import EndpointQueries
from .queries.groups import GroupQueries
from .queries.loyalty import LoyaltyQueries
from .queries.triggers import TriggerQueries
from .queries.vouchers import VoucherQueries


class Query(
    GroupQueries,
    LoyaltyQueries,
    AdjustmentQueries,
    BroadcastQueries,
    EndpointQueries,
    TriggerQueries,
    VoucherQueries,
):
    pass


class Mutation(
    GroupMutations,
    LoyaltyMutations,
    ConversionMutations,
    AdjustmentMutations,
    EarningRuleMutations,
    BroadcastMutations,
    EndpointMutations,
    TriggerMutations,
    VoucherMutations,
):
    pass


@cache
def schema() -> Any:
    """The schema; making it takes a second, so the first request makes it."""
    return graphene.Schema(query=Query, mutation=Mutation)
