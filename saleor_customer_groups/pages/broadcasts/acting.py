"""What is done with a broadcast: starting, scheduling, pausing, ending, deleting."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...broadcasts import control, editing
from ..acts import Act, perform
from ..screens import screen
from ..visit import Visit
from .broadcast import MANAGE, broadcast_or_404
from .forms import StartForm

ACTS: Final = {
    "start": Act(
        lambda key, actor: control.start(key),
        _("Send now"),
        _("It is being sent."),
        _("Send now?"),
        _("The audience is taken as it is at this moment. What was handed over cannot be called "
          "back."),
    ),
    "pause": Act(lambda key, actor: control.pause(key), _("Pause"), _("It pauses.")),
    "resume": Act(lambda key, actor: control.resume(key), _("Resume"), _("It goes on.")),
    "unschedule": Act(
        lambda key, actor: control.unschedule(key), _("Back to draft"), _("It is a draft again.")
    ),
    "cancel": Act(
        lambda key, actor: control.cancel(key, actor=actor),
        _("Cancel it"),
        _("It was cancelled."),
        _("Cancel it?"),
        _("Nobody else is written to. What was handed over cannot be called back."),
        "critical",
    ),
    "delete": Act(
        lambda key, actor: editing.delete_broadcast(key),
        _("Delete"),
        _("It was deleted."),
        _("Delete it?"),
        _("Nobody was written to yet."),
        "critical",
        "broadcasts",
    ),
}  # fmt: skip


@screen(MANAGE)
def act(visit: Visit, broadcast_id: int, name: str) -> HttpResponse:
    """The dialog that asks, and the act."""
    if name not in ACTS:
        raise Http404
    return perform(
        visit,
        ACTS[name],
        broadcast_id,
        title=broadcast_or_404(broadcast_id).title,
        address=visit.link("broadcast-act", broadcast_id, name),
        page="broadcast",
    )


@screen(MANAGE)
def schedule(visit: Visit, broadcast_id: int) -> HttpResponse:
    """The dialog that chooses when it begins by itself."""
    found = broadcast_or_404(broadcast_id)
    form = StartForm(visit.data, initial={"scheduled_for": found.scheduled_for})
    if visit.posted and form.is_valid():
        with form.refusing():
            control.schedule(broadcast_id, form.cleaned_data["scheduled_for"], actor=visit.actor)
            toast = gettext("It is scheduled.")
            return visit.go(visit.link("broadcast", broadcast_id), toast=toast)
    return visit.form("broadcasts/schedule.html", {"broadcast": found, "form": form})
