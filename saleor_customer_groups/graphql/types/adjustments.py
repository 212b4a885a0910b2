"""Bulk acts on balances as the API shows them."""

from __future__ import annotations

from typing import Any

import graphene
from promise import Promise

from ... import models
from ...access import Act
from ...host.graphql_types import JSON, DateTime, NonNullList, User, wrapped
from ...loyalty.adjustments.previews import Preview
from ..enums import enum_of
from ..fields import Guarded
from ..ids import global_id, optional_global_id
from ..loaders.customers import CustomerById
from ..loaders.loyalty import AdjustmentById, ReversedOfEntry
from .amounts import LoyaltyAmount, Unit, amount_of, units_of
from .groups import CustomerGroup
from .progress import Progress
from .relations import WithCustomer, WithGroup

Mode = enum_of(models.AdjustmentMode, "LoyaltyAdjustmentMode", "What the amount means.")
Status = enum_of(models.AdjustmentStatus, "LoyaltyAdjustmentStatus", "How far a bulk act is.")
SkipReason = enum_of(
    models.SkipReason, "LoyaltyAdjustmentSkipReason", "Why a customer gets nothing."
)


class LoyaltyAdjustment(WithGroup, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the bulk act.")
    unit = Unit(required=True, description="What it counts.")
    mode = Mode(required=True, description="What the amount means.")
    amount = graphene.Field(LoyaltyAmount, required=True, description="How much for each customer.")
    expires_at = DateTime(description="When what it gives expires.")
    valid_days = graphene.Int(description="For how many days from the start what it gives is good.")
    reason = graphene.String(required=True, description="Why, for customers too.")
    comment = graphene.String(required=True, description="For merchants only.")
    actor = graphene.String(required=True, description="Who prepared it.")
    notify_email = graphene.Boolean(required=True, description="Whether customers get a mail.")
    notify_sms = graphene.Boolean(required=True, description="Whether they get a short message.")
    group = Guarded(CustomerGroup, act=Act.READ_GROUPS, description="Whose members it is for.")
    group_name = graphene.String(required=True, description="The name of a group that may be gone.")
    rule = JSON(description="The filter that it is for.")
    picked = graphene.Int(description="For how many picked customers it is.")
    status = Status(required=True, description="How far it is.")
    progress = graphene.Field(Progress, required=True, description="Of the step that runs.")
    scheduled_at = DateTime(description="When it starts.")
    started_at = DateTime(description="When it was started.")
    finished_at = DateTime(description="When it ended.")
    reversed_at = DateTime(description="When it was wholly reversed.")
    error = graphene.String(required=True, description="Why it failed.")
    changed = graphene.Int(required=True, description="How many customers got an entry.")
    moved = graphene.Field(LoyaltyAmount, required=True, description="The sum of the entries.")
    taken_back = graphene.Field(
        LoyaltyAmount, required=True, description="Of a reversal: what was taken back."
    )
    not_taken_back = graphene.Field(
        LoyaltyAmount, required=True, description="Of a reversal: what was spent already."
    )
    created_at = DateTime(required=True, description="When it was prepared.")

    class Meta:
        description = "One act on the balances of many customers."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_amount(root: models.Adjustment, _info: Any) -> LoyaltyAmount:
        return units_of(root.amount, root.currency)

    @staticmethod
    def resolve_moved(root: models.Adjustment, _info: Any) -> LoyaltyAmount:
        return units_of(root.moved, root.currency)

    @staticmethod
    def resolve_taken_back(root: models.Adjustment, _info: Any) -> LoyaltyAmount:
        return units_of(root.taken_back, root.currency)

    @staticmethod
    def resolve_not_taken_back(root: models.Adjustment, _info: Any) -> LoyaltyAmount:
        return units_of(root.not_taken_back, root.currency)

    @staticmethod
    def resolve_picked(root: models.Adjustment, _info: Any) -> int | None:
        return None if root.customer_ids is None else len(root.customer_ids)

    @staticmethod
    def resolve_progress(root: models.Adjustment, _info: Any) -> Progress:
        return Progress(done=root.done, total=root.total)


class LoyaltyAdjustmentSkipped(graphene.ObjectType):
    reason = SkipReason(required=True, description="Why.")
    customers = graphene.Int(required=True, description="How many.")

    class Meta:
        description = "Customers whom a bulk act passes over."


class LoyaltyAdjustmentPreview(graphene.ObjectType):
    customers = graphene.Int(required=True, description="How many the audience has.")
    changing = graphene.Int(required=True, description="How many of them would get an entry.")
    given = graphene.Field(LoyaltyAmount, required=True, description="The sum that is given.")
    taken = graphene.Field(LoyaltyAmount, required=True, description="The sum that is taken.")
    liability = graphene.Field(
        LoyaltyAmount, required=True, description="By how much more the shop would owe."
    )
    skipped = NonNullList(
        LoyaltyAdjustmentSkipped, required=True, description="Who is passed over, by reason."
    )
    by_email = graphene.Int(required=True, description="How many a mail would reach.")
    by_sms = graphene.Int(required=True, description="How many a short message would reach.")

    class Meta:
        description = "What a bulk act would do now."


def preview_of(seen: Preview, currency: str) -> LoyaltyAdjustmentPreview:
    """The preview as the API shows it."""
    return LoyaltyAdjustmentPreview(
        customers=seen.customers,
        changing=seen.changing,
        given=amount_of(seen.given, currency),
        taken=amount_of(seen.taken, currency),
        liability=amount_of(seen.liability, currency),
        skipped=[
            LoyaltyAdjustmentSkipped(reason=reason, customers=customers)
            for reason, customers in sorted(seen.skipped.items())
        ],
        by_email=seen.by_email,
        by_sms=seen.by_sms,
    )


class LoyaltyAdjustmentSkip(WithCustomer, graphene.ObjectType):
    customer_id = graphene.ID(required=True, description="The ID of the customer.")
    customer = Guarded(User, act=Act.READ_CUSTOMERS, description="Who; null: deleted.")
    reason = SkipReason(required=True, description="Why.")

    class Meta:
        description = "A customer whom a bulk act passed over."

    @staticmethod
    def resolve_customer_id(root: models.AdjustmentSkip, _info: Any) -> str:
        return global_id("User", root.customer_id)


class LoyaltyAdjustmentResult(graphene.ObjectType):
    customer_id = graphene.ID(description="The ID of the customer; null: erased since.")
    customer = Guarded(User, act=Act.READ_CUSTOMERS, description="Whose; null: erased since.")
    amount = graphene.Field(LoyaltyAmount, required=True, description="What was given or taken.")
    taken_back = graphene.Field(
        LoyaltyAmount, required=True, description="What was taken back of that."
    )
    missing = graphene.Field(
        LoyaltyAmount,
        required=True,
        description="Once it is reversed: what could not be taken back, as it was spent.",
    )

    class Meta:
        description = "What a bulk act did to one customer's balance."

    @staticmethod
    def resolve_customer_id(root: models.LoyaltyEntry, _info: Any) -> str | None:
        return optional_global_id("User", root.account.customer_id)

    @staticmethod
    def resolve_customer(root: models.LoyaltyEntry, info: Any) -> Any:
        if root.account.customer_id is None:
            return None
        return CustomerById.of(info).load(root.account.customer_id).then(wrapped)

    @staticmethod
    def resolve_amount(root: models.LoyaltyEntry, _info: Any) -> LoyaltyAmount:
        return units_of(root.amount, root.account.currency)

    @staticmethod
    def resolve_taken_back(root: models.LoyaltyEntry, info: Any) -> Any:
        def shown(units: int) -> LoyaltyAmount:
            return units_of(units if root.amount > 0 else -units, root.account.currency)

        return ReversedOfEntry.of(info).load(root.pk).then(shown)

    @staticmethod
    def resolve_missing(root: models.LoyaltyEntry, info: Any) -> Any:
        def shown(adjustment: models.Adjustment, reversed_: int) -> LoyaltyAmount:
            back = reversed_ if root.amount > 0 else -reversed_
            began = adjustment.reversal_began_at is not None
            return units_of(root.amount - back if began else 0, root.account.currency)

        reversed_ = ReversedOfEntry.of(info).load(root.pk)
        adjustment = AdjustmentById.of(info).load(root.adjustment_id)
        return Promise.all([adjustment, reversed_]).then(lambda both: shown(*both))
