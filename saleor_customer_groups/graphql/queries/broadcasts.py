"""Questions about broadcasts."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ...broadcasts import audience
from ...errors import InvalidInput
from ..connections import Slice
from ..fields import ConnectionField, Guarded
from ..ids import key_of, optional_key_of
from ..types.broadcasts import (
    Broadcast,
    BroadcastPreview,
    BroadcastRecipient,
    Channel,
    Outcome,
    Status,
)


class BroadcastFilterInput(graphene.InputObjectType):
    search = graphene.String(description="Part of the title.")
    statuses = graphene.List(graphene.NonNull(Status), description="In one of these states.")
    channels = graphene.List(graphene.NonNull(Channel), description="Over one of these.")
    group = graphene.ID(description="For the members of this group.")


class BroadcastRecipientFilterInput(graphene.InputObjectType):
    statuses = graphene.List(graphene.NonNull(Outcome), description="In one of these states.")
    reason = graphene.String(description="With this reason.")


class BroadcastQueries:
    broadcast = Guarded(
        Broadcast,
        act=Act.READ_BROADCASTS,
        description="One broadcast, and how far it is.",
        id=graphene.ID(required=True, description="Its ID."),
    )
    broadcasts = ConnectionField(
        Broadcast,
        act=Act.READ_BROADCASTS,
        description="Broadcasts, the latest first.",
        filter=BroadcastFilterInput(description="Which of them."),
    )
    broadcast_preview = Guarded(
        BroadcastPreview,
        act=Act.READ_BROADCASTS,
        required=True,
        description="Whom a broadcast would reach now, whom not and why; nothing is written.",
        id=graphene.ID(required=True, description="The ID of the broadcast."),
    )
    broadcast_recipients = ConnectionField(
        BroadcastRecipient,
        act=Act.READ_BROADCASTS,
        description="What became of each customer of a broadcast that has begun.",
        broadcast=graphene.ID(required=True, description="The ID of the broadcast."),
        filter=BroadcastRecipientFilterInput(description="Which of them."),
    )

    @staticmethod
    def resolve_broadcast(_root: Any, _info: Any, *, id: str) -> models.Broadcast | None:
        return models.Broadcast.objects.filter(pk=key_of(id, "Broadcast")).first()

    @staticmethod
    def resolve_broadcasts(
        _root: Any, _info: Any, *, filter: dict[str, Any] | None = None, **_page: Any
    ) -> Slice:
        wanted = filter or {}
        rows = models.Broadcast.objects.all()
        if wanted.get("search"):
            rows = rows.filter(title__icontains=wanted["search"])
        if wanted.get("statuses"):
            rows = rows.filter(status__in=wanted["statuses"])
        if wanted.get("channels"):
            rows = rows.filter(channel__in=wanted["channels"])
        group_id = optional_key_of(wanted.get("group"), "CustomerGroup", field="group")
        if group_id is not None:
            rows = rows.filter(group=group_id)
        return Slice(rows, descending=True)

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
        wanted = filter or {}
        key = key_of(broadcast, "Broadcast", field="broadcast")
        rows = models.BroadcastRecipient.objects.filter(broadcast=key).select_related("batch")
        if wanted.get("statuses"):
            rows = rows.filter(status__in=wanted["statuses"])
        if wanted.get("reason"):
            rows = rows.filter(reason=wanted["reason"])
        return Slice(rows)


def broadcast_of(id: str) -> models.Broadcast:
    """The broadcast of this global id. InvalidInput where there is none."""
    found = models.Broadcast.objects.filter(pk=key_of(id, "Broadcast")).first()
    if found is None:
        raise InvalidInput("There is no such broadcast.", field="id", code="not_found")
    return found
