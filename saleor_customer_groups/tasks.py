"""Background work: thin doors, each one call inwards. Every task may be killed and run again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from celery import shared_task
from django.utils import timezone

from . import conf
from .broadcasts import control, sending
from .exporting import exports, running
from .groups import ends
from .host import (
    changes,
    cleanup,
    customers,
    dashboard,
    expiry,
    http,
    mirror,
    orders,
    purse_repair,
    spending,
)
from .host.db import on_writer
from .host.webhook_sending import send_native
from .importing import applying, jobs, staging, undoing
from .loyalty import expiring, holds, requests, warning
from .loyalty.adjustments import running as adjusting
from .loyalty.adjustments import steps as adjustment_steps
from .loyalty.earning import settling
from .pricing import windows
from .segments import refresh, schedule
from .webhooks import deliveries, delivering, outbox, purging, watching

logger = logging.getLogger(__name__)

# So far back the night settles orders again: it may have been missed twice.
LATELY = timedelta(days=3)

# Who hears what happened.
FAN_OUTS: tuple[outbox.FanOut, ...] = (deliveries.fan_out, send_native)


@shared_task(name=conf.REPRICING_TASK, acks_late=True, reject_on_worker_lost=True)
def reprice_open_checkouts() -> int:
    """Expire the open checkouts that a change of members or prices touched."""
    return on_writer(expiry.work_off)()


@shared_task(name=conf.SWEEP_TASK, acks_late=True, reject_on_worker_lost=True)
def sweep() -> int:
    """Every half minute: notice windows that opened or closed, and do what a killed task left.

    How many of its concerns went well.
    """
    now = timezone.now()
    concerns: tuple[Callable[[], object], ...] = (
        partial(windows.sweep, now),
        expiry.work_off,
        expiry.settle,
        partial(changes.of_the_saved, now),
        refresh.work_off,
        partial(_start_segments, now),
        partial(exports.take_over, now),
        partial(exports.purge, now),
        partial(jobs.take_over, now),
        partial(jobs.purge, now),
        partial(adjustment_steps.start_due, now),
        partial(adjustment_steps.take_over, now),
        mirror.work_off,
        # Before holds are freed: their checkouts may have become orders.
        partial(spending.end_claims, now),
        partial(holds.free_due, now),
        partial(expiring.expire_due, now),
        partial(settling.request_due, now),
        partial(settling.work_off, orders.facts),
        partial(warning.warn, now),
        spending.work_off,
        partial(control.sweep, now),
        partial(ends.tell, now),
        partial(outbox.dispatch, FAN_OUTS),
        partial(watching.watch, now),
        partial(delivering.start_due, now),
        cleanup.clear_group_prices,
        dashboard.sync,
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


@shared_task(name=conf.SETTLE_TASK, acks_late=True, reject_on_worker_lost=True)
def settle_orders() -> int:
    """Make loyalty agree with the orders that changed."""
    return on_writer(settling.work_off)(orders.facts)


@shared_task(name=conf.PURSE_TASK, acks_late=True, reject_on_worker_lost=True)
def set_purses(customer_ids: list[int]) -> int:
    """Make the gift cards of customers whose credit changed what the ledger says."""
    return on_writer(spending.sync_all)(customer_ids)


@shared_task(name=conf.NIGHTLY_TASK, acks_late=True, reject_on_worker_lost=True)
def repair_by_night() -> int:
    """Every night: forget customers whose deletion nobody told us of, correct the mirror and the
    purses, forget what runs of segments changed long ago and what every endpoint has, and settle
    every order that changed lately. How many of these went well.
    """
    now = timezone.now()
    concerns: tuple[Callable[[], object], ...] = (
        customers.forget_the_gone,
        requests.forget_the_gone,
        mirror.repair,
        partial(purse_repair.repair, now),
        partial(schedule.forget_old_runs, now),
        partial(purging.purge, now),
        partial(purging.purge_calls, now),
        partial(warning.purge, now),
        partial(_settle_changed_since, now - LATELY),
    )
    return sum(_done(concern) for concern in concerns)


def _settle_changed_since(moment: datetime) -> None:
    settling.request(orders.changed_since(moment))


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


@shared_task(name=conf.ADJUST_TASK, acks_late=True, reject_on_worker_lost=True)
def run_adjustment(adjustment_id: int) -> None:
    """Do what a bulk act on balances says, or go on with it."""
    on_writer(adjusting.run)(adjustment_id)


@shared_task(name=conf.DISPATCH_TASK, acks_late=True, reject_on_worker_lost=True)
def dispatch_events() -> int:
    """Hand what happened to those who hear of it."""
    return on_writer(outbox.dispatch)(FAN_OUTS)


@shared_task(name=conf.DELIVER_TASK, acks_late=True, reject_on_worker_lost=True)
def deliver_webhooks(endpoint_id: int) -> None:
    """Send an endpoint what is due, and come again while there is more."""
    if on_writer(delivering.deliver)(endpoint_id, http.post):
        deliveries.start(endpoint_id)


@shared_task(name=conf.BROADCAST_TASK, acks_late=True, reject_on_worker_lost=True)
def send_broadcast(broadcast_id: int) -> None:
    """Freeze the audience of a broadcast and request its batches, or go on with it."""
    on_writer(sending.run)(broadcast_id)
