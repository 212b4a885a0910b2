"""What a request carries, and what an object carries with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings


def get_database_connection_name(context: Any) -> str:
    if getattr(context, "allow_replica", True):
        return str(settings.DATABASE_CONNECTION_REPLICA_NAME)
    return str(settings.DATABASE_CONNECTION_DEFAULT_NAME)


@dataclass
class BaseContext:
    node: Any


@dataclass
class SyncWebhookControlContext(BaseContext):
    allow_sync_webhooks: bool = True

    def __init__(self, node: Any, allow_sync_webhooks: bool = True) -> None:
        self.node = node
        self.allow_sync_webhooks = allow_sync_webhooks


@dataclass
class ChannelContext(BaseContext):
    channel_slug: str | None
