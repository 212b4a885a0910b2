"""The dry run of an import that has no file: whom its source names, staged in one statement."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import IntegrityError, connection, transaction

from ..models import Import, ImportMode, ImportRow, Membership
from . import jobs, sources
from .heeding import heeded

# A million customers are sorted, mostly in memory.
SORTING: Final = "SET LOCAL work_mem = '64MB'"
STAGE: Final = """
INSERT INTO {row} (job_id, customer_id, line, outcome, until, reason, value, "column", code, detail)
SELECT %s, found.id, row_number() OVER (ORDER BY found.id),
       CASE WHEN %s THEN CASE WHEN member.id IS NULL THEN 'absent' ELSE 'leave' END
            WHEN member.id IS NULL THEN 'join'
            WHEN found.until IS NOT NULL AND found.until IS DISTINCT FROM member.until
            THEN 'change'
            ELSE 'already' END,
       found.until, %s, found.id::text, '', '', NULL
  FROM (SELECT given.id, coalesce(given.until, %s::timestamptz) AS until
          FROM ({source}) AS given) AS found
  LEFT JOIN {membership} AS member
         ON member.customer_id = found.id AND member.group_id = %s
        AND (member.until IS NULL OR member.until > %s)
 ORDER BY found.id
"""


def stage(job: Import, *, now: datetime) -> None:
    """Write down a line for each customer, as of a file. LostRun, Cancelled.

    InvalidInput, Refused: whom it is for cannot be told any more.
    """
    found = sources.select(sources.source_of(job), now=now)
    tables = {"row": ImportRow._meta.db_table, "membership": Membership._meta.db_table}
    quoted = {name: connection.ops.quote_name(table) for name, table in tables.items()}
    remove = job.mode == ImportMode.REMOVE
    said = [job.options.get("reason", ""), job.options.get("until")]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SORTING)
        try:
            with heeded(job):
                cursor.execute(
                    STAGE.format(source=found.sql, **quoted),
                    [job.pk, remove, *said, *found.params, job.group_id, now],
                )
        except IntegrityError as error:  # who took the run over has staged these lines already
            raise jobs.LostRun from error
        with jobs.chunk(job):  # locked no sooner than now
            pass
