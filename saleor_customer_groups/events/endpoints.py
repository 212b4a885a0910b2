"""Endpoints: what becomes of those who hear of events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from .base import Payload, global_id


def endpoint_id(key: int) -> str:
    """The global id of an endpoint."""
    return global_id("WebhookEndpoint", key)


@dataclass(frozen=True, slots=True)
class _OfEndpoint(Payload):
    endpoint: str

    @property
    def subject(self) -> str:
        return self.endpoint


@dataclass(frozen=True, slots=True)
class EndpointDisabled(_OfEndpoint):
    """An endpoint was switched off because it answered 410 or failed for five days."""

    name: ClassVar[str] = "endpoint.disabled"
    endpoint_name: str
    reason: str  # gone, failing
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class EndpointFailing(_OfEndpoint):
    """Nothing has reached an endpoint for a day; said again daily until it is switched off."""

    name: ClassVar[str] = "endpoint.failing"
    endpoint_name: str
    failing_since: datetime
    disabled_at: datetime


@dataclass(frozen=True, slots=True)
class PingSent(_OfEndpoint):
    """Somebody tests an endpoint. Only that endpoint hears it."""

    name: ClassVar[str] = "ping.sent"
    actor: str
