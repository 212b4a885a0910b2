"""What belongs to broadcasts, loaded together."""

from __future__ import annotations

from collections.abc import Sequence

from ...broadcasts import queries
from ...broadcasts.queries import Counts
from .base import Loader, in_order


class CountsOfBroadcast(Loader):
    """What became of a broadcast's recipients so far."""

    def rows_of(self, keys: Sequence[int]) -> list[Counts]:
        return in_order(keys, queries.counts_of(keys))
