"""Exports of groups' reports: the only writer of `Export` and `ExportPart`.

Who works on an export has its lease; everything is written under the row's lock by the holder of
the lease, so that a worker that was taken for dead writes nothing any more. The work itself is in
running.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Func, IntegerField, Q, QuerySet, Sum
from django.utils import timezone

from .. import background, conf, events
from ..errors import CustomerGroupsError, InvalidInput, Refused
from ..models import (
    PART_BYTES,
    CustomerGroup,
    Export,
    ExportFormat,
    ExportPart,
    ExportStatus,
    GroupKind,
    MembershipEvent,
)
from ..sentences import Sentence
from ..webhooks import outbox
from . import report
from .columns import chosen

LEASE: Final = timedelta(minutes=5)  # longer than a chunk, and than putting a workbook together
ATTEMPTS: Final = 5  # without getting on
AT_ONCE: Final = 100  # exports that one sweep takes


class LeaseLost(CustomerGroupsError):
    """The export was cancelled, or another worker has it."""


def create_export(
    group: CustomerGroup,
    *,
    columns: Sequence[str],
    format: str,
    actor: str = "",
    background: bool = True,
) -> Export:
    """Ask for a report of the group's members of this moment; a task makes it after commit.

    `columns` are codes of `columns.COLUMNS`, `format` is csv or xlsx; without `background` the
    caller runs it (`running.run`). InvalidInput: a column or format that is none, a guest group,
    a group that is gone, an actor of more than 100 characters.
    """
    if format not in ExportFormat.values:
        known = ", ".join(ExportFormat.values)
        sentence = Sentence(
            "“{format}” is not a format; choose one of {known}.", format=format, known=known
        )
        raise InvalidInput(sentence, field="format", code="invalid_choice")
    if len(actor) > 100:
        raise InvalidInput(Sentence("The actor must have at most 100 characters."), field="actor")
    codes = chosen(columns, report.currencies())
    with transaction.atomic():
        current = _group(group)
        export = Export.objects.create(
            group=current,
            group_name=current.name,
            columns=codes,
            format=format,
            actor=actor,
            leased_until=timezone.now() + LEASE,
        )
        if background:
            transaction.on_commit(partial(start, export.pk))
    return export


def start(export_id: int) -> None:
    """Start the task that makes the file."""
    background.start(conf.EXPORT_TASK, export_id)


def claim(export_id: int, *, now: datetime | None = None) -> UUID | None:
    """The lease of an export that nobody works on; None when there is nothing to do.

    One that was begun five times without getting on has failed.
    """
    now = now or timezone.now()
    free = Export.objects.filter(
        Q(status=ExportStatus.QUEUED) | Q(status=ExportStatus.RUNNING, leased_until__lte=now),
        pk=export_id,
    )
    lease = uuid4()
    if free.filter(attempts__lt=ATTEMPTS).update(
        status=ExportStatus.RUNNING,
        lease=lease,
        leased_until=now + LEASE,
        attempts=F("attempts") + 1,
    ):
        return lease
    worn_out = free.filter(attempts__gte=ATTEMPTS)  # not: busy a moment ago, and free by now
    error = Sentence("It was begun {times} times without getting on.", times=ATTEMPTS)
    _end(worn_out, ExportStatus.FAILED, error)
    return None


def renew(lease: UUID, **changes: int) -> Export:
    """Keep the lease; the export as it is. LeaseLost: it was cancelled or taken over."""
    _of(lease).update(leased_until=timezone.now() + LEASE, **changes)
    return _not_lost(_of(lease))


def held(lease: UUID) -> Export:
    """The export of the lease, its row locked until the transaction ends. LeaseLost as `renew`."""
    return _not_lost(_of(lease).select_for_update())


def append(export: Export, data: bytes, *, customers: int, last: int) -> None:
    """Add what was made of the next customers, up to the one of id `last`. Within `held`."""
    parts = _write_parts(export, _pieces(data), first=export.parts)
    done = export.done + customers
    Export.objects.filter(pk=export.pk).update(
        parts=parts,
        done=done,
        total=max(export.total, done),
        last_customer_id=last,
        leased_until=timezone.now() + LEASE,
        attempts=0,
    )


def replace_parts(export: Export, pieces: Iterable[bytes]) -> None:
    """Put the file in place of the rows it was built of; `pieces` ≤ PART_BYTES. Within `held`."""
    _parts([export.pk]).delete()
    export.parts = _write_parts(export, pieces, first=0)


def complete(export: Export) -> None:
    """The parts are the file. Within `held`."""
    now = timezone.now()
    length = Func(F("data"), function="octet_length", output_field=IntegerField())
    size = _parts([export.pk]).aggregate(size=Sum(length))["size"] or 0
    Export.objects.filter(pk=export.pk).update(
        status=ExportStatus.DONE,
        parts=export.parts,
        size=size,
        lease=None,
        finished_at=now,
        expires_at=now + timedelta(days=conf.get("EXPORT_DAYS")),
    )
    told = events.ExportFinished(
        group="" if export.group_id is None else events.group_id(export.group_id),
        export=events.global_id("CustomerGroupExport", export.pk),
        format=export.format,
        customer_count=export.done,
        actor=events.actor_id(export.actor),
    )
    outbox.record([told])


def fail(lease: UUID, error: str) -> None:
    """The export ends here, for this reason; no file."""
    _end(_of(lease), ExportStatus.FAILED, error)


def cancel(export_id: int) -> Export:
    """End an export that is not finished; who works on it stops at its next chunk.

    Refused when it has ended already; InvalidInput when there is none.
    """
    unfinished = Export.objects.filter(
        pk=export_id, status__in=[ExportStatus.QUEUED, ExportStatus.RUNNING]
    )
    cancelled = _end(unfinished, ExportStatus.CANCELLED)
    export = Export.objects.filter(pk=export_id).first()
    if export is None:
        raise InvalidInput(
            Sentence("There is no export {export}.", export=export_id),
            field="export",
            code="not_found",
        )
    if not cancelled:
        sentence = Sentence(
            "The export of {group} has ended already: it is {status}.",
            group=export.group_name,
            status=export.status,
        )
        raise Refused(sentence, code="ended")
    return export


def take_over(now: datetime) -> int:
    """Start again what nobody works on: lost tasks, killed workers. For the sweep; how many."""
    left = Export.objects.filter(
        status__in=[ExportStatus.QUEUED, ExportStatus.RUNNING], leased_until__lte=now
    )
    started = 0
    for export_id in list(left.order_by("leased_until").values_list("pk", flat=True)[:AT_ONCE]):
        # announced for as long as a lease lasts: a full queue does not get it every minute
        if left.filter(pk=export_id).update(
            status=ExportStatus.QUEUED, lease=None, leased_until=now + LEASE
        ):
            start(export_id)
            started += 1
    return started


def purge(now: datetime) -> int:
    """Remove the files that have expired; the rows stay. For the sweep; how many."""
    expired = Export.objects.filter(size__gt=0, expires_at__lte=now).order_by("expires_at")
    return _remove_files(list(expired.values_list("pk", flat=True)[:AT_ONCE]))


def forget(customer_ids: Collection[int]) -> int:
    """Remove the files that may tell of these customers; how many. For who erases customers.

    Those are all files of the groups that they were ever in, and of groups that are gone. An
    export that is being made, and is past one of them, begins again. Once they are gone, or in the
    transaction that takes them away, and while the history still knows them.
    """
    events = MembershipEvent.objects.filter(customer_id__in=customer_ids)
    suspects = Export.objects.filter(
        Q(group_id__in=events.values("group_id")) | Q(group=None)
    ).order_by("pk")
    unfinished = suspects.filter(status__in=[ExportStatus.QUEUED, ExportStatus.RUNNING])
    _begin_again(unfinished, past=min(customer_ids, default=0))
    # After that: what ended meanwhile is a file now.
    files = suspects.filter(size__gt=0)
    return _remove_files(list(files.values_list("pk", flat=True)))


def _begin_again(exports: QuerySet[Export], *, past: int) -> None:
    """Those that have written the customer `past`; asked once their chunks have ended."""
    with transaction.atomic():
        locked = list(exports.select_for_update())
        ids = [export.pk for export in locked if export.last_customer_id >= past]
        _parts(ids).delete()
        Export.objects.filter(pk__in=ids).update(
            status=ExportStatus.QUEUED,
            lease=None,
            leased_until=timezone.now(),
            last_customer_id=0,
            parts=0,
            done=0,
        )


def _end(exports: QuerySet[Export], status: ExportStatus, error: str = "") -> int:
    """End the exports and throw away what was written of them; how many they were."""
    with transaction.atomic():
        ids = list(exports.order_by("pk").select_for_update().values_list("pk", flat=True))
        _parts(ids).delete()
        return Export.objects.filter(pk__in=ids).update(
            status=status, error=error[:500], parts=0, lease=None, finished_at=timezone.now()
        )


def _remove_files(export_ids: Sequence[int]) -> int:
    for export_id in export_ids:
        with transaction.atomic():
            Export.objects.filter(pk=export_id).update(size=0, parts=0)
            _parts([export_id]).delete()
    return len(export_ids)


def _write_parts(export: Export, pieces: Iterable[bytes], *, first: int) -> int:
    """Write the pieces one by one, so that only one is in memory; the next part's number."""
    number = first
    for piece in pieces:
        ExportPart.objects.create(export=export, number=number, data=piece)
        number += 1
    return number


def _pieces(data: bytes) -> Iterable[bytes]:
    return (data[start : start + PART_BYTES] for start in range(0, len(data), PART_BYTES))


def _of(lease: UUID) -> QuerySet[Export]:
    return Export.objects.filter(lease=lease, status=ExportStatus.RUNNING)


def _not_lost(exports: QuerySet[Export]) -> Export:
    export = exports.first()
    if export is None:
        raise LeaseLost("The export was cancelled, or another worker has it.")
    return export


def _parts(export_ids: Sequence[int]) -> QuerySet[ExportPart]:
    return ExportPart.objects.filter(export_id__in=export_ids)


def _group(group: CustomerGroup) -> CustomerGroup:
    """The group as it is now, and stays until the transaction ends. InvalidInput: none, guests."""
    current = CustomerGroup.objects.select_for_update(no_key=True).filter(pk=group.pk).first()
    if current is None:
        sentence = Sentence("There is no group {group} any more.", group=group.name)
        raise InvalidInput(sentence, field="group", code="not_found")
    if current.kind == GroupKind.GUEST:
        sentence = Sentence(
            "{group} is the guest group and has no members to report.", group=current.name
        )
        raise InvalidInput(sentence, field="group", code="guest_group")
    return current
