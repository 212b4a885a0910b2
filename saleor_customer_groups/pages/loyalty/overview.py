"""What the shop owes: in all, and to the members of each group."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.utils import timezone

from ...groups import listing as groups_listing
from ...loyalty import queries, requests
from ...models import GroupKind
from ..lists import listing
from ..screens import screen
from ..visit import Visit

SORTS: Final = {"name": ("name", "pk"), "priority": ("-priority", "name", "pk")}
READ: Final = "loyalty.read"


@screen(READ)
def overview(visit: Visit) -> HttpResponse:
    """The page; its sums follow by themselves, since adding up a large shop takes a moment."""
    now = timezone.now()
    found = groups_listing.groups_named(visit.asked("q")).exclude(kind=GroupKind.GUEST)
    page = listing(visit, found, sorts=SORTS, default="priority")
    context = {"area": "loyalty", "section": "overview", "list": page, "q": visit.asked("q")}
    context["elsewhere"] = requests.are_used()
    if not visit.wants("rows"):
        return visit.render("loyalty/overview.html", {**context, "rows": page.rows})
    sums = queries.liability_of_groups([group.pk for group in page.rows], now=now)
    rows = [(group, sums[group.pk]) for group in page.rows]
    return visit.render("loyalty/owed_rows.html", {**context, "rows": rows})


@screen(READ)
def owed(visit: Visit) -> HttpResponse:
    """What is owed in all, by unit and currency."""
    return visit.render("loyalty/owed.html", {"owed": queries.liability(now=timezone.now())})
