"""Names of the events that leave the shop."""

from __future__ import annotations

from typing import Any

from ..permission.enums import BasePermissionEnum


class WebhookEventAsyncType:
    CHECKOUT_CREATED = "checkout_created"
    CHECKOUT_UPDATED = "checkout_updated"

    EVENT_MAP: dict[str, dict[str, Any]] = {}
    CHOICES: list[tuple[str, str]] = []
    PERMISSIONS: dict[str, BasePermissionEnum | None] = {}
    ALL: list[str] = []
