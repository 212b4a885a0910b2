"""What is done with a broadcast: starting, scheduling, pausing, ending, deleting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from ...broadcasts import control, editing
from ...errors import CustomerGroupsError
from ..screens import screen
from ..visit import Visit
from .broadcast import MANAGE, broadcast_or_404
from .forms import StartForm


@dataclass(frozen=True, slots=True)
class Act:
    """A button; with a `question` a dialog asks before it is done."""

    do: Callable[[int, str], object]
    label: Promise | str
    done: Promise | str
    question: Promise | str = ""
    says: Promise | str = ""
    tone: str = "primary"
    leads_to: str = "broadcast"


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
    one, found = ACTS[name], broadcast_or_404(broadcast_id)
    context: dict[str, Any] = {"act": one, "name": name, "broadcast": found}
    if visit.posted:
        try:
            one.do(broadcast_id, visit.actor)
        except CustomerGroupsError as refusal:
            if not one.question:
                response = visit.go(visit.link("broadcast", broadcast_id))
                return visit.tell(response, str(refusal), status="warning")
            context["refusal"] = str(refusal)
        else:
            arguments = [broadcast_id] if one.leads_to == "broadcast" else []
            return visit.go(visit.link(one.leads_to, *arguments), toast=str(one.done))
    return visit.form("broadcasts/act.html", context)


@screen(MANAGE)
def schedule(visit: Visit, broadcast_id: int) -> HttpResponse:
    """The dialog that chooses when it begins by itself."""
    found = broadcast_or_404(broadcast_id)
    form = StartForm(visit.data, initial={"scheduled_for": found.scheduled_for})
    if visit.posted and form.is_valid():
        try:
            control.schedule(broadcast_id, form.cleaned_data["scheduled_for"], actor=visit.actor)
        except CustomerGroupsError as refusal:
            form.refuse(refusal)
        else:
            toast = now("It is scheduled.")
            return visit.go(visit.link("broadcast", broadcast_id), toast=toast)
    return visit.form("broadcasts/schedule.html", {"broadcast": found, "form": form})
