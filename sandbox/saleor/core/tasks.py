"""The base class of all tasks."""

from __future__ import annotations

from typing import Any

from celery import Task
from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string


class RestrictWriterDBTask(Task):  # type: ignore[misc]
    """A task whose use of the writer database has to be announced by `allow_writer`.

    `settings.CELERY_RESTRICT_WRITER_METHOD` names what happens otherwise: an error in the sandbox.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        guard = import_string(settings.CELERY_RESTRICT_WRITER_METHOD)
        with connections[settings.DATABASE_CONNECTION_DEFAULT_NAME].execute_wrapper(guard):
            return super().__call__(*args, **kwargs)
