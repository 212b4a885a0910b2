"""The sandbox's replica in tests: the writer's own connection under the replica's name.

A test's rows are not committed, so a second connection could not see them. (On the real Saleor its
own stand-in does this.)
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connections


class SharedConnection:
    """Answers as the writer's connection does, except to the question for its alias."""

    def __init__(self, alias: str, writer: Any) -> None:
        self.alias = alias
        self._writer = writer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """A cursor of the writer's that says it is the replica's."""
        return self._renamed(self._writer.cursor(*args, **kwargs))

    def chunked_cursor(self, *args: Any, **kwargs: Any) -> Any:
        """The same for reading in chunks."""
        return self._renamed(self._writer.chunked_cursor(*args, **kwargs))

    def _renamed(self, cursor: Any) -> Any:
        cursor.db = self
        return cursor


def share_connection() -> None:
    """Put the stand-in in the replica's place, for this thread."""
    alias = settings.DATABASE_CONNECTION_REPLICA_NAME
    writer = connections[settings.DATABASE_CONNECTION_DEFAULT_NAME]
    connections[alias] = SharedConnection(alias, writer)
