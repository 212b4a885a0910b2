"""Running a group's rule now, and how far that is."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone

from ...groups import listing
from ...models import CustomerGroup, Segment, SegmentRun
from ...segments import queries, schedule
from ..groups.group import group_or_404
from ..screens import screen
from ..visit import Visit


def state_of(group: CustomerGroup, segment: Segment) -> dict[str, Any]:
    """For rules/run.html: whether the rule is run, how fresh the members are, and what the last run
    that changed something did.
    """
    now = timezone.now()
    running = queries.is_running(segment, now=now)
    waits = not running and segment.due_at is not None and segment.due_at <= now
    return {
        "group": group,
        "segment": segment,
        "running": running,
        "waits": waits,
        "members": listing.member_counts([group.pk], now=now)[group.pk],
        "counted": listing.COUNTED,
        "latest": SegmentRun.objects.filter(segment=segment).first(),
    }


@screen("groups.read", change="groups.manage")
def run(visit: Visit, group_id: int) -> HttpResponse:
    """How far a run is; sent, it asks for one."""
    group = group_or_404(group_id)
    segment = getattr(group, "segment", None)
    if segment is None:
        raise Http404
    if visit.posted:
        schedule.request(segment)
        segment.refresh_from_db()
    return visit.render("rules/run.html", {**state_of(group, segment), "alone": True})
