"""Loaders: what one request asks for many times is loaded once, together."""

from __future__ import annotations

from typing import Any

from promise import Promise
from promise.dataloader import DataLoader as BaseLoader

from .context import get_database_connection_name


class DataLoader(BaseLoader):
    context_key: str

    def __new__(cls, context: Any) -> Any:
        if not hasattr(context, "dataloaders"):
            context.dataloaders = {}
        if cls.context_key not in context.dataloaders:
            context.dataloaders[cls.context_key] = super().__new__(cls)
        return context.dataloaders[cls.context_key]

    def __init__(self, context: Any) -> None:
        if getattr(self, "context", None) is None:
            self.context = context
            self.database_connection_name = get_database_connection_name(context)
            super().__init__()

    def batch_load_fn(self, keys: Any) -> Any:
        results = self.batch_load(keys)
        return results if isinstance(results, Promise) else Promise.resolve(results)

    def batch_load(self, keys: Any) -> Any:
        raise NotImplementedError
