"""The life of an import: who runs which step of it, how far it is, how it stops and goes on.

A step (check, apply, undo) is one runner's at a time, by a lease that each chunk prolongs. What a
killed runner left is taken over when the lease is out; a runner that wakes up later finds that
its run is no longer the import's, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.utils import timezone

from .. import background, conf, events
from ..errors import CustomerGroupsError, InvalidInput, Refused
from ..groups import kinds
from ..models import (
    CustomerGroup,
    Import,
    ImportMode,
    ImportPart,
    ImportRow,
    ImportStatus,
    MembershipAction,
)
from ..sentences import Sentence
from . import sources

LEASE: Final = timedelta(seconds=90)  # longer than a chunk takes
# For this transaction: joins and sorts of a chunk stay in memory; compiling the plan of one chunk
# takes longer than it saves.
TUNING: Final = "SET LOCAL work_mem = '32MB'; SET LOCAL jit = off"
# Of an import's options, beside those of columns.OptionsGiven.
AT_ONCE: Final = "apply_at_once"
DELETE_GROUP: Final = "delete_group"
MOST_RUNS: Final = 20  # then something is wrong with the import itself
# Nothing more is read from the file or the lines of such an import.
FINISHED: Final = (
    ImportStatus.APPLIED,
    ImportStatus.UNDONE,
    ImportStatus.FAILED,
    ImportStatus.CANCELLED,
)
PURGED: Final = 20_000  # lines deleted by one statement
PURGE: Final = """
DELETE FROM {row} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {row} WHERE job_id = %s LIMIT %s))
"""

TASKS: Final = {
    ImportStatus.CHECKING: conf.CHECK_IMPORT_TASK,
    ImportStatus.APPLYING: conf.APPLY_IMPORT_TASK,
    ImportStatus.UNDOING: conf.UNDO_IMPORT_TASK,
}
NOT_APPLIED: Final = Q(apply_began_at=None)
# From which states a step may begin; one that is done already is no error and does nothing.
MAY_BEGIN: Final = {
    ImportStatus.CHECKING: NOT_APPLIED
    & Q(status__in=["uploaded", "checked", "cancelled", "failed"]),
    ImportStatus.APPLYING: Q(checked_at__isnull=False, undo_position=0)
    & Q(status__in=["checked", "cancelled", "failed"]),
    ImportStatus.UNDOING: ~NOT_APPLIED & Q(status__in=["applied", "cancelled", "failed"]),
}
# Whether the step was begun before, stopped, and goes on from there. A dry run never does.
GOES_ON: Final = {
    ImportStatus.APPLYING: ~NOT_APPLIED,
    ImportStatus.UNDOING: ~Q(undo_position=0),
}
WHY_NOT: Final = {
    ImportStatus.CHECKING: Sentence(
        "An import that was applied cannot be checked again; upload the file."
    ),
    ImportStatus.APPLYING: Sentence(
        "Only an import that was checked, and not undone, can be applied."
    ),
    ImportStatus.UNDOING: Sentence("Only an import that was applied can be undone."),
}
DONE: Final = {
    ImportStatus.APPLYING: ImportStatus.APPLIED,
    ImportStatus.UNDOING: ImportStatus.UNDONE,
}


class LostRun(Exception):
    """Another runner has taken the import over."""


class Cancelled(Exception):
    """Somebody asked for the import to stop."""


def find(import_id: int) -> Import:
    """The import with its group. InvalidInput when there is none."""
    job = Import.objects.select_related("group").filter(pk=import_id).first()
    if job is None:
        sentence = Sentence("There is no import {job}.", job=import_id)
        raise InvalidInput(sentence, field="import", code="not_found")
    return job


def action_of(mode: str) -> MembershipAction:
    """What an import of this mode does with whom its file names."""
    return MembershipAction.LEFT if mode == ImportMode.REMOVE else MembershipAction.JOINED


def group_of(job: Import, action: MembershipAction, *, now: datetime) -> CustomerGroup:
    """The import's group, which allows the act by hand. InvalidInput when it is gone; else, and
    Refused, as `kinds.require_by_hand`.
    """
    if job.group is None:
        sentence = Sentence("There is no group {group} any more.", group=job.group_name)
        raise InvalidInput(sentence, field="group", code="not_found")
    kinds.require_by_hand(job.group, action, now=now)
    return job.group


def request_check(import_id: int, **changes: Any) -> Import:
    """Have a task check it after commit, with these `changes`. Refused when it was applied."""
    return _request(import_id, ImportStatus.CHECKING, **changes)


def request_apply(import_id: int, *, all_or_nothing: bool = False) -> Import:
    """Have a task apply it after commit. Refused unless it was checked."""
    return _request(import_id, ImportStatus.APPLYING, all_or_nothing=all_or_nothing)


def request_undo(import_id: int) -> Import:
    """Have a task undo it after commit. Refused unless it was applied."""
    return _request(import_id, ImportStatus.UNDOING)


def cancel(import_id: int) -> Import:
    """Stop it: at once when nothing runs, else at the end of the chunk that runs; a dry run after
    the next `staging.COPIED` lines that it reads, and in the middle of staging them.

    What was applied stays, and can be undone; applying again goes on. Refused when there is
    nothing to stop.
    """
    job = Import.objects.filter(pk=import_id)
    waiting = job.filter(status__in=[ImportStatus.UPLOADED, ImportStatus.CHECKED])
    running = job.filter(status__in=[ImportStatus.CHECKING, ImportStatus.APPLYING])
    if not waiting.update(status=ImportStatus.CANCELLED) and not running.update(
        cancel_requested=True
    ):
        found = find(import_id)
        sentence = Sentence(
            "The import is {status}; nothing can be stopped.",
            status=found.get_status_display().lower(),
        )
        raise Refused(sentence, code="not_running")
    return find(import_id)


def claim(import_id: int, step: ImportStatus, **changes: Any) -> Import | None:
    """Begin the step, or go on with it where a killed runner stopped; None: another runs it, or
    it is done. `changes` are made when it begins. Refused when it cannot begin.
    """
    now = timezone.now()
    left = Q(status=step) & (Q(leased_until=None) | Q(leased_until__lte=now))
    job = Import.objects.filter(pk=import_id)
    lease = {"run": F("run") + 1, "leased_until": now + LEASE}
    if job.filter(left).update(**lease, attempts=F("attempts") + 1):
        return find(import_id)
    if job.filter(MAY_BEGIN[step]).update(**lease, **_beginning(step), **changes):
        return find(import_id)
    found = find(import_id)
    if found.status not in (step, DONE.get(step)):
        raise Refused(WHY_NOT[step], code="wrong_status")
    return None


@contextmanager
def chunk(job: Import, *, alone: bool = False) -> Iterator[Import]:
    """A transaction of the run, with the import as it is, locked; the lease is prolonged.

    What the block sets on it is saved. `alone`: nobody else writes about the group's members
    meanwhile. LostRun, Cancelled: nothing may be done.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(TUNING)
            # The group before the import, as who deletes the group locks them.
            table = connection.ops.quote_name(CustomerGroup._meta.db_table)
            strength = "UPDATE" if alone else "KEY SHARE"
            cursor.execute(f"SELECT FROM {table} WHERE id = %s FOR {strength}", [job.group_id])
        current = Import.objects.select_for_update(of=("self",)).get(pk=job.pk)
        _require_to_go_on(job, current)
        yield current
        current.attempts = 0
        current.leased_until = timezone.now() + LEASE if current.status in TASKS else None
        current.save()


def heed(job: Import) -> None:
    """For a chunk that takes long: LostRun, Cancelled as at the beginning of one."""
    _require_to_go_on(job, Import.objects.get(pk=job.pk))


def _require_to_go_on(job: Import, current: Import) -> None:
    if current.run != job.run:
        raise LostRun
    if current.cancel_requested and current.status != ImportStatus.UNDOING:
        raise Cancelled


@contextmanager
def run(job: Import) -> Iterator[None]:
    """The whole of a step: what ends it early is written down.

    What is refused fails the import, with its sentence. Anything else (the database went away,
    the worker is killed) leaves the lease to run out, and the sweep takes over.
    """
    try:
        yield
    except LostRun:
        return
    except Cancelled:
        _end(job, status=ImportStatus.CANCELLED)
    except CustomerGroupsError as error:
        code = getattr(error, "code", "refused")
        _end(job, status=ImportStatus.FAILED, error=error.message[:500], error_code=code)


def finish(current: Import, status: ImportStatus) -> None:
    """Within the last chunk: the step is done. `chunk` saves it."""
    current.status = status
    current.run += 1
    current.error = current.error_code = ""


def require_kept(job: Import) -> None:
    """Refused: its file, or what stands for it, was removed."""
    if sources.is_source(job):
        sources.source_of(job)
    elif not ImportPart.objects.filter(job=job).exists():
        sentence = Sentence("The file is no longer kept; upload it again.")
        raise Refused(sentence, code="file_is_gone")


def told_group(job: Import) -> str:
    """Its group, as events name it: "" when it is gone."""
    return "" if job.group_id is None else events.group_id(job.group_id)


def told_id(job: Import) -> str:
    """The import, as events name it."""
    return events.global_id("CustomerGroupImport", job.pk)


def emptied(import_id: int) -> Import | None:
    """The import, if it has emptied a group that is deleted now."""
    gone = Import.objects.filter(group=None, **{f"options__{DELETE_GROUP}": True})
    return gone.filter(pk=import_id).first()


def note_error(job: Import, sentence: str, *, code: str) -> None:
    """Say what went wrong after the import was done."""
    Import.objects.filter(pk=job.pk).update(error=sentence[:500], error_code=code)


def take_over(now: datetime) -> int:
    """Restart what killed runners left; how many imports. For the sweep."""
    steps = list(TASKS)
    left = Import.objects.filter(status__in=steps, leased_until__lte=now)
    hopeless = left.filter(attempts__gte=MOST_RUNS)
    hopeless.update(
        status=ImportStatus.FAILED,
        leased_until=None,
        error=Sentence(
            "The import was begun many times and never came to its end; see the worker's log."
        ),
        error_code="never_ends",
    )
    found = list(left.order_by("pk").values_list("pk", "status"))
    found += [(import_id, ImportStatus.APPLYING) for import_id in _to_delete_their_group()]
    for import_id, status in found:
        _start(ImportStatus(status), import_id)
    return len(found)


def _to_delete_their_group() -> list[int]:
    """Imports that have emptied a group, whose runner was killed before it deleted the group."""
    applied = Import.objects.filter(status=ImportStatus.APPLIED, error_code="")
    to_delete = applied.filter(group__isnull=False, **{f"options__{DELETE_GROUP}": True})
    return list(to_delete.order_by("pk").values_list("pk", flat=True))


def purge(now: datetime) -> int:
    """Forget the files and lines of imports older than IMPORT_DAYS; how many imports.

    They hold personal data. What an import did stays in the history, and can still be undone.
    """
    before = now - timedelta(days=conf.get("IMPORT_DAYS"))
    old = Import.objects.filter(created_at__lt=before).exclude(status__in=list(TASKS))
    parts = ImportPart.objects.filter(job_id=OuterRef("pk"))
    rows = ImportRow.objects.filter(job_id=OuterRef("pk"))
    kept = Exists(parts) | Exists(rows) | Q(options__has_key=sources.KEY)
    ids = list(old.filter(kept).values_list("pk", flat=True))
    for import_id in ids:
        _purge(import_id)
    return len(ids)


def forget(customer_ids: Collection[int]) -> int:
    """Remove the files of finished imports that name these customers, and what their lines say of
    them; how many imports. For who erases customers.

    An import that is not finished keeps them until it is: `forget_the_gone` comes back.
    """
    return _forget(ImportRow.objects.filter(customer_id__in=customer_ids))


def forget_the_gone() -> int:
    """The same for customers who are gone from the shop. For the nightly task."""
    customers = get_user_model()._default_manager.filter(pk=OuterRef("customer_id"))
    return _forget(ImportRow.objects.filter(~Exists(customers), customer_id__gt=0))


def _forget(rows: QuerySet[ImportRow]) -> int:
    finished = Import.objects.filter(
        Exists(rows.filter(job_id=OuterRef("pk"))), status__in=FINISHED
    )
    ids = list(finished.values_list("pk", flat=True))
    for import_id in ids:
        with transaction.atomic():
            if _drop_file(import_id):
                naming = rows.filter(job_id=import_id)
                naming.filter(line=0).delete()  # nothing else is in them
                naming.update(value="", reason="", customer_id=0)
    return len(ids)


def _drop_file(import_id: int) -> bool:
    """Remove the file, or what stands for it, unless a step runs; nobody begins one until the
    transaction ends.
    """
    found = Import.objects.select_for_update(of=("self",)).filter(pk=import_id)
    job = found.exclude(status__in=list(TASKS)).first()
    if job is None:
        return False
    options = {name: said for name, said in job.options.items() if name != sources.KEY}
    # The sentence and the columns may quote the file.
    Import.objects.filter(pk=import_id).update(layout={}, error="", options=options)
    ImportPart.objects.filter(job_id=import_id).delete()
    return True


def _purge(import_id: int) -> None:
    with transaction.atomic():
        if not _drop_file(import_id):
            return
    statement = PURGE.format(row=connection.ops.quote_name(ImportRow._meta.db_table))
    with connection.cursor() as cursor:
        deleted = PURGED
        while deleted:
            cursor.execute(statement, [import_id, PURGED])
            deleted = cursor.rowcount


def _request(import_id: int, step: ImportStatus, **changes: Any) -> Import:
    """Begin it with a lease that is out: whether or not the message comes through, it is done."""
    now = timezone.now()
    job: QuerySet[Import] = Import.objects.filter(MAY_BEGIN[step], pk=import_id)
    with transaction.atomic():
        begun = job.update(leased_until=now, **_beginning(step), **changes)
        found = find(import_id)
        if begun:
            transaction.on_commit(partial(_start, step, import_id))
        elif found.status not in (step, DONE.get(step)):
            raise Refused(WHY_NOT[step], code="wrong_status")
    return found


def _beginning(step: ImportStatus) -> dict[str, Any]:
    return {
        "status": step,
        "cancel_requested": False,
        "done": Case(When(GOES_ON[step], then=F("done")), default=0) if step in GOES_ON else 0,
        "attempts": 0,
        "error": "",
        "error_code": "",
    }


def _end(job: Import, **changes: Any) -> None:
    mine = Import.objects.filter(pk=job.pk, run=job.run)
    mine.update(run=F("run") + 1, leased_until=None, cancel_requested=False, **changes)


def _start(step: ImportStatus, import_id: int) -> None:
    background.start(TASKS[step], import_id)
