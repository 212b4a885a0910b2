"""What Saleor's API refuses with."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class PermissionDenied(Exception):
    def __init__(
        self, message: str | None = None, *, permissions: Iterable[Enum] | None = None
    ) -> None:
        super().__init__(message or "You do not have permission to perform this action")
        self.permissions = permissions
