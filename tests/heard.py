"""What other systems heard: the outbox, read as tests read it."""

from __future__ import annotations

import json
from typing import Any

from saleor_customer_groups.models import OutboxEvent


def heard(*names: str) -> list[tuple[str, dict[str, Any]]]:
    """Name and data of the events that were told, oldest first; of these names, or all."""
    rows = OutboxEvent.objects.order_by("id")
    bodies = [json.loads(row.body) for row in rows]
    return [(body["type"], body["data"]) for body in bodies if not names or body["type"] in names]


def names() -> list[str]:
    """The names of all events that were told, oldest first."""
    return [name for name, _ in heard()]


def forget() -> None:
    """Nothing was told so far."""
    OutboxEvent.objects.all().delete()
