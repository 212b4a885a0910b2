"""Making the file of an export: a chunk of customers a transaction, killed and resumed anywhere.

The rows of a chunk and the position after it are written together, so a customer is written once.
CSV parts are the file; of XLSX the rows are kept, and the workbook is built of them at the end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from .. import conf
from ..errors import CustomerGroupsError, Refused
from ..models import PART_BYTES, Export, ExportFormat
from ..sentences import Sentence
from . import delimited, exports, queries, report, workbook
from .columns import Column, column

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is: customers written, of how many."""

    done: int
    total: int


def run(
    export_id: int, *, on_progress: Callable[[Progress], None] = lambda progress: None
) -> Export | None:
    """Make the file, or go on with it; the export as it is then, None when there is none.

    May be called at any time, by many at once: one works, the others return. `on_progress` is
    called after each commit. What goes wrong is logged, and ends the export as failed; when the
    database is away its error is raised, and the sweep starts the export again.
    Not within a transaction.
    """
    lease = exports.claim(export_id)
    if lease is not None:
        try:
            _make(lease, on_progress)
        except exports.LeaseLost:
            pass  # cancelled, or taken over by another
        except CustomerGroupsError as refusal:
            exports.fail(lease, refusal.message)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("Export %s failed.", export_id)
            kind = type(error).__name__
            exports.fail(lease, Sentence("{error}: the log tells more.", error=kind))
    return Export.objects.filter(pk=export_id).first()


def _make(lease: UUID, on_progress: Callable[[Progress], None]) -> None:
    export = exports.renew(lease)
    if export.group_id is not None and export.parts == 0:
        exports.renew(lease, total=report.size(export.group_id, at=export.created_at))
    columns = [column(code) for code in export.columns]
    limit: int = conf.get("EXPORT_CHUNK")
    written = limit
    while written == limit:
        written, progress = _write_chunk(lease, columns, limit)
        on_progress(progress)
    if export.format == ExportFormat.XLSX:
        _build_workbook(lease, [column.label for column in columns])
    else:
        with transaction.atomic(durable=True):
            exports.complete(exports.held(lease))


def _write_chunk(lease: UUID, columns: list[Column], limit: int) -> tuple[int, Progress]:
    """Write the next customers; how many they were, and how far it is."""
    with transaction.atomic(durable=True):
        export = exports.held(lease)
        if export.group_id is None:
            raise Refused(Sentence("The group was deleted meanwhile."), code="group_deleted")
        after, at = export.last_customer_id, export.created_at
        chunk = report.chunk(export.group_id, columns, after=after, limit=limit, at=at)
        written = len(chunk.rows)
        if written or export.parts == 0:
            data = _bytes(export, columns, chunk)
            exports.append(export, data, customers=written, last=chunk.last or after)
    done = export.done + written
    return written, Progress(done=done, total=max(done, export.total))


def _bytes(export: Export, columns: list[Column], chunk: report.Chunk) -> bytes:
    if export.format == ExportFormat.XLSX:
        return workbook.lines(chunk.rows)
    begin = delimited.header([column.label for column in columns]) if export.parts == 0 else b""
    return begin + delimited.lines(chunk.rows)


def _build_workbook(lease: UUID, labels: list[str]) -> None:
    export = exports.renew(lease)
    kept = queries.parts(export.pk, count=export.parts)
    with (
        workbook.built(kept, labels, beat=partial(exports.renew, lease)) as file,
        transaction.atomic(durable=True),
    ):
        export = exports.held(lease)
        exports.replace_parts(export, iter(partial(file.read, PART_BYTES), b""))
        exports.complete(export)
