"""Cursors for answers of any size: the rows stay on the server until they are asked for."""

from __future__ import annotations

from typing import Any

from django.db import connection


def server_side() -> Any:
    """A cursor that outlives commits, unless the shop's pooler cannot have one."""
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return connection.cursor()
    return connection.chunked_cursor()
