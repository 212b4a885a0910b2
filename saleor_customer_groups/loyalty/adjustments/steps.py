"""The steps of an adjustment from its start to its end: the writer of `Adjustment`.

Each is a conditional UPDATE, so of two who decide at the same time one is told that the other was
first. What is done about the customers, a chunk after another, is in running.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ... import background as tasks
from ... import conf, events
from ...errors import CustomerGroupsError, InvalidInput, Refused
from ...models import Adjustment, AdjustmentStatus, AdjustmentTarget
from ...sentences import Sentence
from ...webhooks import outbox
from .. import rules
from . import asking, drafts

LATE: Final = timedelta(seconds=30)  # without a chunk, before the sweep starts it again
AT_ONCE: Final = 100  # adjustments that one sweep looks at
Status = AdjustmentStatus

GOING_ON: Final = (Status.RUNNING, Status.REVERSING)
# Nothing was done yet.
NOT_BEGUN: Final = (Status.DRAFT, Status.SCHEDULED)
# Something was done, and it does not go on by itself.
ENDED: Final = (Status.DONE, Status.CANCELLED, Status.FAILED)


def schedule(adjustment_id: int, at: datetime) -> Adjustment:
    """Start it at that moment. InvalidInput: the moment is over. Refused: it has begun already."""
    if timezone.is_naive(at):
        raise InvalidInput(Sentence("The moment must have a time zone."), field="scheduled_at")
    if at <= timezone.now():
        sentence = Sentence(
            "{at:%Y-%m-%d %H:%M} is over; start it now, or choose a later moment.", at=at
        )
        raise InvalidInput(sentence, field="scheduled_at", code="is_over")
    return _move(adjustment_id, NOT_BEGUN, Status.SCHEDULED, "be scheduled", scheduled_at=at)


def start(
    adjustment_id: int, *, background: bool = True, now: datetime | None = None
) -> Adjustment:
    """Begin; without `background` the caller runs it (running.run).

    Refused: it has begun already; the group is gone or an expired snapshot; what it gives would
    have expired.
    """
    now = now or timezone.now()
    with transaction.atomic():
        adjustment = _move(
            adjustment_id, NOT_BEGUN, Status.RUNNING, "be started", started_at=now, worked_at=now
        )
        _require_still_right(adjustment, now)
        if background:
            transaction.on_commit(partial(launch, adjustment_id))
    return adjustment


def pause(adjustment_id: int) -> Adjustment:
    """Stop after the chunk at work. Refused: it is not going on."""
    return _move(adjustment_id, GOING_ON, Status.PAUSED, "be paused")


def resume(adjustment_id: int, *, background: bool = True) -> Adjustment:
    """Go on where it was paused. Refused: it is not paused."""
    with transaction.atomic():
        adjustment = _locked(adjustment_id)
        before = Status.RUNNING if adjustment.reversal_began_at is None else Status.REVERSING
        adjustment = _move(adjustment_id, [Status.PAUSED], before, "be resumed")
        if background:
            transaction.on_commit(partial(launch, adjustment_id))
    return adjustment


def cancel(adjustment_id: int) -> Adjustment:
    """End it. What was done so far stays, and can be reversed. Refused: it has ended, or is being
    reversed.
    """
    with transaction.atomic():
        if _locked(adjustment_id).reversal_began_at is not None:
            raise Refused(
                Sentence("A reversal cannot be cancelled; it can be paused."), code="status"
            )
        open_ = [*NOT_BEGUN, Status.RUNNING, Status.PAUSED]
        now = timezone.now()
        adjustment = _move(adjustment_id, open_, Status.CANCELLED, "be cancelled", finished_at=now)
        adjustment.targets.all().delete()
        if adjustment.started_at is not None:
            _tell(adjustment, Status.CANCELLED, adjustment.moved)
    return adjustment


def reverse(adjustment_id: int, *, background: bool = True) -> Adjustment:
    """Take back all that it did, as far as it is still there. Refused: it has not ended, or is
    reversed already.
    """
    asking.require_reversible()
    now = timezone.now()
    with transaction.atomic():
        adjustment = _move(
            adjustment_id,
            ENDED,
            Status.REVERSING,
            "be reversed",
            reversal_began_at=now,
            worked_at=now,
            done=0,
            total=F("changed"),
            position=0,
        )
        if background:
            transaction.on_commit(partial(launch, adjustment_id))
    return adjustment


def delete(adjustment_id: int) -> None:
    """Throw away what has not begun. Refused: it has, so the ledger may name it."""
    with transaction.atomic():
        _move(adjustment_id, NOT_BEGUN, Status.DRAFT, "be deleted")
        Adjustment.objects.filter(pk=adjustment_id).delete()


def launch(adjustment_id: int) -> None:
    """Start the task that works on it."""
    tasks.start(conf.ADJUST_TASK, adjustment_id)


def start_due(now: datetime) -> int:
    """Start what is scheduled for now or before. For the sweep; how many.

    One that cannot start any more has failed, and says why.
    """
    due = Adjustment.objects.filter(status=Status.SCHEDULED, scheduled_at__lte=now)
    ids = list(due.order_by("scheduled_at").values_list("pk", flat=True)[:AT_ONCE])
    for adjustment_id in ids:
        try:
            start(adjustment_id, now=now)
        except CustomerGroupsError as refusal:
            fail(adjustment_id, refusal)
    return len(ids)


def fail(adjustment_id: int, refusal: CustomerGroupsError) -> None:
    """End what cannot start or go on, and say why. What was done so far stays."""
    open_ = Adjustment.objects.filter(pk=adjustment_id, status__in=[Status.SCHEDULED, *GOING_ON])
    with transaction.atomic():
        if open_.update(
            status=Status.FAILED, error=refusal.message[:500], finished_at=timezone.now()
        ):
            AdjustmentTarget.objects.filter(adjustment=adjustment_id).delete()


def take_over(now: datetime) -> int:
    """Start again what has not got on for a while: lost tasks, killed workers. For the sweep."""
    left = Adjustment.objects.filter(status__in=GOING_ON, worked_at__lte=now - LATE)
    ids = list(left.order_by("worked_at").values_list("pk", flat=True)[:AT_ONCE])
    for adjustment_id in ids:
        launch(adjustment_id)
    return len(ids)


def at_work(adjustment_id: int) -> Adjustment | None:
    """The adjustment, its row held until the transaction ends; None: there is nothing to do, or
    another worker has it.
    """
    rows = Adjustment.objects.select_for_update(skip_locked=True)
    return rows.filter(pk=adjustment_id, status__in=GOING_ON).first()


def got_on(adjustment: Adjustment, **changes: Any) -> None:
    """Write how far it has come. Within the transaction of `at_work`."""
    changes |= {"worked_at": timezone.now()}
    Adjustment.objects.filter(pk=adjustment.pk).update(**changes)


def finish(adjustment: Adjustment) -> None:
    """There is nobody left. Within the transaction of `at_work`."""
    now = timezone.now()
    if adjustment.status == Status.REVERSING:
        got_on(adjustment, status=Status.REVERSED, reversed_at=now)
        _tell(adjustment, Status.REVERSED, -adjustment.taken_back)
    else:
        adjustment.targets.all().delete()
        got_on(adjustment, status=Status.DONE, finished_at=now)
        _tell(adjustment, Status.DONE, adjustment.moved)


def _tell(adjustment: Adjustment, status: str, units: int) -> None:
    told = events.LoyaltyAdjusted(
        adjustment=adjustment.pk,
        unit=adjustment.unit,
        currency=adjustment.currency,
        group="" if adjustment.group_id is None else events.group_id(adjustment.group_id),
        status=status,
        customers=adjustment.changed,
        amount=rules.from_units(units, adjustment.currency),
        reason=adjustment.reason,
        actor=events.actor_id(adjustment.actor),
    )
    outbox.record([told])


def _require_still_right(adjustment: Adjustment, now: datetime) -> None:
    """What was right when it was prepared may have become wrong until it starts."""
    asking.require_askable(adjustment)
    if adjustment.rule is None and adjustment.customer_ids is None:
        if adjustment.group_id is None:
            sentence = Sentence(
                "The group {group} was deleted meanwhile.", group=adjustment.group_name
            )
            raise Refused(sentence, code="group_deleted")
        drafts.ready_group(adjustment.group_id, now)
    rules.check_expiry(adjustment.expires_at, max(adjustment.amount, 0), now=now)


def _move(
    adjustment_id: int, before: Sequence[str], after: str, what: str, **changes: Any
) -> Adjustment:
    """The adjustment in its new status. Refused: it is in none of those before."""
    moving = Adjustment.objects.filter(pk=adjustment_id, status__in=before)
    moved = moving.update(status=after, **changes)
    adjustment = Adjustment.objects.filter(pk=adjustment_id).first()
    if adjustment is None:
        raise _no_such(adjustment_id)
    if not moved:
        sentence = Sentence(
            "Adjustment {adjustment} is {status}; it cannot {what}.",
            adjustment=adjustment_id,
            status=adjustment.status,
            what=what,
        )
        raise Refused(sentence, code="status")
    return adjustment


def _locked(adjustment_id: int) -> Adjustment:
    adjustment = Adjustment.objects.select_for_update().filter(pk=adjustment_id).first()
    if adjustment is None:
        raise _no_such(adjustment_id)
    return adjustment


def _no_such(adjustment_id: int) -> InvalidInput:
    sentence = Sentence("There is no adjustment {adjustment}.", adjustment=adjustment_id)
    return InvalidInput(sentence, field="adjustment", code="not_found")
