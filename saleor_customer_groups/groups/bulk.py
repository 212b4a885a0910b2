"""Joins and leaves of any number of customers: a chunk after another, with counts for an answer.

Each chunk is a transaction of its own and the whole may be killed and run again; who wants all or
nothing calls within `transaction.atomic()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from .. import conf
from ..models import CustomerGroup
from . import membership


@dataclass(frozen=True, slots=True)
class AddedCounts:
    """How many customers joined, were in already, do not exist, found the group full."""

    added: int = 0
    already: int = 0
    unknown: int = 0
    full: int = 0


@dataclass(frozen=True, slots=True)
class RemovedCounts:
    """How many customers left, and how many were not in the group."""

    removed: int = 0
    absent: int = 0


def add_many(
    group: CustomerGroup,
    customer_ids: Iterable[int],
    *,
    source: str,
    reason: str = "",
    actor: str = "",
    until: datetime | None = None,
    now: datetime | None = None,
) -> AddedCounts:
    """Like `membership.add` for any number of ids, read as they come and never held together.

    An id that comes again later counts as one who is in already. Within `transaction.atomic()`
    the ids should ascend, so that two of these never wait for each other.
    """
    total = AddedCounts()
    for chunk in _read(customer_ids):
        result = membership.add(
            group, chunk, source=source, reason=reason, actor=actor, until=until, now=now
        )
        total = AddedCounts(
            added=total.added + len(result.added),
            already=total.already + len(result.already),
            unknown=total.unknown + len(result.unknown),
            full=total.full + len(result.full),
        )
    return total


def remove_many(
    group: CustomerGroup,
    customer_ids: Iterable[int],
    *,
    source: str,
    reason: str = "",
    actor: str = "",
    now: datetime | None = None,
) -> RemovedCounts:
    """Like `membership.remove` for any number of ids, read as for `add_many`."""
    total = RemovedCounts()
    for chunk in _read(customer_ids):
        result = membership.remove(group, chunk, source=source, reason=reason, actor=actor, now=now)
        total = RemovedCounts(
            removed=total.removed + len(result.removed),
            absent=total.absent + len(result.absent),
        )
    return total


def _read(ids: Iterable[int]) -> Iterator[list[int]]:
    remaining, size = iter(ids), conf.get("ASSIGN_CHUNK")
    while chunk := list(islice(remaining, size)):
        yield chunk
