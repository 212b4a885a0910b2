"""Broadcasts: making one, and what is done with it until it has ended."""

from __future__ import annotations

from typing import Any

import graphene

from ...access import Act
from ...broadcasts import control, editing, reporting
from ...broadcasts.reporting import Result
from ...host.graphql_types import JSON, DateTime, NonNullList
from ..fields import caller_of
from ..ids import keys_of
from ..inputs import said
from ..mutation import BaseMutation
from ..queries.broadcasts import broadcast_of
from ..types.broadcasts import Broadcast, Channel, Format
from .by_id import ByID, by_key
from .groups import group_of

ID = "The ID of the broadcast."


class BroadcastInput(graphene.InputObjectType):
    title = graphene.String(description="The title; it may have placeholders.")
    text = graphene.String(description="The text; it may have placeholders (docs/broadcasts.md).")
    format = Format(description="What the text is; else PLAIN.")
    channel = Channel(description="Over what it goes.")
    marketing_only = graphene.Boolean(description="Only to those who accept marketing; else true.")
    group = graphene.ID(description="For the members of this group, or:")
    rule = JSON(description="for whom this filter finds (docs/segments.md), or:")
    customers = graphene.List(
        graphene.NonNull(graphene.ID), description="for these customers, at most 10,000."
    )


class BroadcastCreateInput(BroadcastInput):
    title = graphene.String(required=True, description="The title; it may have placeholders.")
    text = graphene.String(
        required=True, description="The text; it may have placeholders (docs/broadcasts.md)."
    )
    channel = Channel(required=True, description="Over what it goes.")


class BroadcastOutcome(graphene.Enum):
    SENT = "sent"
    FAILED = "failed"

    @property
    def description(self) -> str:
        return "Reached." if self == BroadcastOutcome.SENT else "Could not be reached."


class BroadcastResultInput(graphene.InputObjectType):
    customer = graphene.ID(required=True, description="The ID of the customer.")
    outcome = BroadcastOutcome(required=True, description="What became of the message.")
    reason = graphene.String(description="Why it failed.")


class BroadcastMutation(BaseMutation):
    """What most of them answer."""

    broadcast = graphene.Field(Broadcast, description="The broadcast, and how far it is.")

    class Meta:
        abstract = True


class BroadcastAct(ByID, BroadcastMutation):
    """One that is done to a broadcast."""

    answers = "broadcast"
    subject = staticmethod(broadcast_of)

    class Meta:
        abstract = True

    class Arguments:
        id = graphene.ID(required=True, description=ID)


class BroadcastCreate(BroadcastMutation):
    class Meta:
        act = Act.MANAGE_BROADCASTS
        description = "Makes a draft of a broadcast; nothing is sent yet."

    class Arguments:
        input = BroadcastCreateInput(required=True, description="What, how and to whom.")

    @classmethod
    def perform(cls, info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        made = editing.create_broadcast(actor=caller_of(info).actor, **_details(input))
        return {"broadcast": made}


class BroadcastUpdate(BroadcastMutation):
    class Meta:
        act = Act.MANAGE_BROADCASTS
        description = "Changes a draft; what is not given stays as it is."

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        input = BroadcastInput(required=True, description="What changes.")

    @classmethod
    def perform(cls, info: Any, *, id: str, input: dict[str, Any]) -> dict[str, Any]:
        return {"broadcast": editing.update_broadcast(broadcast_of(id).pk, **_details(input))}


class BroadcastDelete(BroadcastAct):
    does = by_key(editing.delete_broadcast)

    class Meta:
        act = Act.MANAGE_BROADCASTS
        description = "Deletes a draft."


class BroadcastSchedule(BroadcastMutation):
    class Meta:
        act = Act.MANAGE_BROADCASTS
        description = "Lets a broadcast begin at a moment, or at another one."

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        at = DateTime(required=True, description="When it begins.")

    @classmethod
    def perform(cls, info: Any, *, id: str, at: Any) -> dict[str, Any]:
        actor = caller_of(info).actor
        return {"broadcast": control.schedule(broadcast_of(id).pk, at, actor=actor)}


class BroadcastUnschedule(BroadcastAct):
    does = by_key(control.unschedule)

    class Meta:
        act = Act.MANAGE_BROADCASTS
        description = "Makes a broadcast that has not begun a draft again."


class BroadcastStart(BroadcastAct):
    does = by_key(control.start)

    class Meta:
        act = Act.MANAGE_BROADCASTS
        description = "Begins now; a task does it, and `progress` says how far it is."


class BroadcastPause(BroadcastAct):
    does = by_key(control.pause)

    class Meta:
        act = Act.MANAGE_BROADCASTS
        description = "Asks for no further batches."


class BroadcastResume(BroadcastAct):
    does = by_key(control.resume)

    class Meta:
        act = Act.MANAGE_BROADCASTS
        description = "Goes on where it was paused."


class BroadcastCancel(BroadcastMutation):
    class Meta:
        act = Act.MANAGE_BROADCASTS
        description = "Ends a broadcast. What was asked for cannot be called back."

    class Arguments:
        id = graphene.ID(required=True, description=ID)

    @classmethod
    def perform(cls, info: Any, *, id: str) -> dict[str, Any]:
        actor = caller_of(info).actor
        return {"broadcast": control.cancel(broadcast_of(id).pk, actor=actor)}


class BroadcastReport(BaseMutation):
    changed = graphene.Int(description="How many are as reported now, and were not before.")
    unchanged = graphene.Int(description="How many were so already.")
    unknown = graphene.List(
        graphene.NonNull(graphene.ID), description="IDs of customers who are not in the batch."
    )

    class Meta:
        act = Act.MANAGE_BROADCASTS
        description = "Takes from a sender what became of the recipients of a batch."

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        batch = graphene.Int(required=True, description="The number of the batch.")
        results = NonNullList(
            BroadcastResultInput, required=True, description="Of each recipient, at most 100."
        )

    @classmethod
    def perform(
        cls, info: Any, *, id: str, batch: int, results: list[dict[str, Any]]
    ) -> dict[str, Any]:
        said = [Result(one["customer"], one["outcome"], one.get("reason") or "") for one in results]
        done = reporting.report(broadcast_of(id).pk, batch, said)
        return {"changed": done.changed, "unchanged": done.unchanged, "unknown": done.unknown}


class BroadcastMutations:
    broadcast_create = BroadcastCreate.Field()
    broadcast_update = BroadcastUpdate.Field()
    broadcast_delete = BroadcastDelete.Field()
    broadcast_schedule = BroadcastSchedule.Field()
    broadcast_unschedule = BroadcastUnschedule.Field()
    broadcast_start = BroadcastStart.Field()
    broadcast_pause = BroadcastPause.Field()
    broadcast_resume = BroadcastResume.Field()
    broadcast_cancel = BroadcastCancel.Field()
    broadcast_report = BroadcastReport.Field()


def _details(input: dict[str, Any]) -> dict[str, Any]:
    """What is given, as the core takes it."""
    details = said(input)
    if "group" in details:
        details["group"] = group_of(details["group"], field="group")
    if "customers" in details:
        picked = keys_of(details.pop("customers"), "User", field="customers")
        details["customer_ids"] = picked
    return details
