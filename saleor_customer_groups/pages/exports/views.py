"""The exports of a group: the list with their progress, a new one, the file."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ...exporting import exports, queries
from ...exporting.columns import tell_of_loyalty
from ...models import Export, ExportFormat, ExportStatus
from ..actors import names_of
from ..downloads import download
from ..groups.group import WITH_MEMBERS, context_of, group_or_404
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from .forms import ExportForm

SORTS: Final = {"new": ("-pk",)}
# Who may see the members may take them out; the row says who did.
READ: Final = "members.read"
# And who may not see what they have, not the columns that say it.
LOYALTY: Final = "loyalty.read"
TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
UNFINISHED: Final = (ExportStatus.QUEUED, ExportStatus.RUNNING)


@screen(READ)
def all_exports(visit: Visit, group_id: int) -> HttpResponse:
    """What was taken out of the group, the latest first; asked again while one is being made."""
    group = group_or_404(group_id, WITH_MEMBERS)
    page = listing(visit, Export.objects.filter(group=group), sorts=SORTS, default="new")
    context = {
        **context_of(group, "exports"),
        "list": page,
        "actors": names_of(one.actor for one in page.rows),
        "here": page.with_(page=page.number),
        "running": any(one.status in UNFINISHED for one in page.rows),
        "now": timezone.now(),
        "name": slugify(group.name) or "group",
    }
    return visit.listed("exports/list.html", "exports/rows.html", context)


@screen(READ)
def new(visit: Visit, group_id: int) -> HttpResponse:
    """Choose the columns and have the file made."""
    group = group_or_404(group_id, WITH_MEMBERS)
    form = ExportForm(visit.data, with_loyalty=visit.may(LOYALTY))
    if visit.posted and form.is_valid():
        with form.refusing():
            exports.create_export(group, actor=visit.actor, **form.cleaned_data)
            return visit.go(visit.link("group-exports", group_id))
    return visit.form("exports/new.html", {**context_of(group, "exports"), "form": form})


@screen(READ)
def cancel(visit: Visit, group_id: int, export_id: int) -> HttpResponse:
    """End an export that is not finished."""
    found = _export_or_404(group_id, export_id)
    toast = ""
    if visit.posted:
        exports.cancel(found.pk)
        toast = _("The export was cancelled.")
    return visit.go(visit.link("group-exports", group_id), toast=toast)


@screen(READ)
def file(visit: Visit, group_id: int, export_id: int) -> HttpResponse:
    """A piece of the file, at most a megabyte; the caller is asked again for each."""
    found = _export_or_404(group_id, export_id)
    if tell_of_loyalty(found.columns):
        visit.caller.require(LOYALTY)
    number = visit.number("part") or 0
    data, more = queries.part(found.pk, number)
    address = visit.link("group-export-file", group_id, export_id)
    following = f"{address}?part={number + 1}" if more else ""
    return download(data, content_type=TYPES[ExportFormat(found.format)], following=following)


def _export_or_404(group_id: int, export_id: int) -> Export:
    return get_object_or_404(Export, pk=export_id, group=group_id)
