"""Adjustments of crowds, by worker processes that are killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import time
from multiprocessing import get_context
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.db.models import Count, Sum
from django.utils import timezone

from saleor_customer_groups.groups import membership
from saleor_customer_groups.loyalty.adjustments import drafts, running, steps
from saleor_customer_groups.loyalty.adjustments.drafts import Draft
from saleor_customer_groups.models import (
    Adjustment,
    CustomerGroup,
    LoyaltyAccount,
    LoyaltyEntry,
)
from saleor_customer_groups.segments.audience import Audience

WORKERS = 4


def crowd(size: int) -> CustomerGroup:
    """A group of so many customers."""
    group = CustomerGroup.objects.create(name="Crowd", slug="crowd")
    user = get_user_model()
    made = user.objects.bulk_create(
        (user(email=f"person{number}@example.com") for number in range(size)), batch_size=5_000
    )
    membership.add(group, [one.pk for one in made], source="manual")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return group


def check_killed_award(size: int, *, kills: int) -> Adjustment:
    """Give everybody 5 points, twice published, with workers killed; each has them once."""
    group = crowd(size)
    adjustment = drafts.create(Draft(unit="points", amount=5), Audience(group_id=group.pk))
    steps.start(adjustment.pk)

    _work_until_done(adjustment.pk, kills=kills, status="done")

    entries = LoyaltyEntry.objects.filter(adjustment_id=adjustment.pk)
    assert entries.count() == size
    assert entries.aggregate(accounts=Count("account", distinct=True))["accounts"] == size
    balances = LoyaltyAccount.objects.aggregate(sum=Sum("balance"), count=Count("id"))
    assert balances == {"sum": 5 * size, "count": size}
    assert not LoyaltyAccount.objects.exclude(balance=5, entries=1).exists()
    adjustment.refresh_from_db()
    assert (adjustment.changed, adjustment.moved, adjustment.done) == (size, 5 * size, size)
    return adjustment


def check_killed_reversal(adjustment: Adjustment, size: int, *, kills: int) -> None:
    """Take it all back in the same way; each entry has one mirror."""
    steps.reverse(adjustment.pk)

    _work_until_done(adjustment.pk, kills=kills, status="reversed")

    mirrors = LoyaltyEntry.objects.filter(adjustment_id=adjustment.pk, kind="reverse")
    assert mirrors.count() == size
    assert mirrors.aggregate(sum=Sum("amount"))["sum"] == -5 * size
    assert mirrors.values("reverses").distinct().count() == size
    assert not LoyaltyAccount.objects.exclude(balance=0, entries=2).exists()
    adjustment.refresh_from_db()
    assert (adjustment.taken_back, adjustment.not_taken_back) == (5 * size, 0)


def _work_until_done(adjustment_id: int, *, kills: int, status: str) -> None:
    """Four processes at the same adjustment; one after another is killed at some moment."""
    total = Adjustment.objects.values_list("total", flat=True).get(pk=adjustment_id)
    connections.close_all()
    dice, left = random.Random(7), kills
    workers = [_worker(adjustment_id) for _ in range(WORKERS)]
    while Adjustment.objects.values_list("status", flat=True).get(pk=adjustment_id) != status:
        connections.close_all()
        time.sleep(dice.uniform(0.02, 0.2))
        if left:
            victim = dice.randrange(WORKERS)
            os.kill(workers[victim].pid, signal.SIGKILL)
            workers[victim].join(10)
            workers[victim] = _worker(adjustment_id)
            left -= 1
    for worker in workers:
        worker.kill()
        worker.join(10)
    assert total is None or total > 0


def _worker(adjustment_id: int) -> Any:
    process = get_context("fork").Process(target=_run_for_ever, args=(adjustment_id,))
    process.start()
    return process


def _run_for_ever(adjustment_id: int) -> None:
    """As a worker that gets the message again and again, and a sweep that finds what is left."""
    for alias in connections:
        connections[alias].connection = None  # the parent's
    connection.inc_thread_sharing()
    while True:
        running.run(adjustment_id)
        steps.take_over(timezone.now())
        time.sleep(0.01)
