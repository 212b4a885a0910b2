"""Questions about bulk acts on balances and about the rules by which orders earn."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ...loyalty.adjustments import previews
from ..connections import Slice
from ..entities import EntityField
from ..fields import ConnectionField, Guarded
from ..ids import key_of
from ..rows import row_of
from ..types.adjustments import (
    LoyaltyAdjustment,
    LoyaltyAdjustmentPreview,
    LoyaltyAdjustmentResult,
    LoyaltyAdjustmentSkip,
    SkipReason,
    Status,
    preview_of,
)
from ..types.amounts import Unit
from ..types.earning_rules import LoyaltyEarningRule
from .narrowing import WithIDs, belonging_to, named, narrowed


class LoyaltyAdjustmentFilterInput(WithIDs, graphene.InputObjectType):
    statuses = graphene.List(graphene.NonNull(Status), description="In one of these states.")
    group = graphene.ID(description="For the members of this group.")
    unit = Unit(description="Of this unit.")


class LoyaltyEarningRuleFilterInput(WithIDs, graphene.InputObjectType):
    group = graphene.ID(description="For the members of this group.")
    unit = Unit(description="Which earn this.")
    active = graphene.Boolean(description="Switched on, or off.")


class AdjustmentQueries:
    loyalty_adjustment = EntityField(
        LoyaltyAdjustment, description="One bulk act, and how far it is."
    )
    loyalty_adjustments = ConnectionField(
        LoyaltyAdjustment,
        act=Act.READ_LOYALTY,
        description="Bulk acts on balances, the latest first.",
        filter=LoyaltyAdjustmentFilterInput(description="Which of them."),
    )
    loyalty_adjustment_preview = Guarded(
        LoyaltyAdjustmentPreview,
        act=Act.READ_LOYALTY,
        required=True,
        description="What a bulk act would do now; nothing is written.",
        id=graphene.ID(required=True, description="The ID of the bulk act."),
    )
    loyalty_adjustment_results = ConnectionField(
        LoyaltyAdjustmentResult,
        act=Act.READ_LOYALTY,
        description="What a bulk act did, and what its reversal took back, by customer.",
        adjustment=graphene.ID(required=True, description="The ID of the bulk act."),
    )
    loyalty_adjustment_skips = ConnectionField(
        LoyaltyAdjustmentSkip,
        act=Act.READ_LOYALTY,
        description="Whom a bulk act passed over, and why.",
        adjustment=graphene.ID(required=True, description="The ID of the bulk act."),
        reason=SkipReason(description="For this reason only."),
    )
    loyalty_earning_rule = EntityField(
        LoyaltyEarningRule, description="One rule by which orders earn."
    )
    loyalty_earning_rules = ConnectionField(
        LoyaltyEarningRule,
        act=Act.READ_LOYALTY,
        description="The rules by which orders earn.",
        filter=LoyaltyEarningRuleFilterInput(description="Which of them."),
    )

    @staticmethod
    def resolve_loyalty_adjustments(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        rows = named(models.Adjustment.objects.all(), filter, "LoyaltyAdjustment")
        rows = narrowed(rows, filter, statuses="status__in", unit="unit")
        return Slice(belonging_to(rows, filter, "group", "CustomerGroup"), descending=True)

    @staticmethod
    def resolve_loyalty_adjustment_preview(
        _root: Any, _info: Any, *, id: str
    ) -> LoyaltyAdjustmentPreview:
        adjustment = adjustment_of(id)
        return preview_of(previews.preview(adjustment), adjustment.currency)

    @staticmethod
    def resolve_loyalty_adjustment_results(
        _root: Any, _info: Any, *, adjustment: str, **_page: Any
    ) -> Slice:
        rows = models.LoyaltyEntry.objects.filter(
            adjustment_id=key_of(adjustment, "LoyaltyAdjustment", field="adjustment"),
            kind=models.LoyaltyKind.ADJUST,
        )
        return Slice(rows.select_related("account"), order=("account_id",))

    @staticmethod
    def resolve_loyalty_adjustment_skips(
        _root: Any, _info: Any, *, adjustment: str, reason: str | None = None, **_page: Any
    ) -> Slice:
        key = key_of(adjustment, "LoyaltyAdjustment", field="adjustment")
        rows = models.AdjustmentSkip.objects.filter(adjustment=key)
        if reason is not None:
            rows = rows.filter(reason=reason)
        return Slice(rows, order=("customer_id",))

    @staticmethod
    def resolve_loyalty_earning_rules(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        wanted = filter or {}
        rows = named(models.EarningRule.objects.all(), wanted, "LoyaltyEarningRule")
        rows = narrowed(rows, wanted, unit="unit")
        if wanted.get("active") is not None:
            rows = rows.filter(active=wanted["active"])
        return Slice(belonging_to(rows, wanted, "group", "CustomerGroup"))


def adjustment_of(id: str) -> models.Adjustment:
    """The bulk act of this global id. InvalidInput where there is none."""
    missing = "There is no such bulk act."
    rows = models.Adjustment.objects.all()
    return row_of(rows, id, "LoyaltyAdjustment", missing=missing)
