"""An import undone: read from the history, which says what it did and what was there before.

Only where nobody changed a membership since; the others stay, and are reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection
from django.utils import timezone

from .. import conf, events, repricing
from ..groups import kinds
from ..groups.rows import BulkAct, change_each, join_each, leave_each
from ..groups.writing import Rows
from ..models import (
    CustomerGroup,
    Import,
    ImportOutcome,
    ImportRow,
    ImportStatus,
    MembershipAction,
    MembershipEvent,
    MembershipSource,
)
from ..sentences import Sentence
from ..webhooks import outbox
from . import jobs

# Each line of history that the import wrote, with what was there before: the end from the line
# before, reason and source from when the customer had joined. `touched`: somebody else has
# written about the customer since; `repeated`: the import itself has, and that line counts.
DONE: Final = """
SELECT done.id, done.customer_id, done.action, former.until, entry.source, entry.reason,
       EXISTS (SELECT 1 FROM {event} AS later
                WHERE later.customer_id = done.customer_id AND later.group_id = done.group_id
                  AND later.id > done.id
                  AND later.import_id IS DISTINCT FROM done.import_id) AS touched,
       EXISTS (SELECT 1 FROM {event} AS later
                WHERE later.customer_id = done.customer_id AND later.group_id = done.group_id
                  AND later.id > done.id AND later.import_id = done.import_id) AS repeated
  FROM {event} AS done
  LEFT JOIN LATERAL (
       SELECT until FROM {event} AS line
        WHERE line.customer_id = done.customer_id AND line.group_id = done.group_id
          AND line.id < done.id AND line.action IN ('joined', 'changed')
        ORDER BY line.id DESC LIMIT 1) AS former ON done.action <> 'joined'
  LEFT JOIN LATERAL (
       SELECT source, reason FROM {event} AS line
        WHERE line.customer_id = done.customer_id AND line.group_id = done.group_id
          AND line.id < done.id AND line.action = 'joined'
        ORDER BY line.id DESC LIMIT 1) AS entry ON done.action = 'left'
 WHERE done.import_id = %(job)s AND (%(after)s = 0 OR done.id < %(after)s)
 ORDER BY done.id DESC
 LIMIT %(limit)s
"""

CHANGED_SINCE: Final = (ImportOutcome.KEPT, "changed_since")
NO_ROOM: Final = (ImportOutcome.FULL, "group_full")


class Done(NamedTuple):
    """A line of history that the import wrote; what was before; whether it was changed since."""

    event_id: int
    customer_id: int
    action: str
    until: datetime | None
    source: str | None
    reason: str | None
    touched: bool
    repeated: bool


def undo(import_id: int, *, now: datetime | None = None) -> Import:
    """Who joined by the import leaves, who left by it is put back, moved ends return.

    Whose membership was changed by anybody since stays as it is: outcome `kept` in the report. A
    membership that would be over by now is not put back. May be killed and run again. One that is
    undone already stays so. Refused: it was never applied.
    """
    job = jobs.claim(import_id, ImportStatus.UNDOING)
    if job is not None:
        with jobs.run(job):
            _undo(job, now)
    return jobs.find(import_id)


def _undo(job: Import, now: datetime | None) -> None:
    group = jobs.group_of(job, MembershipAction.JOINED, now=now or timezone.now())
    total = MembershipEvent.objects.filter(import_id=job.pk).count()
    with jobs.chunk(job) as current:
        current.total = total
        for what in ("undone", "kept"):
            current.counts.setdefault(what, 0)
    act = BulkAct(
        source=MembershipSource.IMPORT,
        reason=Sentence("Import {number} was undone", number=job.pk),
        actor=job.actor,
        widely=total > repricing.NAMED,
    )
    while _undo_some(job, group, act, now=now):
        pass
    with jobs.chunk(job) as current:
        current.undone_at = now or timezone.now()
        jobs.finish(current, ImportStatus.UNDONE)
        told = events.ImportUndone(
            group=jobs.told_group(current),
            import_id=jobs.told_id(current),
            undone=current.counts["undone"],
            kept=current.counts["kept"],
            actor=events.actor_id(current.actor),
        )
        outbox.record([told])


def _undo_some(job: Import, group: CustomerGroup, act: BulkAct, *, now: datetime | None) -> bool:
    """Undo the next chunk of lines of history; whether there was one."""
    with jobs.chunk(job, alone=True) as current:
        lines = _next(current)
        if not lines:
            return False
        last = [line for line in lines if not line.repeated]
        kept = [line for line in last if line.touched]
        untouched = [line for line in last if not line.touched]
        full = _reverse(untouched, group, act, now or timezone.now())
        _report(current, [line.customer_id for line in kept], *CHANGED_SINCE)
        _report(current, full, *NO_ROOM)
        current.counts["undone"] += len(untouched) - len(full)
        current.counts["kept"] += len(kept) + len(full)
        current.undo_position = lines[-1].event_id
        current.done += len(lines)
    return True


def _next(job: Import) -> list[Done]:
    table = connection.ops.quote_name(MembershipEvent._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            DONE.format(event=table),
            {"job": job.pk, "after": job.undo_position, "limit": conf.get("IMPORT_CHUNK")},
        )
        return [Done(*row) for row in cursor.fetchall()]


def _reverse(lines: Sequence[Done], group: CustomerGroup, act: BulkAct, now: datetime) -> list[int]:
    """Undo these; the customers who found no room to be put back, ascending."""

    def lasts(line: Done) -> bool:
        return line.until is None or line.until > now

    joined = [line for line in lines if line.action == MembershipAction.JOINED]
    changed = [line for line in lines if line.action == MembershipAction.CHANGED]
    left = [line for line in lines if line.action == MembershipAction.LEFT]
    # An end that was moved and would have come by now: the membership ends.
    leave = [*joined, *(line for line in changed if not lasts(line))]
    if leave:
        ids = sorted(line.customer_id for line in leave)
        leave_each(group, ids, act=act, now=now)
    if moved := [line for line in changed if lasts(line)]:
        rows = Rows([line.customer_id for line in moved], [line.until for line in moved])
        change_each(group, rows, act=act, now=now)
    again = [line for line in left if lasts(line)]
    put_back = _put_back(again, group, act, now)
    return sorted(line.customer_id for line in again if line.customer_id not in put_back)


def _put_back(lines: Sequence[Done], group: CustomerGroup, act: BulkAct, now: datetime) -> set[int]:
    """Each with the source it had, one statement for each source; who is in again."""
    found: set[int] = set()
    for source in sorted({line.source or MembershipSource.MANUAL for line in lines}):
        some = [line for line in lines if (line.source or MembershipSource.MANUAL) == source]
        former_source = MembershipSource.MANUAL if source in kinds.RULE_SOURCES else source
        rows = Rows(
            [line.customer_id for line in some],
            [line.until for line in some],
            [line.reason or "" for line in some],
        )
        former = BulkAct(
            source=former_source, reason=act.reason, actor=act.actor, widely=act.widely
        )
        found.update(join_each(group, rows, act=former, now=now))
    return found


def _report(job: Import, ids: Sequence[int], outcome: ImportOutcome, code: str) -> None:
    """Say of the lines that name these customers why they were not undone."""
    if ids:
        rows = ImportRow.objects.filter(job=job, customer_id__in=ids)
        named = rows.exclude(outcome=ImportOutcome.DUPLICATE)
        named.update(outcome=outcome, code=code)
