"""A bulk act whose broker or database breaks at 30 % and at 70 % of it (L2)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.waiting import until

RESUMED_WITHIN = 60.0  # seconds after broker and database are back


@dataclass(frozen=True, slots=True)
class Outage:
    """What breaks at a share of the work, and leaves everything ready to go on."""

    share: float
    happens: Callable[[], None]


def play(
    outages: Sequence[Outage],
    *,
    total: int,
    done: Callable[[], int],
    sweep: Callable[[], None],
    every: float,
) -> list[float]:
    """Let them happen when that share is done, with a sweep so often; after how many seconds the
    work had got on, for each.
    """
    resumed = []
    for outage in outages:
        until(lambda share=outage.share: done() >= share * total, within=600)
        outage.happens()
        back, before, swept = time.monotonic(), done(), 0.0
        assert before < total, "It was done before anything broke."
        while done() == before:
            assert time.monotonic() - back <= RESUMED_WITHIN
            if time.monotonic() - swept >= every:
                swept = time.monotonic()
                sweep()
        resumed.append(time.monotonic() - back)
    return resumed
