"""Waiting for what other processes do: for a condition, with a deadline; never a guessed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn

PATIENCE = 120.0  # seconds; a loaded machine is slow
LOOK_SECONDS = 0.02


def until(condition: Callable[[], object], *, within: float = PATIENCE) -> float:
    """Return once the condition holds, how many seconds that took; fail at the deadline."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > within:
            raise AssertionError(f"It did not come within {within:g} seconds.")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - began


def again_and_again(act: Callable[[], object]) -> NoReturn:
    """Act for ever, as a worker does who is told to every now and then."""
    while True:
        act()
        time.sleep(LOOK_SECONDS)
