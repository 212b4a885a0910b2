"""The uploaded file: kept in the database in parts, so that every pod sees it and nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from .. import conf
from ..errors import InvalidInput
from ..groups import kinds
from ..models import CustomerGroup, Import, ImportMode, ImportPart
from ..sentences import Sentence
from . import jobs, sources, spreadsheet
from .columns import OptionsGiven, WrongOption, refuse_wrong_options

PART: Final = 1_000_000  # bytes
MEGABYTE: Final = 1_000_000
LONGEST_NAME: Final = 250
COPY: Final = "COPY {part} (job_id, number, data) FROM STDIN (FORMAT BINARY)"


def create_import(
    group: CustomerGroup,
    *,
    mode: str,
    name: str,
    data: bytes | Iterable[bytes],
    options: OptionsGiven | None = None,
    actor: str = "",
    apply: bool = False,
) -> Import:
    """Keep the file, to be checked and then applied (jobs.py starts both as tasks).

    `name` is the file's; CSV or XLSX is told by its bytes. `apply`: it is applied as soon as it is
    checked. While `data` is read, nothing else can
    be asked of the database. InvalidInput: another mode or option,
    an empty file, one larger than IMPORT_MEGABYTES, an old Excel file. InvalidInput and
    Refused as `kinds.require_by_hand`.
    """
    _refuse_arguments(mode, options or {})
    kinds.require_by_hand(group, jobs.action_of(mode), now=timezone.now())
    parts = _cut([data] if isinstance(data, bytes) else data)
    first = next(parts, b"")
    _refuse_format(first)
    with transaction.atomic():
        job = Import.objects.create(
            group=group,
            group_name=group.name,
            mode=mode,
            file_name=name.replace("\x00", "")[-LONGEST_NAME:],
            format="xlsx" if first.startswith(spreadsheet.MAGIC) else "csv",
            options={**(options or {}), **({jobs.AT_ONCE: True} if apply else {})},
            actor=actor[:100],
        )
        job.file_bytes, job.total = _keep(job, first, parts)
        job.save(update_fields=["file_bytes", "total"])
    return job


def check_again(import_id: int, *, options: OptionsGiven | None = None) -> Import:
    """Have a task check the file after commit; with `options` as these say, in place of those
    before. InvalidInput: an option that is none, or an import without a file. Refused when the
    import was applied.
    """
    if options is None:
        return jobs.request_check(import_id)
    if sources.is_source(jobs.find(import_id)):
        sentence = Sentence("This import has no file of which something could be said.")
        raise InvalidInput(sentence, field="options", code="no_file")
    _refuse_options(options)
    return jobs.request_check(import_id, options=dict(options))


def parts_of(job: Import) -> Iterator[bytes]:
    """The file from its beginning, one part in memory at a time."""
    number = 0
    rows = ImportPart.objects.filter(job=job)
    while data := rows.filter(number=number).values_list("data", flat=True).first():
        yield bytes(data)
        number += 1


def _keep(job: Import, first: bytes, others: Iterator[bytes]) -> tuple[int, int]:
    """Write the parts; the file's bytes, and about how many lines it has."""
    size = lines = 0
    most = conf.get("IMPORT_MEGABYTES") * MEGABYTE
    statement = COPY.format(part=connection.ops.quote_name(ImportPart._meta.db_table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "int4", "bytea"])
        for number, part in enumerate(chain([first], others)):
            size += len(part)
            lines += part.count(b"\n")
            if size > most:
                sentence = Sentence(
                    "The file is larger than {most} MB.", most=conf.get("IMPORT_MEGABYTES")
                )
                raise InvalidInput(sentence, field="data", code="file_too_large")
            copy.write_row((job.pk, number, part))
    return size, lines


def _cut(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of one size; none for an empty file."""
    waiting = bytearray()
    for chunk in chunks:
        view = memoryview(chunk)
        for start in range(0, len(view), PART):
            waiting += view[start : start + PART]
            while len(waiting) >= PART:
                yield bytes(waiting[:PART])
                del waiting[:PART]
    if waiting:
        yield bytes(waiting)


def _refuse_arguments(mode: str, options: OptionsGiven) -> None:
    if mode not in ImportMode.values:
        sentence = Sentence(
            "“{mode}” is not one of {values}.", mode=mode, values=", ".join(ImportMode.values)
        )
        raise InvalidInput(sentence, field="mode")
    _refuse_options(options)


def _refuse_options(options: OptionsGiven) -> None:
    try:
        refuse_wrong_options(options)
    except WrongOption as error:
        raise InvalidInput(error.message, field=error.option) from error


def _refuse_format(first: bytes) -> None:
    if not first:
        raise InvalidInput(Sentence("The file is empty."), field="data", code="empty_file")
    if first.startswith(spreadsheet.OLD_EXCEL):
        sentence = Sentence(
            "This is a file of an old Excel, or a locked one; save it as XLSX or CSV."
        )
        raise InvalidInput(sentence, field="data", code="old_excel")
