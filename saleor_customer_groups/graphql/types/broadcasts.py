"""Broadcasts as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import graphene

from ... import models
from ...access import Act
from ...broadcasts.queries import Counts
from ...broadcasts.statements import REASONS
from ...host.graphql_types import JSON, DateTime, NonNullList, User
from ..enums import enum_of
from ..fields import Guarded
from ..loaders.broadcasts import CountsOfBroadcast
from .groups import CustomerGroup
from .relations import WithCustomer, WithGroup

Channel = enum_of(models.BroadcastChannel, "BroadcastChannel", "Over what a message goes.")
Format = enum_of(models.BroadcastFormat, "BroadcastFormat", "What the text of a message is.")
Audience = enum_of(models.BroadcastAudience, "BroadcastAudience", "What says whom it is for.")
Status = enum_of(models.BroadcastStatus, "BroadcastStatus", "How far a broadcast is.")
Outcome = enum_of(models.RecipientStatus, "BroadcastRecipientStatus", "What became of a recipient.")


class BroadcastSkipped(graphene.ObjectType):
    reason = graphene.String(required=True, description="Why, as a code such as no_address.")
    message = graphene.String(required=True, description="The same in words.")
    customers = graphene.Int(required=True, description="How many.")

    class Meta:
        description = "Customers whom a broadcast does not reach."


class BroadcastProgress(graphene.ObjectType):
    recipients = graphene.Int(required=True, description="How many customers it is for.")
    pending = graphene.Int(required=True, description="Of how many nothing was done yet.")
    requested = graphene.Int(required=True, description="How many a sender was asked to reach.")
    sent = graphene.Int(required=True, description="Of these: how many were reached.")
    failed = graphene.Int(required=True, description="How many could not be reached.")
    unknown = graphene.Int(required=True, description="Of how many it will never be known.")
    unreported = graphene.Int(required=True, description="Of how many a report is awaited.")
    skipped = graphene.Int(required=True, description="How many were passed over.")
    reasons = NonNullList(BroadcastSkipped, required=True, description="Why they were.")

    class Meta:
        description = "What became of the recipients so far."

    @staticmethod
    def resolve_reasons(root: Counts, _info: Any) -> list[BroadcastSkipped]:
        return skipped_of(root.reasons)


class Broadcast(WithGroup, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the broadcast.")
    title = graphene.String(required=True, description="The title, with placeholders.")
    text = graphene.String(required=True, description="The text, with placeholders.")
    format = Format(required=True, description="What the text is.")
    channel = Channel(required=True, description="Over what it goes.")
    marketing_only = graphene.Boolean(
        required=True, description="Whether only those get it who accept marketing."
    )
    audience = Audience(required=True, description="What says whom it is for.")
    group = Guarded(CustomerGroup, act=Act.READ_GROUPS, description="Whose members it is for.")
    group_name = graphene.String(required=True, description="The name of a group that may be gone.")
    rule = JSON(description="The filter that it is for.")
    picked = graphene.Int(required=True, description="For how many picked customers it is.")
    status = Status(required=True, description="How far it is.")
    held_because = graphene.String(required=True, description="Why it waits for a person.")
    progress = graphene.Field(BroadcastProgress, required=True, description="Of its recipients.")
    batches = graphene.Int(required=True, description="In how many batches it was asked for.")
    scheduled_for = DateTime(description="When it begins.")
    started_at = DateTime(description="When it began.")
    finished_at = DateTime(description="When it ended.")
    actor = graphene.String(required=True, description="Who made it.")
    created_at = DateTime(required=True, description="When it was made.")
    updated_at = DateTime(required=True, description="When it was last changed.")

    class Meta:
        description = "One message to the customers of an audience over one channel."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_picked(root: models.Broadcast, _info: Any) -> int:
        return len(root.customer_ids)

    @staticmethod
    def resolve_progress(root: models.Broadcast, info: Any) -> Any:
        return CountsOfBroadcast.of(info).load(root.pk)


class BroadcastLetter(graphene.ObjectType):
    title = graphene.String(required=True, description="The title.")
    text = graphene.String(required=True, description="The text.")

    class Meta:
        description = "What a recipient reads."


class BroadcastPreview(graphene.ObjectType):
    customers = graphene.Int(required=True, description="How many customers it is for.")
    reached = graphene.Int(required=True, description="How many of them it would reach.")
    skipped = NonNullList(BroadcastSkipped, required=True, description="Why not the others.")
    example = Guarded(
        BroadcastLetter,
        act=Act.READ_MEMBERS,
        description="What the first of them would read; null: nobody is reached.",
    )

    class Meta:
        description = "What a broadcast would do now."

    @staticmethod
    def resolve_skipped(root: Any, _info: Any) -> list[BroadcastSkipped]:
        return skipped_of(root.skipped)


class BroadcastRecipient(WithCustomer, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the recipient.")
    customer = Guarded(User, act=Act.READ_MEMBERS, description="Who; null: erased.")
    status = Outcome(required=True, description="What became of them.")
    reason = graphene.String(
        required=True, description="Why passed over, as a code; or what the sender said."
    )
    batch = graphene.Int(description="The number of the batch they were in.")
    settled_at = DateTime(description="When that was known.")

    class Meta:
        description = "A customer of a broadcast's audience."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_batch(root: models.BroadcastRecipient, _info: Any) -> int | None:
        return None if root.batch is None else root.batch.number


def skipped_of(reasons: Mapping[str, int]) -> list[BroadcastSkipped]:
    """The reasons, each in words too."""
    return [
        BroadcastSkipped(reason=reason, message=REASONS[reason], customers=customers)
        for reason, customers in reasons.items()
    ]
