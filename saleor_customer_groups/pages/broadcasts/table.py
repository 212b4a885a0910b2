"""The list of broadcasts, and the recipients of one."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth import get_user_model
from django.http import HttpResponse

from ...models import Broadcast, BroadcastRecipient, BroadcastStatus, RecipientStatus
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from . import words
from .broadcast import READ, broadcast_or_404, context_of

SORTS: Final = {"made": ("-pk",), "title": ("title", "pk")}
RECIPIENTS: Final = {"place": ("pk",)}


@screen(READ)
def broadcasts(visit: Visit) -> HttpResponse:
    """All of them, the newest first, found by title and state."""
    found = Broadcast.objects.all()
    if text := visit.asked("q"):
        found = found.filter(title__icontains=text)
    if visit.asked("state") in BroadcastStatus.values:
        found = found.filter(status=visit.asked("state"))
    page = listing(visit, found, sorts=SORTS, default="made", keep=("q", "state"))
    context = {
        "area": "broadcasts",
        "list": page,
        "rows": [(one, words.audience_of(one)) for one in page.rows],
        "q": visit.asked("q"),
        "state": visit.asked("state"),
        "states": words.STATUSES.items(),
    }
    return visit.listed("broadcasts/list.html", "broadcasts/rows.html", context)


@screen(READ)
def recipients(visit: Visit, broadcast_id: int) -> HttpResponse:
    """What became of each recipient, found by state."""
    visit.caller.require("members.read")
    broadcast = broadcast_or_404(broadcast_id)
    found = BroadcastRecipient.objects.filter(broadcast=broadcast_id)
    if visit.asked("state") in RecipientStatus.values:
        found = found.filter(status=visit.asked("state"))
    page = listing(visit, found, sorts=RECIPIENTS, default="place", keep=("state",))
    ids = [one.customer_id for one in page.rows if one.customer_id is not None]
    customers = get_user_model()._default_manager.in_bulk(ids)
    context: dict[str, Any] = {
        **context_of(broadcast),
        "list": page,
        "rows": [(one, customers.get(one.customer_id)) for one in page.rows],
        "state": visit.asked("state"),
        "states": words.RECIPIENTS.items(),
    }
    return visit.listed("broadcasts/recipients.html", "broadcasts/recipient_rows.html", context)
