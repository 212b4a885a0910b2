"""The list of groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.http import HttpResponse
from django.utils import timezone

from ...groups import listing as groups_listing
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from ..words import KINDS

SORTS: Final = {
    "name": ("name", "pk"),
    "kind": ("kind", "name", "pk"),
    "priority": ("-priority", "name", "pk"),
    "changed": ("-updated_at", "pk"),
}


@screen("groups.read")
def groups(visit: Visit) -> HttpResponse:
    """All groups, found by name or kind; members are counted for the page that is shown."""
    text, kind = visit.asked("q"), visit.asked("kind")
    found = groups_listing.groups_named(text, kind=kind).select_related("segment")
    page = listing(visit, found, sorts=SORTS, default="priority", keep=("q", "kind"))
    page = replace(page, rows=groups_listing.overviews(page.rows, now=timezone.now()))
    context = {
        "area": "groups",
        "list": page,
        "q": text,
        "kind": kind,
        "kinds": KINDS.items(),
        "counted": groups_listing.COUNTED,
    }
    return visit.listed("groups/list.html", "groups/rows.html", context)
