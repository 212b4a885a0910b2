"""Doing what an adjustment says, a chunk of customers a transaction: killed and resumed anywhere.

Position and counts are written with the entries, so each customer gets exactly one; the ledger's
own uniqueness of adjustment and account is the second lock on that door.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ... import conf
from ...errors import CustomerGroupsError, Refused
from ...models import MOST, Adjustment, AdjustmentMode, AdjustmentStatus, AdjustmentTarget
from ...segments import audience
from ...sentences import Sentence
from .. import bulk, requests
from ..bulk import Act, Counts, Selected
from ..rules import Short
from . import asking, drafts, notices, plans, steps, unwinding


def run(adjustment_id: int) -> None:
    """Go on until everybody had their turn, or somebody paused or cancelled it.

    May be called at any time, by many at once: one works, the others return. What the core
    refuses, such as a filter that names what is gone, ends it as failed. Not within a transaction.
    """
    try:
        while go_on(adjustment_id):
            pass
    except CustomerGroupsError as refusal:
        steps.fail(adjustment_id, refusal)


def go_on(adjustment_id: int) -> bool:
    """Do the next customers in a transaction of their own; False when there is nothing to do."""
    with transaction.atomic(durable=True):
        adjustment = steps.at_work(adjustment_id)
        if adjustment is None:
            return False
        limit: int = conf.get("ADJUST_CHUNK")
        if adjustment.status == AdjustmentStatus.REVERSING:
            more = unwinding.next_chunk(adjustment, limit)
        elif adjustment.total is None:
            more = _freeze(adjustment)
        else:
            more = _adjust(adjustment, limit)
        if not more:
            steps.finish(adjustment)
        return more


def _freeze(adjustment: Adjustment) -> bool:
    """Write down whom it is for, in one statement. Refused: so much for so many is not counted."""
    assert adjustment.started_at is not None  # noqa: S101 - it runs
    found = audience.select(drafts.audience_of(adjustment), now=adjustment.started_at)
    table = connection.ops.quote_name(AdjustmentTarget._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (adjustment_id, customer_id) "
            f"SELECT %s, id FROM ({found.sql}) AS found ORDER BY id",
            [adjustment.pk, *found.params],
        )
        total = cursor.rowcount
        if abs(adjustment.amount) * total > MOST:
            sentence = Sentence(
                "So much for {customers:,} customers is more than can be counted.", customers=total
            )
            raise Refused(sentence, code="too_large")
        steps.got_on(adjustment, total=total)
        # Of rows that it knows nothing of, the planner would sort all that are left for each chunk.
        cursor.execute(f"ANALYZE {table} (adjustment_id, customer_id)")
    return True


def _adjust(adjustment: Adjustment, limit: int) -> bool:
    now = timezone.now()
    params = plans.parameters(adjustment, now=now) | {"after": adjustment.position, "limit": limit}
    [(count, last)] = plans.rows(plans.named(plans.NEXT), params)
    if not count:
        return False
    params["last"] = last
    planned = plans.planned(plans.named(plans.CHUNK), chunk=True)
    with connection.cursor() as cursor:
        cursor.execute(plans.named(plans.SKIP, planned=planned), params)
    first = adjustment.position + 1
    if requests.are_used():
        counts = asking.ask(adjustment, params, expires_at=lot_end(adjustment), now=now)
    else:
        counts = _post(adjustment, params, first=first, last=last, now=now)
    notices.request(adjustment, after=adjustment.position, last=last)
    steps.got_on(
        adjustment,
        position=last,
        done=adjustment.done + count,
        changed=adjustment.changed + counts.posted,
        moved=adjustment.moved + counts.amount,
    )
    return True


def _post(
    adjustment: Adjustment, params: dict[str, Any], *, first: int, last: int, now: datetime
) -> Counts:
    act = Act(
        adjustment_id=adjustment.pk,
        unit=adjustment.unit,
        currency=adjustment.currency,
        kind="adjust",
        source="manual",
    )
    asked = {**params, "asked": abs(adjustment.amount), "expires_at": lot_end(adjustment)}
    selected = Selected(plans.named(plans.REMAINING), asked, first, last)
    if adjustment.mode == AdjustmentMode.ABSOLUTE:
        return bulk.set_many(act, selected, now=now)
    if adjustment.amount < 0:
        return bulk.take_many(act, selected, short=Short.TAKE_LEFT, now=now)
    return bulk.post_many(act, selected, now=now)


def lot_end(adjustment: Adjustment) -> datetime | None:
    """When what it gives expires; None: never."""
    if adjustment.valid_days is not None and adjustment.started_at is not None:
        return adjustment.started_at + timedelta(days=adjustment.valid_days)
    return adjustment.expires_at
