"""What is done with an adjustment: starting, scheduling, pausing, ending, reversing, deleting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from ...errors import CustomerGroupsError
from ...loyalty.adjustments import steps
from ..screens import screen
from ..visit import Visit
from . import words
from .adjustments import MANAGE, adjustment_or_404
from .forms import StartForm


@dataclass(frozen=True, slots=True)
class Act:
    """A button; with a `question` a dialog asks before it is done."""

    do: Callable[[int], object]
    label: Promise | str
    done: Promise | str
    question: Promise | str = ""
    says: Promise | str = ""
    tone: str = "primary"
    leads_to: str = "adjustment"


ACTS: Final = {
    "start": Act(
        steps.start,
        _("Start now"),
        _("It has started."),
        _("Start now?"),
        _("The balances change at once, as the preview says. What is not spent can be taken back "
          "by reversing it."),
    ),
    "pause": Act(steps.pause, _("Pause"), _("It pauses.")),
    "resume": Act(steps.resume, _("Resume"), _("It goes on.")),
    "cancel": Act(
        steps.cancel,
        _("Cancel it"),
        _("It was cancelled."),
        _("Cancel it?"),
        _("Nobody else gets anything. Who had their turn keeps it, until you reverse it."),
        "critical",
    ),
    "reverse": Act(
        steps.reverse,
        _("Reverse"),
        _("It is being reversed."),
        _("Reverse it?"),
        _("Each customer gets the contrary entry. What was spent or has expired meanwhile cannot "
          "be taken back; the report says of whom."),
        "critical",
    ),
    "delete": Act(
        steps.delete,
        _("Delete"),
        _("It was deleted."),
        _("Delete it?"),
        _("Nothing has happened to any balance yet."),
        "critical",
        "adjustments",
    ),
}  # fmt: skip


@screen(MANAGE)
def act(visit: Visit, adjustment_id: int, name: str) -> HttpResponse:
    """The dialog that asks, and the act."""
    if name not in ACTS:
        raise Http404
    one, found = ACTS[name], adjustment_or_404(adjustment_id)
    context: dict[str, Any] = {"act": one, "name": name, "adjustment": found}
    context["title"] = words.title_of(found)
    if visit.posted:
        try:
            one.do(adjustment_id)
        except CustomerGroupsError as refusal:
            if not one.question:
                return _back(visit, adjustment_id, str(refusal))
            context["refusal"] = str(refusal)
        else:
            arguments = [adjustment_id] if one.leads_to == "adjustment" else []
            return visit.go(visit.link(one.leads_to, *arguments), toast=str(one.done))
    return visit.form("loyalty/act.html", context)


def _back(visit: Visit, adjustment_id: int, refusal: str) -> HttpResponse:
    response = visit.go(visit.link("adjustment", adjustment_id))
    return visit.tell(response, refusal, status="warning")


@screen(MANAGE)
def schedule(visit: Visit, adjustment_id: int) -> HttpResponse:
    """The dialog that chooses when it begins by itself."""
    found = adjustment_or_404(adjustment_id)
    form = StartForm(visit.data, initial={"scheduled_at": found.scheduled_at})
    if visit.posted and form.is_valid():
        try:
            steps.schedule(adjustment_id, form.cleaned_data["scheduled_at"])
        except CustomerGroupsError as refusal:
            form.refuse(refusal)
        else:
            toast = now("It is scheduled.")
            return visit.go(visit.link("adjustment", adjustment_id), toast=toast)
    context = {"adjustment": found, "form": form, "title": words.title_of(found)}
    return visit.form("loyalty/schedule.html", context)
