"""Loaders: what one request asks for many times is loaded once, together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from promise import Promise
from promise.dataloader import DataLoader

from ...host.db import on_writer

LOADED: Final = "customer_groups_loaders"


def forget(info: Any) -> None:
    """What was loaded so far is old: something is about to change it."""
    info.context.__dict__.pop(LOADED, None)


class Loader(DataLoader):
    """One for each request, by `Loader.of(info)`; a subclass has `rows_of`."""

    @classmethod
    def of(cls, info: Any) -> Any:
        """The request's own."""
        loaders = info.context.__dict__.setdefault(LOADED, {})
        if cls not in loaders:
            loaders[cls] = cls()
        return loaders[cls]

    def batch_load_fn(self, keys: list[Any]) -> Any:
        """For the library."""
        return Promise.resolve(on_writer(self.rows_of)(keys))

    def rows_of(self, keys: Sequence[Any]) -> list[Any]:
        """What belongs to each key, in the order of the keys; a fixed number of statements."""
        raise TypeError(f"{type(self).__name__} loads nothing.")


def in_order(keys: Iterable[Any], found: dict[Any, Any], default: Any = None) -> list[Any]:
    """The values of these keys."""
    return [found.get(key, default) for key in keys]
