"""A statement that takes long ends when somebody asks the import to stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, Final

from django.db import OperationalError, connection

from ..models import Import
from . import jobs

LOOK_SECONDS: Final = 0.5


@contextmanager
def heeded(job: Import) -> Iterator[None]:
    """The statements of the block, and then its transaction, end early with Cancelled or LostRun.

    Another thread looks, over a connection of its own, which it opens only when the block takes
    long. The transaction must hold no lock on the import: who cancels it would wait for that.
    """
    ended, reasons = Event(), list[Exception]()
    watcher = Thread(target=_watch, args=(job, connection.connection, ended, reasons), daemon=True)
    watcher.start()
    try:
        yield
    except OperationalError as error:
        _end(watcher, ended)
        if reasons:
            raise reasons[0] from error
        raise
    finally:
        _end(watcher, ended)
    if reasons:  # it came to its end all the same
        raise reasons[0]


def _end(watcher: Thread, ended: Event) -> None:
    ended.set()
    watcher.join()


def _watch(job: Import, watched: Any, ended: Event, reasons: list[Exception]) -> None:
    try:
        while not ended.wait(LOOK_SECONDS):
            jobs.heed(job)
    except (jobs.Cancelled, jobs.LostRun) as reason:
        reasons.append(reason)
        watched.cancel_safe()
    except (Import.DoesNotExist, OperationalError):
        pass  # nothing to be seen from here; the next chunk looks itself
    finally:
        connection.close()
