"""What the dry run staged, done: chunk by chunk, in the order of the customers' ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from .. import conf, events, repricing
from ..errors import Refused
from ..groups.rows import BulkAct, change_each, join_selected, leave_each
from ..groups.writing import Rows, Selected
from ..models import (
    BAD_OUTCOMES,
    CustomerGroup,
    Import,
    ImportMode,
    ImportOutcome,
    ImportRow,
    ImportStatus,
    Membership,
    MembershipEvent,
    MembershipSource,
)
from ..sentences import Sentence
from ..webhooks import outbox
from . import emptying, jobs, staging

DOES_SOMETHING: Final = (ImportOutcome.JOIN, ImportOutcome.CHANGE, ImportOutcome.LEAVE)
UNCHANGED: Final = (ImportOutcome.ALREADY, ImportOutcome.ABSENT, ImportOutcome.DUPLICATE)
REFUSED: Final = (*BAD_OUTCOMES, ImportOutcome.FULL)

# The next chunk: how many lines, up to which customer, and whether all are expected to join.
SPAN: Final = """
SELECT count(*), min(customer_id), max(customer_id), bool_and(outcome = 'join')
  FROM (SELECT customer_id, outcome
          FROM {row}
         WHERE job_id = %s AND customer_id > %s AND line > 0 AND outcome <> 'duplicate'
         ORDER BY customer_id
         LIMIT %s) AS chunk
"""
JOINING: Final = """
SELECT customer_id, until, nullif(reason, '') AS reason
  FROM {row}
 WHERE job_id = %(import)s AND customer_id BETWEEN %(first)s AND %(last)s
   AND line > 0 AND outcome <> 'duplicate'
"""
# `import_id + 0`: found by the customers. What the import did so far is more with each chunk.
JOINED: Final = """
SELECT customer_id
  FROM {event}
 WHERE customer_id BETWEEN %(first)s AND %(last)s
   AND import_id + 0 = %(import)s AND action = 'joined'
"""
STAGED: Final = """
SELECT customer_id, until, reason, outcome
  FROM {row}
 WHERE job_id = %s AND customer_id > %s AND line > 0 AND outcome <> 'duplicate'
 ORDER BY customer_id
 LIMIT %s
"""
LEAVING: Final = """
SELECT customer_id
  FROM {row}
 WHERE job_id = %s AND customer_id > %s AND line = 0
 ORDER BY customer_id
 LIMIT %s
"""


class Staged(NamedTuple):
    """A line that names a customer, and what it was expected to do."""

    customer_id: int
    until: datetime | None
    reason: str
    outcome: str


def apply(import_id: int, *, all_or_nothing: bool = False, now: datetime | None = None) -> Import:
    """Do what the dry run showed; the lines' outcomes then say what was done.

    May be killed and run again: it goes on after the last chunk, and what happened meanwhile is
    respected. An import that is applied already stays as it is. `all_or_nothing` refuses a file
    with a single bad line. Refused: it was not checked, or was undone; in mode `replace` not one
    line names a customer.
    """
    job = jobs.claim(import_id, ImportStatus.APPLYING, all_or_nothing=all_or_nothing)
    if job is not None:
        with jobs.run(job):
            _apply(job, now)
    emptying.finish(jobs.find(import_id))
    return jobs.find(import_id)


def _apply(job: Import, now: datetime | None) -> None:
    group = jobs.group_of(job, jobs.action_of(job.mode), now=now or timezone.now())
    act = BulkAct(
        source=MembershipSource.IMPORT,
        reason=Sentence("Import {number}", number=job.pk),
        actor=job.actor,
        import_id=job.pk,
        widely=_is_wide(job),
    )
    with jobs.chunk(job) as current:
        jobs.require_kept(job)
        _refuse_staged(current)
        current.apply_began_at = current.apply_began_at or now or timezone.now()
        current.total = sum(current.counts.values())
        # Who goes on with what another run began knows nothing of its surprises.
        as_expected = current.position == 0
    while _apply_leaving(job, group, act, now=now):
        pass
    while (went := _apply_lines(job, group, act, now=now)) is not None:
        as_expected = as_expected and went
    with jobs.chunk(job) as current:
        if not as_expected:
            current.counts = staging.counts(job)
        current.done = current.total
        current.applied_at = now or timezone.now()
        jobs.finish(current, ImportStatus.APPLIED)
        outbox.record([_told(current)])


def _told(job: Import) -> events.Payload:
    counts = Counter(job.counts)
    return events.ImportFinished(
        group=jobs.told_group(job),
        import_id=jobs.told_id(job),
        mode=job.mode,
        joined=counts[ImportOutcome.JOIN],
        changed=counts[ImportOutcome.CHANGE],
        left=counts[ImportOutcome.LEAVE] + counts["leaving"],
        unchanged=sum(counts[outcome] for outcome in UNCHANGED),
        refused=sum(counts[outcome] for outcome in REFUSED),
        actor=events.actor_id(job.actor),
    )


def _is_wide(job: Import) -> bool:
    touched: int = sum(job.counts.get(outcome, 0) for outcome in (*DOES_SOMETHING, "leaving"))
    return touched > repricing.NAMED


def _refuse_staged(job: Import) -> None:
    bad = sum(job.counts.get(outcome, 0) for outcome in BAD_OUTCOMES)
    if job.all_or_nothing and bad:
        sentence = Sentence(
            "{count:,} lines are bad, and all or nothing was asked for: nothing was done.",
            count=bad,
        )
        raise Refused(sentence, code="bad_lines")
    named = sum(job.counts.get(outcome, 0) for outcome in (*DOES_SOMETHING, ImportOutcome.ALREADY))
    if job.mode == ImportMode.REPLACE and not named:
        sentence = Sentence("Not one line names a customer: the group would have been emptied.")
        raise Refused(sentence, code="nobody_named")


def _apply_lines(
    job: Import, group: CustomerGroup, act: BulkAct, *, now: datetime | None
) -> bool | None:
    """Apply the next chunk of lines; whether all joined, as expected. None: there was none."""
    with jobs.chunk(job) as current:
        lines, first, last, all_join = _read(SPAN, current, current.position)[0]
        if not lines:
            return None
        moment, as_expected = now or timezone.now(), False
        if current.mode == ImportMode.REMOVE:
            _remove(current, group, _staged(current), act, moment)
        else:
            selected = Selected(_named(JOINING), {}, first=first, last=last)
            joined = join_selected(group, selected, act=act, now=moment)
            as_expected = all_join and joined == lines
            if not as_expected:
                names = _joined(current, first, last)
                _append(current, group, _staged(current), names, act, moment)
        current.position = last
        current.done += lines
    return as_expected


def _apply_leaving(
    job: Import, group: CustomerGroup, act: BulkAct, *, now: datetime | None
) -> bool:
    """Take the next chunk of members who are not in the file out; whether there was one."""
    if job.mode != ImportMode.REPLACE:
        return False
    with jobs.chunk(job) as current:
        ids = [row[0] for row in _read(LEAVING, current, current.leaving_position)]
        if not ids:
            return False
        leave_each(group, ids, act=act, now=now)
        current.leaving_position = ids[-1]
        current.done += len(ids)
    return True


def _read(statement: str, job: Import, after: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_named(statement), [job.pk, after, conf.get("IMPORT_CHUNK")])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _staged(job: Import) -> list[Staged]:
    """The chunk's lines themselves."""
    return [Staged(*row) for row in _read(STAGED, job, job.position)]


def _joined(job: Import, first: int, last: int) -> set[int]:
    """Who of the chunk joined by this import."""
    with connection.cursor() as cursor:
        cursor.execute(_named(JOINED), {"import": job.pk, "first": first, "last": last})
        return {row[0] for row in cursor.fetchall()}


def _named(statement: str) -> str:
    tables = {"row": ImportRow._meta.db_table, "event": MembershipEvent._meta.db_table}
    return statement.format(
        **{name: connection.ops.quote_name(table) for name, table in tables.items()}
    )


def _append(
    job: Import,
    group: CustomerGroup,
    rows: Sequence[Staged],
    joined: set[int],
    act: BulkAct,
    now: datetime,
) -> None:
    """Of lines that did not all join, as expected: move ends, and note what became of each."""
    rest = [row for row in rows if row.customer_id not in joined]
    with_until = [row for row in rest if row.until is not None]
    changed: set[int] = set()
    if with_until:
        ends = Rows(
            [row.customer_id for row in with_until],
            [row.until for row in with_until],
            [row.reason or None for row in with_until],
        )
        changed = set(change_each(group, ends, act=act, now=now))
    surprising = [row for row in rest if row.customer_id not in changed]
    members = _members(group, surprising, now=now)
    _note(job, ImportOutcome.JOIN, (row for row in rows if row.customer_id in joined))
    _note(job, ImportOutcome.CHANGE, (row for row in rest if row.customer_id in changed))
    _note(job, ImportOutcome.ALREADY, (row for row in surprising if row.customer_id in members))
    missing = [row for row in surprising if row.customer_id not in members]
    late = [row for row in missing if row.until is not None and row.until <= now]
    _note(job, ImportOutcome.INVALID, late, code="until_is_over")
    rest = [row for row in missing if row not in late]
    there = _customers(rest)
    full = (row for row in rest if row.customer_id in there)
    _note(job, ImportOutcome.FULL, full, code="group_full")
    gone = (row for row in rest if row.customer_id not in there)
    _note(job, ImportOutcome.UNKNOWN, gone, code="unknown_customer")


def _remove(
    job: Import, group: CustomerGroup, rows: Sequence[Staged], act: BulkAct, now: datetime
) -> None:
    ids = [row.customer_id for row in rows]
    left = set(leave_each(group, ids, act=act, now=now))
    _note(job, ImportOutcome.LEAVE, (row for row in rows if row.customer_id in left))
    _note(job, ImportOutcome.ABSENT, (row for row in rows if row.customer_id not in left))


def _members(group: CustomerGroup, rows: Iterable[Staged], *, now: datetime) -> set[int]:
    ids = [row.customer_id for row in rows]
    if not ids:
        return set()
    memberships = Membership.objects.active(now).filter(group=group, customer_id__in=ids)
    return set(memberships.values_list("customer_id", flat=True))


def _customers(rows: Sequence[Staged]) -> set[int]:
    """Of the customers of these lines those whom the shop still has."""
    ids = [row.customer_id for row in rows]
    if not ids:
        return set()
    found = get_user_model()._default_manager.filter(pk__in=ids)
    return set(found.values_list("pk", flat=True))


def _note(job: Import, outcome: ImportOutcome, rows: Iterable[Staged], *, code: str = "") -> None:
    """Write down what happened where the dry run had expected something else: few lines."""
    ids = [row.customer_id for row in rows if row.outcome != outcome]
    if ids:
        staged = ImportRow.objects.filter(job=job, customer_id__in=ids)
        staged.exclude(outcome=ImportOutcome.DUPLICATE).update(outcome=outcome, code=code)
