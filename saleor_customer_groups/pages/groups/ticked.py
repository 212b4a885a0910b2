"""What is done with members who are ticked, or with one: the end, another group, taking out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...groups import membership, moving, queries
from ...models import CustomerGroup, MembershipSource
from ..ids import numbers_of
from ..moments import when
from ..screens import screen
from ..visit import Visit
from .forms import MoveForm, UntilForm
from .group import BY_HAND, group_or_404

MANAGE: Final = "members.manage"
BY: Final = MembershipSource.MANUAL


def ticked(visit: Visit) -> list[int]:
    """The customers whom a dialog is about."""
    given = visit.request.POST if visit.posted else visit.request.GET
    return numbers_of(given.getlist("customer"))


@screen(MANAGE)
def remove(visit: Visit, group_id: int) -> HttpResponse:
    """Take them out: first the question, then the act."""
    group, ids = group_or_404(group_id), ticked(visit)
    if visit.posted and "sure" in visit.request.POST:
        result = membership.remove(group, ids, source=BY, actor=visit.actor)
        count = len(result.removed)
        toast = ngettext("%(n)s customer removed.", "%(n)s customers removed.", count)
        return visit.go(visit.link("group", group_id), toast=toast % {"n": count})
    return visit.render("groups/remove.html", {"group": group, "ids": ids})


@screen(MANAGE)
def until(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that moves the end of their memberships, or takes it away."""
    group, ids = group_or_404(group_id, BY_HAND), ticked(visit)
    form = UntilForm(visit.data, initial=_end_of(group, ids))
    if visit.posted and form.is_valid():
        end, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
        with form.refusing():
            result = membership.set_until(
                group, ids, end, source=BY, reason=reason, actor=visit.actor
            )
            toast = _ended(len(result.changed) + len(result.unchanged), end)
            return visit.go(visit.link("group", group_id), toast=toast)
    return visit.form("groups/until.html", {"group": group, "ids": ids, "form": form})


@screen(MANAGE)
def move(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that takes them out, and puts them into another group."""
    group, ids = group_or_404(group_id, BY_HAND), ticked(visit)
    form = MoveForm(visit.data)
    if visit.posted and form.is_valid():
        into = CustomerGroup.objects.filter(pk__in=form.cleaned_data["into"]).first()
        with form.refusing():
            if into is None:
                form.add_error("into", _("Choose a group first."))
            else:
                return _moved(visit, group, into, ids, form.cleaned_data)
    return visit.form("groups/move.html", {"group": group, "ids": ids, "form": form})


def _moved(
    visit: Visit,
    group: CustomerGroup,
    into: CustomerGroup,
    ids: list[int],
    given: Mapping[str, Any],
) -> HttpResponse:
    result = moving.move(
        group,
        into,
        ids,
        source=BY,
        reason=given["reason"],
        actor=visit.actor,
        until=given["until"],
    )
    count = len(result.moved) + len(result.already)
    toast = ngettext(
        "%(n)s customer is in %(group)s now.", "%(n)s customers are in %(group)s now.", count
    )
    return visit.go(visit.link("group", group.pk), toast=toast % {"n": count, "group": into.name})


def _end_of(group: CustomerGroup, ids: list[int]) -> dict[str, datetime | None]:
    """What the dialog begins with: the end of one membership; of several nothing."""
    if len(ids) != 1:
        return {}
    members = queries.members_of(group, now=timezone.now())
    return {"until": members.filter(customer_id=ids[0]).values_list("until", flat=True).first()}


def _ended(count: int, end: datetime | None) -> str:
    if end is None:
        toast = ngettext(
            "%(n)s customer is in for good.", "%(n)s customers are in for good.", count
        )
        return toast % {"n": count}
    toast = ngettext(
        "%(n)s customer is in until %(end)s.", "%(n)s customers are in until %(end)s.", count
    )
    return toast % {"n": count, "end": when(end)}
