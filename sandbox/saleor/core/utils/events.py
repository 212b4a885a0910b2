"""Events go out once their transaction has ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction


def call_event(func_obj: Callable[..., Any], *func_args: Any, **func_kwargs: Any) -> None:
    """Call now, or after the commit when a transaction is open."""
    transaction.on_commit(partial(func_obj, *func_args, **func_kwargs))
