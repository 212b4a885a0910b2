"""Background work: thin doors, each one call inwards. Every task may be killed and run again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from celery import shared_task
from django.utils import timezone

from . import conf
from .exporting import exports, running
from .groups import ends
from .host import cleanup, customers, expiry, mirror
from .host.db import on_writer
from .host.webhook_sending import send_native
from .importing import applying, jobs, staging, undoing
from .pricing import windows
from .segments import refresh, schedule
from .webhooks import outbox

logger = logging.getLogger(__name__)

# Who hears what happened.
FAN_OUTS: tuple[outbox.FanOut, ...] = (send_native,)


@shared_task(name=conf.REPRICING_TASK, acks_late=True, reject_on_worker_lost=True)
def reprice_open_checkouts() -> int:
    """Expire the open checkouts that a change of members or prices touched."""
    return on_writer(expiry.work_off)()


@shared_task(name=conf.SWEEP_TASK, acks_late=True, reject_on_worker_lost=True)
def sweep() -> int:
    """Every minute: notice windows that opened or closed, and do what a killed task left.

    How many of its concerns went well.
    """
    now = timezone.now()
    concerns: tuple[Callable[[], object], ...] = (
        partial(windows.sweep, now),
        expiry.work_off,
        expiry.settle,
        refresh.work_off,
        partial(_start_segments, now),
        partial(exports.take_over, now),
        partial(exports.purge, now),
        partial(jobs.take_over, now),
        partial(jobs.purge, now),
        mirror.work_off,
        partial(ends.tell, now),
        partial(outbox.dispatch, FAN_OUTS),
        cleanup.clear_group_prices,
    )
    return sum(_done(concern) for concern in concerns)


def _done(concern: Callable[[], object]) -> bool:
    """Whether it did not fail: what fails does not keep the others from their work."""
    try:
        on_writer(concern)()
    except Exception:
        logger.exception("A concern of the sweep or the night failed; the next one tries again.")
        return False
    return True


def _start_segments(now: datetime) -> None:
    if schedule.is_due(now):
        run_segments.apply_async(queue=conf.get("CELERY_QUEUE"))


@shared_task(name=conf.REFRESH_TASK, acks_late=True, reject_on_worker_lost=True)
def refresh_changed_customers() -> int:
    """Put customers about whom a fact changed into and out of the groups that rules keep."""
    return on_writer(refresh.work_off)()


@shared_task(name=conf.SEGMENTS_TASK, acks_late=True, reject_on_worker_lost=True)
def run_segments() -> int:
    """Run the segments that are due in full."""
    return on_writer(schedule.run_due)()


@shared_task(name=conf.CLEANUP_TASK, acks_late=True, reject_on_worker_lost=True)
def clear_group_prices() -> int:
    """Take the group prices out of open checkouts after the plugin was switched off."""
    return on_writer(cleanup.clear_group_prices)()


@shared_task(name=conf.MIRROR_TASK, acks_late=True, reject_on_worker_lost=True)
def mirror_groups() -> int:
    """Tell Saleor of the groups of customers whose groups changed, where a setting asks."""
    return on_writer(mirror.work_off)()


@shared_task(name=conf.NIGHTLY_TASK, acks_late=True, reject_on_worker_lost=True)
def repair_by_night() -> int:
    """Every night: forget customers whose deletion nobody told us of, correct the mirror, and
    forget what runs of segments changed long ago. How many of these went well.
    """
    now = timezone.now()
    old_runs = partial(schedule.forget_old_runs, now)
    return sum(_done(concern) for concern in (customers.forget_the_gone, mirror.repair, old_runs))


@shared_task(name=conf.EXPORT_TASK, acks_late=True, reject_on_worker_lost=True)
def run_export(export_id: int) -> None:
    """Make the file of a group's export, or go on with it."""
    on_writer(running.run)(export_id)


@shared_task(name=conf.CHECK_IMPORT_TASK, acks_late=True, reject_on_worker_lost=True)
def check_import(import_id: int) -> None:
    """Read and resolve an uploaded file: the dry run."""
    on_writer(staging.check)(import_id)


@shared_task(name=conf.APPLY_IMPORT_TASK, acks_late=True, reject_on_worker_lost=True)
def apply_import(import_id: int) -> None:
    """Do what the dry run showed."""
    on_writer(applying.apply)(import_id)


@shared_task(name=conf.UNDO_IMPORT_TASK, acks_late=True, reject_on_worker_lost=True)
def undo_import(import_id: int) -> None:
    """Take back what an import did."""
    on_writer(undoing.undo)(import_id)


@shared_task(name=conf.DISPATCH_TASK, acks_late=True, reject_on_worker_lost=True)
def dispatch_events() -> int:
    """Hand what happened to those who hear of it."""
    return on_writer(outbox.dispatch)(FAN_OUTS)
