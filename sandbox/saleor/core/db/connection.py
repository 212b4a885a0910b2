"""Who may use the writer database: code inside `allow_writer`, and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.conf import settings
from django.db import connections

_MARK = "_allow_writer"


class UnsafeWriterAccessError(Exception):
    """The writer was used outside `allow_writer`."""


@contextmanager
def allow_writer() -> Iterator[None]:
    """Allow the writer inside the block; blocks may nest, also as a decorator."""
    connection = connections[settings.DATABASE_CONNECTION_DEFAULT_NAME]
    outer = getattr(connection, _MARK, False)
    setattr(connection, _MARK, True)
    try:
        yield
    finally:
        setattr(connection, _MARK, outer)


@contextmanager
def allow_writer_for_default_connection(connection_name: str) -> Iterator[None]:
    """Allow the writer if it is the writer that is about to be used."""
    is_writer = connection_name == settings.DATABASE_CONNECTION_DEFAULT_NAME
    with allow_writer() if is_writer else nullcontext():
        yield


def restrict_writer(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Refuse a statement on the writer that nobody allowed (an execute wrapper)."""
    connection = context["connection"]
    is_writer = connection.alias == settings.DATABASE_CONNECTION_DEFAULT_NAME
    if is_writer and not getattr(connection, _MARK, False):
        raise UnsafeWriterAccessError(f"The writer is used outside allow_writer(): {sql}")
    return execute(sql, params, many, context)
