"""What is done with an adjustment: starting, scheduling, pausing, ending, reversing, deleting."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...loyalty.adjustments import steps
from ..acts import Act, perform
from ..screens import screen
from ..visit import Visit
from . import words
from .adjustments import MANAGE, adjustment_or_404
from .forms import StartForm

ACTS: Final = {
    "start": Act(
        lambda key, actor: steps.start(key),
        _("Start now"),
        _("It has started."),
        _("Start now?"),
        _("The balances change at once, as the preview says. What is not spent can be taken back "
          "by reversing it."),
    ),
    "pause": Act(lambda key, actor: steps.pause(key), _("Pause"), _("It pauses.")),
    "resume": Act(lambda key, actor: steps.resume(key), _("Resume"), _("It goes on.")),
    "cancel": Act(
        lambda key, actor: steps.cancel(key),
        _("Cancel it"),
        _("It was cancelled."),
        _("Cancel it?"),
        _("Nobody else gets anything. Who had their turn keeps it, until you reverse it."),
        "critical",
    ),
    "reverse": Act(
        lambda key, actor: steps.reverse(key),
        _("Reverse"),
        _("It is being reversed."),
        _("Reverse it?"),
        _("Each customer gets the contrary entry. What was spent or has expired meanwhile cannot "
          "be taken back; the report says of whom."),
        "critical",
    ),
    "delete": Act(
        lambda key, actor: steps.delete(key),
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
    return perform(
        visit,
        ACTS[name],
        adjustment_id,
        title=words.title_of(adjustment_or_404(adjustment_id)),
        address=visit.link("adjustment-act", adjustment_id, name),
        page="adjustment",
    )


@screen(MANAGE)
def schedule(visit: Visit, adjustment_id: int) -> HttpResponse:
    """The dialog that chooses when it begins by itself."""
    found = adjustment_or_404(adjustment_id)
    form = StartForm(visit.data, initial={"scheduled_at": found.scheduled_at})
    if visit.posted and form.is_valid():
        with form.refusing():
            steps.schedule(adjustment_id, form.cleaned_data["scheduled_at"])
            toast = gettext("It is scheduled.")
            return visit.go(visit.link("adjustment", adjustment_id), toast=toast)
    context = {"adjustment": found, "form": form, "title": words.title_of(found)}
    return visit.form("loyalty/schedule.html", context)
