"""Questions about broadcasts."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ...broadcasts import audience
from ..connections import Slice
from ..entities import EntityField
from ..enums import OrderDirection, sort_fields
from ..fields import ConnectionField, Guarded
from ..ids import key_of
from ..rows import row_of
from ..types.broadcasts import (
    Broadcast,
    BroadcastPreview,
    BroadcastRecipient,
    Channel,
    Outcome,
    Status,
)
from .narrowing import WithIDs, belonging_to, named, narrowed


class BroadcastFilterInput(WithIDs, graphene.InputObjectType):
    search = graphene.String(description="Part of the title.")
    statuses = graphene.List(graphene.NonNull(Status), description="In one of these states.")
    channels = graphene.List(graphene.NonNull(Channel), description="Over one of these.")
    group = graphene.ID(description="For the members of this group.")


BroadcastSortField = sort_fields("BroadcastSortField", TITLE="title", CREATED_AT="created_at")


class BroadcastSortingInput(graphene.InputObjectType):
    field = BroadcastSortField(required=True, description="By what.")
    direction = OrderDirection(required=True, description="Which way.")


class BroadcastRecipientFilterInput(graphene.InputObjectType):
    statuses = graphene.List(graphene.NonNull(Outcome), description="In one of these states.")
    reason = graphene.String(description="With this reason.")


class BroadcastQueries:
    broadcast = EntityField(Broadcast, description="One broadcast, and how far it is.")
    broadcasts = ConnectionField(
        Broadcast,
        act=Act.READ_BROADCASTS,
        description="Broadcasts, the latest first.",
        filter=BroadcastFilterInput(description="Which of them."),
        sort_by=BroadcastSortingInput(description="In which order; else the latest first."),
    )
    broadcast_preview = Guarded(
        BroadcastPreview,
        act=Act.READ_BROADCASTS,
        required=True,
        description="Whom a broadcast would reach now, whom not and why; nothing is written.",
        id=graphene.ID(required=True, description="The ID of the broadcast."),
    )
    broadcast_recipient = EntityField(
        BroadcastRecipient, description="What became of one customer of a broadcast."
    )
    broadcast_recipients = ConnectionField(
        BroadcastRecipient,
        act=Act.READ_BROADCASTS,
        description="What became of each customer of a broadcast that has begun.",
        broadcast=graphene.ID(required=True, description="The ID of the broadcast."),
        filter=BroadcastRecipientFilterInput(description="Which of them."),
    )

    @staticmethod
    def resolve_broadcasts(
        _root: Any,
        _info: Any,
        *,
        filter: dict[str, Any] | None = None,
        sort_by: dict[str, Any] | None = None,
        **_page: Any,
    ) -> Slice:
        rows = narrowed(
            named(models.Broadcast.objects.all(), filter, "Broadcast"),
            filter,
            search="title__icontains",
            statuses="status__in",
            channels="channel__in",
        )
        rows = belonging_to(rows, filter, "group", "CustomerGroup")
        if sort_by is None:
            return Slice(rows, descending=True)
        descending = sort_by["direction"] == "-"
        return Slice(rows, order=(sort_by["field"], "pk"), descending=descending)

    @staticmethod
    def resolve_broadcast_preview(_root: Any, _info: Any, *, id: str) -> audience.Preview:
        return audience.preview(broadcast_of(id).pk)

    @staticmethod
    def resolve_broadcast_recipients(
        _root: Any,
        _info: Any,
        *,
        broadcast: str,
        filter: dict[str, Any] | None = None,
        **_page: Any,
    ) -> Slice:
        key = key_of(broadcast, "Broadcast", field="broadcast")
        rows = models.BroadcastRecipient.objects.filter(broadcast=key).select_related("batch")
        return Slice(narrowed(rows, filter, statuses="status__in", reason="reason"))


def broadcast_of(id: str) -> models.Broadcast:
    """The broadcast of this global id. InvalidInput where there is none."""
    missing = "There is no such broadcast."
    return row_of(models.Broadcast.objects.all(), id, "Broadcast", missing=missing)
