"""When segments are run in full, and how that went.

A run is due when a rule was saved, when the clock alone may have changed its answer, and every
night: what a run finds that no event and no clock explains is drift, and is reported.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from .. import background, conf, events
from ..models import CustomerGroup, Membership, Segment, SegmentRun
from ..webhooks import outbox
from . import refresh

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=10)  # renewed with every chunk that is written
DAY: Final = timedelta(days=1)
KEPT: Final = timedelta(days=90)  # what a run changed
RETRY: Final = timedelta(minutes=10)  # after a run that failed


@dataclass(frozen=True, slots=True)
class Run:
    """What a full run did, in how many milliseconds; drift: it should have found nothing."""

    joined: int
    left: int
    took_ms: int
    drift: bool


def run_due(now: datetime | None = None) -> int:
    """Run the segments that are due, those that wait longest first; how many.

    Another worker's are passed over; a killed worker's come again when its lease is over.
    """
    count = 0
    while (segment := _claim(now or timezone.now())) is not None:
        _run(segment)
        count += 1
    return count


def is_due(now: datetime) -> bool:
    """Whether a segment waits for a full run."""
    return _due(now).exists()


def run(segment: Segment) -> Run | None:
    """Run one segment in full now; None if another worker is at it."""
    claimed = _lease(Segment.objects.filter(pk=segment.pk), timezone.now())
    return (
        _run(Segment.objects.select_related("group__channel").get(pk=segment.pk))
        if claimed
        else None
    )


def request(segment: Segment, *, now: datetime | None = None) -> None:
    """Have a task run one segment in full after commit."""
    Segment.objects.filter(pk=segment.pk).update(due_at=now or timezone.now())
    transaction.on_commit(partial(background.start, conf.SEGMENTS_TASK))


def next_due(segment: Segment, after: datetime) -> datetime:
    """When the clock may have changed the answer, or at night, whichever comes first.

    The runs of a night are spread over an hour, by the segments' ids.
    """
    night = after.astimezone(timezone.get_default_timezone()).replace(
        hour=conf.get("REPAIR_HOUR"), minute=segment.pk % 60, second=0, microsecond=0
    )
    if night <= after:
        night += timedelta(days=1)
    if segment.every_seconds is None:
        return night
    if segment.every_seconds < DAY.total_seconds():
        return min(night, after + timedelta(seconds=segment.every_seconds))
    # The days of rules begin at midnight in UTC, and so do birthdays.
    today = after.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(night, today + DAY + timedelta(seconds=segment.pk % 60))


def forget_old_runs(now: datetime) -> int:
    """Runs that are older than KEPT; how many. For the nightly task."""
    return SegmentRun.objects.filter(at__lt=now - KEPT).delete()[0]


def _due(now: datetime) -> QuerySet[Segment]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    return Segment.objects.filter(free, due_at__lte=now)


def _claim(now: datetime) -> Segment | None:
    with transaction.atomic():
        waiting = _due(now).select_for_update(skip_locked=True, of=("self",), no_key=True)
        segment = waiting.select_related("group__channel").order_by("due_at", "id").first()
        if segment is not None:
            _lease(Segment.objects.filter(pk=segment.pk), now)
    return segment


def _lease(segments: QuerySet[Segment], now: datetime) -> bool:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    return bool(segments.filter(free).update(leased_until=now + LEASE))


def _run(segment: Segment) -> Run | None:
    """Run it; an error is kept with the segment, and it is due again in a while."""
    started, began = timezone.now(), time.monotonic()
    Segment.objects.filter(pk=segment.pk).update(error="")
    try:
        refresh.work_off()  # what events know already is no drift
        _wait_for_writers(segment)
        if segment.right_at is None:
            refresh.forget_ends(segment)
        settled = refresh.Settled()
        for chunk in refresh.differences(segment, now=started):
            settled += refresh.settle([segment.pk], chunk)
            Segment.objects.filter(pk=segment.pk).update(leased_until=timezone.now() + LEASE)
    except Exception as error:
        _failed(segment, error)
        return None
    took = int((time.monotonic() - began) * 1_000)
    return _finish(segment, started, settled, took)


def _wait_for_writers(segment: Segment) -> None:
    """Who was about to write members of a group that the rule names, before the rule was saved,
    does not know that a rule asks about them. They hold the group; who comes later knows.
    """
    for number in segment.refers_to.order_by("id").values_list("id", flat=True):
        with transaction.atomic():
            group = CustomerGroup.objects.select_for_update(no_key=True).filter(pk=number)
            group.order_by().values_list("id").first()


def _finish(segment: Segment, started: datetime, settled: refresh.Settled, took_ms: int) -> Run:
    drift = _is_repair(segment) and settled != refresh.Settled()
    run = Run(settled.joined, settled.left, took_ms, drift)
    with transaction.atomic():
        current = Segment.objects.select_for_update(no_key=True).filter(pk=segment.pk).first()
        if current is None:
            return run
        current.took_ms, current.leased_until = took_ms, None
        # A rule that was saved meanwhile is due still, and this run does not speak for it.
        if current.rule == segment.rule and current.error:
            current.due_at = timezone.now() + RETRY  # a chunk could not be asked about
        elif current.rule == segment.rule:
            current.right_at, current.due_at = started, next_due(current, started)
        current.save()
        if settled != refresh.Settled():
            _record(segment, run)
    return run


def _record(segment: Segment, run: Run) -> None:
    members = Membership.objects.active(timezone.now()).filter(group_id=segment.group_id).count()
    SegmentRun.objects.create(
        segment=segment,
        repair=run.drift,
        took_ms=run.took_ms,
        joined=run.joined,
        left=run.left,
        members=members,
    )
    told = events.SegmentRefreshed(
        group=events.group_id(segment.group_id), joined=run.joined, left=run.left, drift=run.drift
    )
    outbox.record([told])
    if run.drift:
        logger.warning(
            "Group %s had drifted from its rule: %s joined and %s left in the nightly repair.",
            segment.group_id,
            run.joined,
            run.left,
        )


def _is_repair(segment: Segment) -> bool:
    """Whether neither a new rule nor the clock explains a difference."""
    return segment.right_at is not None and segment.every_seconds is None


def _failed(segment: Segment, error: Exception) -> None:
    refresh.note_error(segment, error)
    mine = Segment.objects.filter(pk=segment.pk)
    mine.update(leased_until=None)
    # A rule that was saved meanwhile is due still.
    mine.filter(rule=segment.rule).update(due_at=timezone.now() + RETRY)
