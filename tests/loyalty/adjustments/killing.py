"""Adjustments of crowds, by worker processes that are killed at any moment."""

from __future__ import annotations

import os
import random
import signal
from multiprocessing import get_context
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import Count, Sum

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
from tests.loyalty.crowd import make_people
from tests.waiting import until

WORKERS = 4


def crowd(size: int) -> CustomerGroup:
    """A group of so many customers."""
    group = CustomerGroup.objects.create(name="Crowd", slug="crowd")
    first, last = make_people(size)
    membership.add(group, range(first, last + 1), source="manual")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return group


def check_killed_award(size: int, *, kills: int) -> Adjustment:
    """Give everybody 5 points, twice published, with workers killed; each has them once."""
    group = crowd(size)
    adjustment = drafts.create(Draft(unit="points", amount=5), Audience(group_id=group.pk))
    steps.start(adjustment.pk)

    _work_until_done(adjustment.pk, size, kills=kills, status="done")

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

    _work_until_done(adjustment.pk, size, kills=kills, status="reversed")

    mirrors = LoyaltyEntry.objects.filter(adjustment_id=adjustment.pk, kind="reverse")
    assert mirrors.count() == size
    assert mirrors.aggregate(sum=Sum("amount"))["sum"] == -5 * size
    assert mirrors.values("reverses").distinct().count() == size
    assert not LoyaltyAccount.objects.exclude(balance=0, entries=2).exists()
    adjustment.refresh_from_db()
    assert (adjustment.taken_back, adjustment.not_taken_back) == (5 * size, 0)


def _work_until_done(adjustment_id: int, size: int, *, kills: int, status: str) -> None:
    """Four processes at the same adjustment; one is killed each time that so many more are done."""
    dice, own = random.Random(7), Adjustment.objects.filter(pk=adjustment_id)
    workers = _workers(adjustment_id, WORKERS)
    for kill in range(1, kills + 1):
        mark = size * kill // (kills + 1)
        until(lambda mark=mark: own.values_list("done", flat=True).get() >= mark)
        victim = workers.pop(dice.randrange(WORKERS))
        os.kill(victim.pid, signal.SIGKILL)
        victim.join(10)
        workers += _workers(adjustment_id, 1)
    until(lambda: own.values_list("status", flat=True).get() == status, within=600)
    for worker in workers:
        worker.kill()
        worker.join(10)


def _workers(adjustment_id: int, count: int) -> list[Any]:
    connections.close_all()  # ours, which they would inherit
    context = get_context("fork")
    processes = [context.Process(target=_run_for_ever, args=(adjustment_id,)) for _ in range(count)]
    for process in processes:
        process.start()
    return processes


def _run_for_ever(adjustment_id: int) -> None:
    """As a worker that gets the message again and again; who comes in vain waits for the other."""
    # After tests with a browser, whose event loop Django sees in the parent only, this is another
    # connection than the parent has closed: one that all children would share.
    connection.connection = None
    connection.inc_thread_sharing()
    while True:
        running.run(adjustment_id)
        with transaction.atomic():
            Adjustment.objects.select_for_update().filter(pk=adjustment_id).first()
