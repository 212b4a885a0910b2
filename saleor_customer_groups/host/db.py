"""Saleor's rule of the writer: every query of ours goes to the primary database, and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from saleor.core.db.connection import allow_writer

P = ParamSpec("P")
R = TypeVar("R")


def on_writer(function: Callable[P, R]) -> Callable[P, R]:
    """Let `function` use the writer wherever it is called from (a task, a query, a handler).

    Prices are read from the writer even in queries: they are stored for an hour, and a replica
    that lags behind a change of rules would be believed for that hour.
    """
    decorated: Callable[P, R] = allow_writer()(function)
    return decorated
