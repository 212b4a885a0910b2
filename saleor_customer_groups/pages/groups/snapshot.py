"""A snapshot's own acts: it lasts longer, others take its members' place, others join them."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ... import conf
from ...groups import snapshots
from ...importing import filling, sources
from ...models import CustomerGroup, GroupKind
from ..forms import Form, Picked
from ..moments import day
from ..screens import screen
from ..visit import Visit
from .group import filled_page, group_or_404

SNAPSHOT: Final = (GroupKind.SNAPSHOT,)


class DaysForm(Form):
    """For how long."""

    days = forms.IntegerField(
        min_value=1, max_value=snapshots.MAX_DAYS, label=gettext_lazy("Days from now")
    )


class SourceForm(Form):
    """Whose members they are, of this moment."""

    renamed: ClassVar[dict[str, str]] = {"group": "source"}

    source = Picked(kind="groups", single=True, label=gettext_lazy("The members of"))


@screen("groups.manage")
def renew(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that lets it last longer, expired or not."""
    group = group_or_404(group_id, SNAPSHOT)
    form = DaysForm(visit.data, initial={"days": conf.get("SNAPSHOT_DAYS")})
    if visit.posted and form.is_valid():
        with form.refusing():
            renewed = snapshots.renew(group, actor=visit.actor, **form.cleaned_data)
            toast = _("%(group)s lasts until %(end)s.") % {
                "group": renewed.name,
                "end": day(renewed.expires_at),
            }
            return visit.go(visit.link("group-settings", group_id), toast=toast)
    return visit.form("groups/renew.html", {"group": group, "form": form})


@screen("members.manage")
def replace(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that puts another group's members in the place of its own."""
    return _refill(visit, group_id, replaces=True)


@screen("members.manage")
def append(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that adds another group's members."""
    return _refill(visit, group_id, replaces=False)


def _refill(visit: Visit, group_id: int, *, replaces: bool) -> HttpResponse:
    group, form = group_or_404(group_id, SNAPSHOT), SourceForm(visit.data)
    if visit.posted and form.is_valid():
        source = CustomerGroup.objects.filter(pk__in=form.cleaned_data["source"]).first()
        with form.refusing():
            if source is None:
                form.add_error("source", _("Choose a group first."))
            else:
                fill = filling.replace if replaces else filling.append
                done = fill(group, sources.of_members(source), actor=visit.actor)
                return visit.go(filled_page(visit, done), toast=_added(done))
    context: dict[str, Any] = {"group": group, "form": form, "replaces": replaces}
    return visit.form("groups/refill.html", context)


def _added(done: filling.Filled) -> str:
    if done.counts is None:
        return ""
    added = done.counts.added
    return ngettext("%(n)s customer added.", "%(n)s customers added.", added) % {"n": added}
