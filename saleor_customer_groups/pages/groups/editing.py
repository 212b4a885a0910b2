"""Making, changing and copying groups, and choosing the default one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from ...groups import editing
from ...importing import filling
from ...models import CustomerGroup, GroupKind
from ...segments import editing as segments
from ..screens import screen
from ..visit import Visit
from ..words import KINDS
from .forms import CopyForm, DefaultForm, GroupForm, KindForm
from .group import context_of, filled_page, group_or_404


@screen("groups.manage")
def new(visit: Visit) -> HttpResponse:
    """A new group."""
    form = GroupForm(visit.data, initial={"kind": GroupKind.MANUAL})
    if visit.posted and form.is_valid():
        with form.refusing():
            group = _create(visit, form.details())
            toast = _("%(group)s was created.") % {"group": group.name}
            return visit.go(visit.link("group", group.pk), toast=toast)
    return visit.form("groups/new.html", {"area": "groups", "form": form})


def _create(visit: Visit, details: dict[str, Any]) -> CustomerGroup:
    """A channel group has a rule, which segments make."""
    name = details.pop("name")
    if details["kind"] == GroupKind.CHANNEL and details["channel_id"] is not None:
        channel_id = details.pop("channel_id")
        return segments.create_of_channel(name, channel_id, actor=visit.actor, **details)
    return editing.create_group(name, actor=visit.actor, **details)


@screen("groups.read", change="groups.manage")
def settings(visit: Visit, group_id: int) -> HttpResponse:
    """What the group is called and how it looks."""
    group = group_or_404(group_id)
    initial = {name: getattr(group, name) for name in editing.CHANGES}
    form = GroupForm(visit.data, group=group, initial=initial)
    if visit.posted and form.is_valid():
        with form.refusing():
            editing.update_group(group, actor=visit.actor, **form.details())
            return visit.go(visit.link("group-settings", group_id), toast=_("Saved."))
    return visit.form("groups/settings.html", {**context_of(group, "settings"), "form": form})


@screen("groups.manage")
def kind(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that makes it a group of another kind."""
    group = group_or_404(group_id)
    form = KindForm(visit.data, group=group)
    if visit.posted and form.is_valid():
        with form.refusing():
            changed = editing.update_group(group, actor=visit.actor, **form.details())
            toast = _("%(group)s is of the kind “%(kind)s” now.") % {
                "group": changed.name,
                "kind": KINDS[changed.kind],
            }
            return visit.go(visit.link("group-settings", group_id), toast=toast)
    return visit.form("groups/kind.html", {**context_of(group, ""), "form": form})


@screen("groups.manage")
def default(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that makes it the default group."""
    group, form = group_or_404(group_id), DefaultForm(visit.data)
    if visit.posted and form.is_valid():
        with form.refusing():
            editing.set_default(group, channel_id=form.cleaned_data["channel_id"])
            toast = _("New customers enter %(group)s.") % {"group": group.name}
            return visit.go(visit.link("group-settings", group_id), toast=toast)
    return visit.form("groups/default.html", {"group": group, "form": form})


@screen("groups.manage")
def copy(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that copies it."""
    group = group_or_404(group_id)
    name = _("Copy of %(group)s") % {"group": group.name}
    form = CopyForm(visit.data, initial={"name": name[:250]})
    if visit.posted and form.is_valid():
        if form.cleaned_data["with_members"]:
            visit.caller.require("members.manage")
        with form.refusing():
            made = filling.copy(group, actor=visit.actor, **form.cleaned_data)
            toast = _("%(group)s was created.") % {"group": made.group.name}
            return visit.go(filled_page(visit, made), toast=toast)
    return visit.form("groups/copy.html", {**context_of(group, ""), "form": form})
