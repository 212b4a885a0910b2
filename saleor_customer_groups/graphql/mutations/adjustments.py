"""Bulk acts on balances: preparing one, and what is done with it until it is reversed."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ...host.graphql_types import JSON, DateTime, Decimal
from ...loyalty.adjustments import drafts, steps
from ...loyalty.adjustments.drafts import Draft
from ..fields import caller_of
from ..inputs import audience_of, said
from ..mutation import BaseMutation
from ..queries.adjustments import adjustment_of
from ..types.adjustments import LoyaltyAdjustment, Mode
from ..types.amounts import Unit, given
from .by_id import ByID, by_key

ID = "The ID of the bulk act."
DETAILS = ("currency", "expires_at", "valid_days", "reason", "comment")


class LoyaltyAdjustmentCreateInput(graphene.InputObjectType):
    unit = Unit(required=True, description="What is given, taken or set.")
    amount = Decimal(required=True, description="How much for each; with a minus it is taken.")
    currency = graphene.String(description="Of credit and cashback, such as USD.")
    mode = Mode(description="What the amount means; else CHANGE.")
    group = graphene.ID(description="For the members of this group, or:")
    rule = JSON(description="for whom this filter finds (docs/segments.md), or:")
    customers = graphene.List(
        graphene.NonNull(graphene.ID), description="for these customers, at most 10,000."
    )
    expires_at = DateTime(description="When what is given expires; else never, or:")
    valid_days = graphene.Int(description="so many days after the start.")
    reason = graphene.String(description="Why, for customers too.")
    comment = graphene.String(description="For merchants only.")
    notify_email = graphene.Boolean(description="Whether customers get a mail.")
    notify_sms = graphene.Boolean(description="Whether customers get a short message.")


class AdjustmentMutation(BaseMutation):
    """What each of them answers."""

    adjustment = graphene.Field(LoyaltyAdjustment, description="The bulk act, and how far it is.")

    class Meta:
        abstract = True


class AdjustmentAct(ByID, AdjustmentMutation):
    """One that is done to a bulk act."""

    answers = "adjustment"
    subject = staticmethod(adjustment_of)

    class Meta:
        abstract = True

    class Arguments:
        id = graphene.ID(required=True, description=ID)


class LoyaltyAdjustmentCreate(AdjustmentMutation):
    class Meta:
        act = Act.MANAGE_LOYALTY
        description = (
            "Prepares a bulk act on balances; nothing happens to them yet. For whom a filter finds "
            "it needs the permission to read members as well."
        )

    class Arguments:
        input = LoyaltyAdjustmentCreateInput(required=True, description="For whom, what and why.")

    @classmethod
    def perform(cls, info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        caller, for_whom = caller_of(info), audience_of(input)
        if for_whom.rule is not None:  # whom it finds is told of everybody: who, or how many
            caller.require(Act.READ_MEMBERS)
        return {"adjustment": drafts.create(_draft(input), for_whom, actor=caller.actor)}


class LoyaltyAdjustmentDelete(AdjustmentAct):
    does = by_key(steps.delete)

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Throws away a bulk act that has not begun."


class LoyaltyAdjustmentSchedule(AdjustmentMutation):
    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Lets a bulk act start at a moment."

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        at = DateTime(required=True, description="When it starts.")

    @classmethod
    def perform(cls, info: Any, *, id: str, at: Any) -> dict[str, Any]:
        return {"adjustment": steps.schedule(adjustment_of(id).pk, at)}


class LoyaltyAdjustmentStart(AdjustmentAct):
    does = by_key(steps.start)

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Starts a bulk act; a task does it, and `progress` says how far it is."


class LoyaltyAdjustmentPause(AdjustmentAct):
    does = by_key(steps.pause)

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Stops a bulk act, or its reversal, after the customers at work."


class LoyaltyAdjustmentResume(AdjustmentAct):
    does = by_key(steps.resume)

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Goes on with a bulk act, or its reversal, where it was paused."


class LoyaltyAdjustmentCancel(AdjustmentAct):
    does = by_key(steps.cancel)

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Ends a bulk act. What was done stays, and can be reversed."


class LoyaltyAdjustmentReverse(AdjustmentAct):
    does = by_key(steps.reverse)

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Takes back all that a bulk act did, as far as it is still there."


class AdjustmentMutations:
    loyalty_adjustment_create = LoyaltyAdjustmentCreate.Field()
    loyalty_adjustment_delete = LoyaltyAdjustmentDelete.Field()
    loyalty_adjustment_schedule = LoyaltyAdjustmentSchedule.Field()
    loyalty_adjustment_start = LoyaltyAdjustmentStart.Field()
    loyalty_adjustment_pause = LoyaltyAdjustmentPause.Field()
    loyalty_adjustment_resume = LoyaltyAdjustmentResume.Field()
    loyalty_adjustment_cancel = LoyaltyAdjustmentCancel.Field()
    loyalty_adjustment_reverse = LoyaltyAdjustmentReverse.Field()


def _draft(input: dict[str, Any]) -> Draft:
    details = said({name: input.get(name) for name in DETAILS})
    return Draft(
        unit=input["unit"],
        amount=given(input["amount"], input["unit"]),
        absolute=input.get("mode") == models.AdjustmentMode.ABSOLUTE,
        notify_email=bool(input.get("notify_email")),
        notify_sms=bool(input.get("notify_sms")),
        **details,
    )
