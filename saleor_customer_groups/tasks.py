"""Background work: thin doors, each one call inwards. Every task may be killed and run again."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from . import conf
from .host import cleanup, expiry
from .host.db import on_writer
from .importing import applying, jobs, staging, undoing
from .pricing import windows


@shared_task(name=conf.REPRICING_TASK, acks_late=True, reject_on_worker_lost=True)
def reprice_open_checkouts() -> int:
    """Expire the open checkouts that a change of members or prices touched."""
    return on_writer(expiry.work_off)()


@shared_task(name=conf.SWEEP_TASK, acks_late=True, reject_on_worker_lost=True)
def sweep() -> int:
    """Every minute: notice windows that opened or closed, and do what a killed task left."""
    now = timezone.now()
    on_writer(windows.sweep)(now)
    on_writer(jobs.take_over)(now)
    on_writer(jobs.purge)(now)
    done = on_writer(expiry.work_off)() + on_writer(expiry.settle)()
    return done + on_writer(cleanup.clear_group_prices)()


@shared_task(name=conf.CLEANUP_TASK, acks_late=True, reject_on_worker_lost=True)
def clear_group_prices() -> int:
    """Take the group prices out of open checkouts after the plugin was switched off."""
    return on_writer(cleanup.clear_group_prices)()


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
