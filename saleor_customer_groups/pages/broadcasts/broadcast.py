"""One broadcast: whom it reaches, what they read, how far it is, and what became of it."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ...broadcasts import audience, queries
from ...errors import CustomerGroupsError
from ...models import Broadcast, BroadcastStatus
from ...models.broadcasts import ENDED
from ..actors import name_of
from ..screens import screen
from ..sentences import said
from ..visit import Visit
from . import words

READ: Final = "broadcasts.read"
MANAGE: Final = "broadcasts.manage"
NOT_BEGUN: Final = (BroadcastStatus.DRAFT, BroadcastStatus.SCHEDULED, BroadcastStatus.HELD)


@screen(READ)
def broadcast(visit: Visit, broadcast_id: int) -> HttpResponse:
    """Its page; reach and message follow by themselves."""
    found = broadcast_or_404(broadcast_id)
    context = {**context_of(found), "actor": name_of(found.actor)}
    if not context["not_begun"]:
        context["counts"] = queries.counts(broadcast_id)
    return visit.render("broadcasts/broadcast.html", context)


@screen(READ)
def reach(visit: Visit, broadcast_id: int) -> HttpResponse:
    """How many it would reach now, and why not the others."""
    context = context_of(broadcast_or_404(broadcast_id))
    try:
        context["seen"] = audience.preview(broadcast_id)
    except CustomerGroupsError as refusal:
        context["refusal"] = said(refusal.message)
    return visit.render("broadcasts/reach.html", context)


@screen(READ)
def progress(visit: Visit, broadcast_id: int) -> HttpResponse:
    """How far it is; once it is something else than it was, its whole page."""
    found = broadcast_or_404(broadcast_id)
    if found.status != visit.asked("was"):
        named = {"what": found.title, "state": words.STATUSES[found.status]}
        toast = _("%(what)s: %(state)s") % named
        return visit.go(visit.link("broadcast", broadcast_id), toast=toast)
    context = {**context_of(found), "counts": queries.counts(broadcast_id)}
    return visit.render("broadcasts/progress.html", context)


def context_of(found: Broadcast) -> dict[str, Any]:
    """For broadcasts/broadcast.html and its parts."""
    status = found.status
    unbegun = found.started_at is None
    return {
        "area": "broadcasts",
        "broadcast": found,
        "audience": words.audience_of(found),
        "not_begun": unbegun and status in NOT_BEGUN,
        "is_draft": status == BroadcastStatus.DRAFT,
        "can_start": status in NOT_BEGUN,
        "can_be_draft": unbegun and status in (BroadcastStatus.SCHEDULED, BroadcastStatus.HELD),
        "can_cancel": status not in (*ENDED, BroadcastStatus.DRAFT),
        "going_on": status == BroadcastStatus.SENDING,
    }


def broadcast_or_404(broadcast_id: int) -> Broadcast:
    """The broadcast with its group, or the panel that says it is gone."""
    return get_object_or_404(Broadcast.objects.select_related("group"), pk=broadcast_id)
