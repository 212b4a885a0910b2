"""The dry run: every line of the file is read, resolved and staged, and nothing else happens.

What has no file is staged by selecting.py, the parts of a split by cutting.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain, islice
from time import monotonic
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ..errors import Refused
from ..models import (
    Import,
    ImportMode,
    ImportRow,
    ImportStatus,
    Membership,
)
from ..sentences import Sentence
from . import cutting, jobs, problems, reading, selecting, sources, spreadsheet
from .columns import Layout, layout_of
from .files import parts_of
from .heeding import heeded
from .lines import Line, interpret
from .problems import UnreadableFile
from .reading import Record
from .resolving import lookup

# Lines of one transaction. All customers are read to find those of a chunk: few chunks are better.
CHUNK: Final = 1_000_000
LONGEST: Final = 20.0  # seconds after which a chunk ends as it is: phones take longer
COPIED: Final = 20_000  # lines in memory; after these it heeds who asked it to stop
TEMPORARY: Final = "customer_groups_given"

MAKE: Final = f"""
CREATE TEMPORARY TABLE {TEMPORARY}
       (line integer, name text, value text, until timestamptz, reason text, "column" text,
        code text)
    ON COMMIT DROP
"""
COPY: Final = f"COPY {TEMPORARY} FROM STDIN"
# A million lines are joined with a million customers and sorted, mostly in memory.
SORTING: Final = "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"
STAGE: Final = """
INSERT INTO {row} (job_id, customer_id, line, outcome, until, reason, value, "column", code, detail)
SELECT %(job)s,
       CASE WHEN found.code = '' AND found.customers = 1 AND found.customer_id IS NOT NULL
            THEN found.customer_id ELSE 0 END,
       found.line,
       CASE WHEN found.code <> '' THEN 'invalid'
            WHEN found.customers > 1 THEN 'ambiguous'
            WHEN found.customer_id IS NULL THEN 'unknown'
            WHEN %(remove)s THEN CASE WHEN member.id IS NULL THEN 'absent' ELSE 'leave' END
            WHEN member.id IS NULL THEN 'join'
            WHEN found.until IS NOT NULL AND found.until IS DISTINCT FROM member.until
            THEN 'change'
            ELSE 'already' END,
       found.until, found.reason, coalesce(found.value, found.name),
       CASE WHEN found.code <> '' THEN found."column"
            WHEN found.customers = 1 AND found.customer_id IS NOT NULL THEN ''
            ELSE %(column)s END,
       CASE WHEN found.code <> '' THEN found.code
            WHEN found.customers > 1 THEN 'several_customers'
            WHEN found.customer_id IS NULL THEN 'unknown_customer'
            ELSE '' END,
       CASE WHEN found.customers > 1 THEN found.customers END
  FROM ({lookup} OFFSET 0) AS found  -- else it is looked up wherever it is named above
  LEFT JOIN {membership} AS member
         ON member.customer_id = found.customer_id AND member.group_id = %(group)s
        AND (member.until IS NULL OR member.until > %(now)s)
 ORDER BY found.customer_id  -- applying reads them in this order
"""
DUPLICATES: Final = """
UPDATE {row} AS staged
   SET outcome = 'duplicate', code = 'duplicate', "column" = %(column)s, detail = first.line
  FROM (SELECT customer_id, min(line) AS line FROM {row}
         WHERE job_id = %(job)s AND customer_id > 0
         GROUP BY customer_id HAVING count(*) > 1) AS first
 WHERE staged.job_id = %(job)s AND staged.customer_id = first.customer_id
   AND staged.line > first.line
"""
# Members whom no line names. One whom only a bad line would have named leaves as well.
LEAVING: Final = """
INSERT INTO {row} (job_id, customer_id, line, outcome, reason, value, "column", code)
SELECT %(job)s, member.customer_id, 0, 'leave', '', '', '', ''
  FROM {membership} AS member
 WHERE member.group_id = %(group)s
   AND (member.until IS NULL OR member.until > %(now)s)
   AND NOT EXISTS (SELECT 1 FROM {row} AS staged
                    WHERE staged.job_id = %(job)s AND staged.customer_id = member.customer_id)
 ORDER BY member.customer_id
"""
COUNTS: Final = """
SELECT CASE WHEN line = 0 THEN 'leaving' ELSE outcome END AS what, count(*)
  FROM {row} WHERE job_id = %(job)s GROUP BY what
"""


def check(import_id: int, *, now: datetime | None = None) -> Import:
    """Read, resolve and stage the whole file: what an `apply` would do, and what is wrong.

    May be killed and run again, then from the beginning. A file that cannot be read as a whole
    fails the import, with a sentence. Refused: it was applied. One that is to be applied at once
    is handed on to the task that does it; killed before, the check comes again.
    """
    job = jobs.claim(import_id, ImportStatus.CHECKING)
    if job is not None:
        with jobs.run(job):
            _check(job, now or timezone.now())
    checked = jobs.find(import_id)
    if checked.status == ImportStatus.CHECKED and checked.options.get(jobs.AT_ONCE):
        return jobs.request_apply(import_id)
    return checked


def _check(job: Import, now: datetime) -> None:
    jobs.group_of(job, jobs.action_of(job.mode), now=now)
    if cutting.is_part(job):
        cutting.stage(job, now=now)
        _finish(job, "", now=now)
        return
    with jobs.chunk(job) as current:  # from the beginning, whatever an earlier run staged
        ImportRow.objects.filter(job=job).delete()
        current.checked_at, current.counts = None, {}
        current.done = current.position = current.leaving_position = 0
    if sources.is_source(job):
        selecting.stage(job, now=now)
        _finish(job, "", now=now)
    else:
        _finish(job, _stage_readable(job, now), now=now)


def _stage_readable(job: Import, now: datetime) -> str:
    """Stage the file; the name of the column that names the customers. Refused: unreadable."""
    try:
        return _stage_file(job, now)
    except UnreadableFile as error:
        raise Refused(error.message, code=error.code) from error
    except UnicodeError as error:
        sentence = Sentence("The file cannot be read in this encoding; name another one.")
        raise Refused(sentence, code="not_in_encoding") from error


def _stage_file(job: Import, now: datetime) -> str:
    records, found = records_of(job)
    first = next(records, None)
    if first is None:
        raise UnreadableFile(Sentence("The file has no lines."), code="empty_file")
    if first.problem:
        sentence = Sentence(
            "The first line cannot be read. {problem}", problem=problems.sentence(first.problem)
        )
        raise UnreadableFile(sentence, code=first.problem)
    layout = layout_of(first.cells, job.options)
    if not layout.has_header:
        records = chain([first], records)
    job.layout = found | layout.as_json()
    zone = timezone.get_current_timezone()
    lines = interpret(records, layout, now=now, zone=zone, region=job.options.get("region"))
    while _stage(job, layout, lines, now=now):
        pass
    return _column(layout)


def _column(layout: Layout) -> str:
    return layout.header[layout.positions[layout.key]]


def records_of(
    job: Import, *, read: Callable[[Import], Iterable[bytes]] = parts_of
) -> tuple[Iterator[Record], dict[str, Any]]:
    """The file's records, and what was found out about how it is written. UnreadableFile.

    `read` may give less of a CSV file than all.
    """
    parts: Callable[[], Iterable[bytes]] = partial(read, job)
    if next(iter(parts()), None) is None:
        raise UnreadableFile(
            Sentence("The file is no longer kept; upload it again."), code="file_is_gone"
        )
    if job.format == "xlsx":
        spreadsheet.refuse_large(job.file_bytes)
        return spreadsheet.read_xlsx(b"".join(parts())), {}
    options = job.options
    dialect = reading.detect(
        parts, encoding=options.get("encoding"), delimiter=options.get("delimiter")
    )
    found = {"encoding": dialect.encoding, "delimiter": dialect.delimiter}
    return reading.read_csv(parts, dialect), found


def _stage(job: Import, layout: Layout, lines: Iterator[Line], *, now: datetime) -> bool:
    """Stage a chunk of lines; whether there were any."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MAKE)
        count = _copy(job, cursor, lines)
        if count:
            _resolve(job, layout, cursor, now=now)
            with jobs.chunk(job) as current:  # locked no sooner than now
                current.layout = job.layout
                current.done += count
                current.total = max(current.total, current.done)
        cursor.execute(f"DROP TABLE {TEMPORARY}")  # the outer transaction of a test goes on
    return count > 0


def _copy(job: Import, cursor: Any, lines: Iterator[Line]) -> int:
    """Copy the lines of a chunk into the temporary table; how many. LostRun, Cancelled."""
    count, end = 0, monotonic() + LONGEST
    while count < CHUNK and (count == 0 or monotonic() < end):
        # Read before the COPY begins: the file's parts come over the same connection.
        texts = [_copied(line) for line in islice(lines, min(COPIED, CHUNK - count))]
        if not texts:
            break
        with cursor.copy(COPY) as copy:
            copy.write("".join(texts))
        count += len(texts)
        jobs.heed(job)
    return count


def _resolve(job: Import, layout: Layout, cursor: Any, *, now: datetime) -> None:
    """Stage the copied lines, each with whom it means. LostRun, Cancelled."""
    parameters = {
        "job": job.pk,
        "group": job.group_id,
        "remove": job.mode == ImportMode.REMOVE,
        "now": now,
        "column": _column(layout),
    }
    cursor.execute(SORTING)
    cursor.execute(f"ANALYZE {TEMPORARY} (name)")
    statement = _prepared(STAGE, lookup=lookup(layout.key, TEMPORARY))
    try:
        with heeded(job):
            cursor.execute(statement, parameters)
    except IntegrityError as error:  # who took the run over has staged these lines already
        raise jobs.LostRun from error


def _finish(job: Import, column: str, *, now: datetime) -> None:
    """`column` names the customers; a source has none, and each customer once."""
    with jobs.chunk(job) as current, connection.cursor() as cursor:
        parameters = {"job": job.pk, "group": job.group_id, "now": now, "column": column}
        if column:
            cursor.execute(_prepared(DUPLICATES), parameters)
        if job.mode == ImportMode.REPLACE:
            cursor.execute(_prepared(LEAVING), parameters)
        current.counts = counts(job)
        if not column:
            lines = (count for what, count in current.counts.items() if what != "leaving")
            current.done = sum(lines)
        current.total = current.done
        current.checked_at = now
        jobs.finish(current, ImportStatus.CHECKED)
    with connection.cursor() as cursor:  # so that the next step's plans know the rows
        cursor.execute(_prepared("ANALYZE {row} (job_id, customer_id, line, outcome, until)"))


def counts(job: Import) -> dict[str, int]:
    """How many lines have which outcome, and how many members leave for not being in the file."""
    with connection.cursor() as cursor:
        cursor.execute(_prepared(COUNTS), {"job": job.pk})
        return dict(cursor.fetchall())


def _prepared(statement: str, **fragments: str) -> str:
    """The statement with the tables' names and our own constants in it."""
    tables = {"row": ImportRow._meta.db_table, "membership": Membership._meta.db_table}
    quoted = {name: connection.ops.quote_name(table) for name, table in tables.items()}
    return statement.format(**quoted, **fragments)


ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copied(line: Line) -> str:
    """The line in the text format of COPY; a value that is the name itself is left out."""
    number, name, value, until, reason, column, code = line
    given = "\\N" if value == name else _escaped(value)
    if not (until or reason or code):
        return f"{number}\t{_escaped(name)}\t{given}\t\\N\t\t\t\n"  # nearly all lines
    end = until.isoformat() if until else "\\N"
    return (
        f"{number}\t{_escaped(name)}\t{given}\t{end}"
        f"\t{_escaped(reason)}\t{_escaped(column)}\t{code}\n"
    )


def _escaped(text: str) -> str:
    return text if text.isprintable() and "\\" not in text else text.translate(ESCAPES)
