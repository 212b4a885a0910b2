"""Customers who are in a group that a rule keeps, or are not, whatever the rule says."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import ngettext

from ...groups.kinds import KEPT_BY_RULE
from ...groups.names import customers_named
from ...segments import editing, queries
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from .forms import PinForm
from .group import context_of, group_or_404
from .ticked import MANAGE, ticked

SORTS: Final = {"email": ("customer__email", "pk")}


@screen("members.read")
def pins(visit: Visit, group_id: int) -> HttpResponse:
    """Those who are always in; or, if asked, those who never are."""
    group = group_or_404(group_id, KEPT_BY_RULE)
    included, text = visit.asked("how") != "out", visit.asked("q")
    found = queries.pins_of(group, included=included)
    if text:
        found = found.filter(customers_named(text, path="customer__"))
    page = listing(visit, found, sorts=SORTS, default="email", keep=("q", "how"))
    context = {
        **context_of(group, "members"),
        "list": page,
        "q": text,
        "how": "in" if included else "out",
    }
    return visit.listed("groups/pins.html", "groups/pin_rows.html", context)


@screen(MANAGE)
def pin(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that pins picked customers; the ticked ones are picked already."""
    group = group_or_404(group_id, KEPT_BY_RULE)
    initial: dict[str, Any] = {"customers": ticked(visit), "how": visit.asked("how") or "in"}
    form = PinForm(visit.data, initial=initial)
    if visit.posted and form.is_valid():
        ids, how = form.cleaned_data["customers"], form.cleaned_data["how"]
        with form.refusing():
            editing.pin(group, ids, included=how == "in")
            address = visit.link("group-pins", group_id)
            return visit.go(f"{address}?how={how}", toast=_pinned(len(ids), how))
    return visit.form("groups/pin.html", {"group": group, "form": form})


@screen(MANAGE)
def unpin(visit: Visit, group_id: int) -> HttpResponse:
    """Leave them to the rule again: first the question, then the act."""
    group, ids = group_or_404(group_id, KEPT_BY_RULE), ticked(visit)
    if visit.posted:
        count = editing.unpin(group, ids)
        toast = ngettext(
            "%(n)s customer is left to the rule.", "%(n)s customers are left to the rule.", count
        )
        address = f"{visit.link('group-pins', group_id)}?how={visit.request.POST.get('how', 'in')}"
        return visit.go(address, toast=toast % {"n": count})
    context = {"group": group, "ids": ids, "how": visit.asked("how")}
    return visit.render("groups/unpin.html", context)


def _pinned(count: int, how: str) -> str:
    if how == "in":
        toast = ngettext("%(n)s customer is always in.", "%(n)s customers are always in.", count)
    else:
        toast = ngettext("%(n)s customer is never in.", "%(n)s customers are never in.", count)
    return toast % {"n": count}
