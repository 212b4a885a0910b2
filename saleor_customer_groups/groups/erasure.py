"""Forgetting customers: their history stays countable, and names nobody any more.

In the history a forgotten customer is a negative number of no meaning, the same in all their
lines, so that joins and leaves still pair up and `queries.members_at` still counts right. Beside
`membership` this is the only code that writes memberships and history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from .. import changes, mirroring, repricing
from ..models import Application, CustomerChannel, SegmentPin
from ..webhooks import outbox
from . import statements, telling

CHUNK: Final = 500  # customers a transaction


def forget(customer_ids: Iterable[int], *, now: datetime | None = None) -> int:
    """Erase these customers from groups and history, deleted ones or ones made anonymous.

    They leave their groups (a line each, where they were still in); memberships, pins,
    applications and the channels they registered through go; in the history neither id nor
    reason remains. May be repeated. A chunk a transaction. How many of them had a history.
    """
    remaining = iter(sorted({customer_id for customer_id in customer_ids if customer_id > 0}))
    moment, count = now or timezone.now(), 0
    while chunk := list(islice(remaining, CHUNK)):
        with transaction.atomic():
            count += _forget(chunk, moment)
    return count


def forget_the_gone(
    *, now: datetime | None = None, first: Callable[[Sequence[int]], object] | None = None
) -> int:
    """Forget customers who are in the history but not in the shop; how many they were.

    For rows that were deleted without an event. `first` is called with the customers of each
    chunk while the history still knows them. Reads the history's index once, in the order of
    the customers; may be killed and run again.
    """
    moment, count, last = now or timezone.now(), 0, 0
    while gone := _ids(statements.GONE, {"after": last, "limit": CHUNK}):
        if first is not None:
            first(gone)
        count += forget(gone, now=moment)
        last = gone[-1]
    return count


def _forget(customer_ids: Sequence[int], now: datetime) -> int:
    bound: dict[str, Any] = {"customers": list(customer_ids), "now": now}
    # Who forgets the same customers meanwhile waits here, and then finds nothing left.
    _ids(statements.LOCK_HISTORY, bound)
    members = sorted(set(_ids(statements.LEAVE_ALL, bound)))
    left = _ids(statements.SAY_THEY_LEFT, bound)
    for model in (SegmentPin, Application, CustomerChannel):
        model._default_manager.filter(customer_id__in=customer_ids).delete()
    repricing.request_for_customers(members)
    mirroring.request(members)
    changes.record(members, changes.Fact.GROUPS)
    outbox.record(telling.of_erased(left, at=now))
    return len(set(_ids(statements.MAKE_NAMELESS, bound)))


def _ids(statement: str, parameters: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statement), parameters)
        return [row[0] for row in cursor.fetchall()]
