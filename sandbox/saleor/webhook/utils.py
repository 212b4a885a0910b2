"""Who listens."""

from __future__ import annotations

from typing import Any


def get_webhooks_for_event(
    event_type: str,
    webhooks: Any = None,
    apps_ids: list[int] | None = None,
    apps_identifier: list[str] | None = None,
) -> list[Any]:
    """Nobody: the miniature has no Apps."""
    return []
