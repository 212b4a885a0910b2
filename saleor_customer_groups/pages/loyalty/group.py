"""The loyalty tab of a group: what its members have, what was done, and what they earn."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.utils import timezone

from ...loyalty import queries
from ...models import Adjustment
from ..groups.group import context_of, group_or_404
from ..screens import screen
from ..visit import Visit
from .adjustments import READ, row_of
from .earning import of_groups
from .earning import row_of as rule_row

LATEST: Final = 10


@screen(READ)
def group(visit: Visit, group_id: int) -> HttpResponse:
    """The tab; what is owed follows by itself."""
    found, now = group_or_404(group_id), timezone.now()
    if visit.wants("owed"):
        owed = queries.liability_of_group(group_id, now=now)
        return visit.render("loyalty/owed.html", {"owed": owed})
    latest = Adjustment.objects.filter(group=group_id).order_by("-pk")[:LATEST]
    rules = of_groups().filter(group=group_id).order_by("-pk")[:LATEST]
    context = {
        **context_of(found, "loyalty"),
        "adjustments": [row_of(one) for one in latest],
        "for": f"&group={group_id}",
        "rules": [rule_row(rule, now) for rule in rules],
    }
    return visit.render("loyalty/group.html", context)
