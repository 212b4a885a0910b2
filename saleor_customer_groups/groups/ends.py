"""Ends that came by the clock, told to other systems: each once.

A membership ends by its `until` and a snapshot by its `expires_at` without anybody's act. Who
tells of an end marks the row in the same transaction; the sweep does it within a minute, and who
makes such a row begin anew does it first.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from ..models import CustomerGroup, GroupKind
from ..webhooks import outbox
from . import kinds, statements, telling

CHUNK: Final = 5_000  # ends that are told in one transaction


def tell(now: datetime) -> int:
    """Tell of all ends up to `now` that nobody has told of; how many. May be killed, run again."""
    count = 0
    while told := _tell_memberships(now):
        count += told
    while told := _tell_snapshots(now):
        count += told
    return count


def tell_of_group(group_id: int, *, now: datetime, first: int, last: int) -> None:
    """The same for the members of a group with ids from first to last, within a transaction."""
    span = {"group": group_id, "now": now, "first": first, "last": last}
    outbox.record(telling.of_ends(_marked(statements.TELL_ENDS_OF_GROUP, span)))


def tell_of_snapshot(snapshot: CustomerGroup, *, now: datetime) -> None:
    """The same for one group that the caller has locked, and saves."""
    if kinds.is_expired(snapshot, now) and not snapshot.end_told:
        snapshot.end_told = True
        outbox.record([telling.of_expired(snapshot)])


def _tell_memberships(now: datetime) -> int:
    with transaction.atomic():
        ended = _marked(statements.TELL_ENDS, {"now": now, "limit": CHUNK})
        outbox.record(telling.of_ends(ended))
        return len(ended)


def _tell_snapshots(now: datetime) -> int:
    untold = CustomerGroup.objects.filter(
        kind=GroupKind.SNAPSHOT, expires_at__lte=now, end_told=False
    )
    with transaction.atomic():
        ended = list(untold.order_by("id").select_for_update(skip_locked=True, no_key=True)[:CHUNK])
        CustomerGroup.objects.filter(id__in=[one.pk for one in ended]).update(end_told=True)
        outbox.record(map(telling.of_expired, ended))
        return len(ended)


def _marked(statement: str, parameters: dict[str, Any]) -> list[tuple[int, int, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statement), parameters)
        rows: list[tuple[int, int, datetime]] = cursor.fetchall()
    return rows
