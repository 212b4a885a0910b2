"""Work after the commit: rows of a queue, and the task that works them off.

The row is the truth. The message may be lost with its broker; then the sweep finds the row.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from celery import current_app
from django.db import models, transaction
from kombu.exceptions import OperationalError

from . import conf

logger = logging.getLogger(__name__)

CHUNK: Final = 5_000  # rows in memory and in one statement


def start(task: str, *arguments: object) -> None:
    """Start the task of this name. Named, not imported: tasks stand above all that start them.

    Where there is no broker just now the sweep will: what was committed is done, and who did it is
    not told of an error.
    """
    try:
        current_app.tasks[task].apply_async(args=list(arguments), queue=conf.get("CELERY_QUEUE"))
    except OperationalError as error:
        logger.error("%s could not be started, the next sweep will: %s", task, error)


def enqueue(rows: Iterable[models.Model], then: Callable[[], None]) -> None:
    """Write rows of one queue in the caller's transaction; after it commits, `then`.

    Rows are read as they come; without any, nothing happens.
    """
    remaining, written = iter(rows), False
    while chunk := list(islice(remaining, CHUNK)):
        type(chunk[0])._default_manager.bulk_create(chunk)
        written = True
    if written:
        transaction.on_commit(then)
