"""Splits by count of large groups: each part is filled by an import of its own.

Who is in which part is decided once, for all parts in one statement, by whichever import is checked
first. So the parts have nobody in common, also when members come and go meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from .. import conf
from ..errors import Refused
from ..models import CustomerGroup, Import, ImportMode, ImportRow
from ..segments import splits
from ..segments.fields.groups import HASH
from ..segments.splits import Part
from ..sentences import Sentence
from . import jobs, sources

AT_ONCE: Final = 10_000  # customers of a group that is cut while somebody waits
PART: Final = "part_of"  # in a source: the group that is cut
REASON: Final = 500  # characters
STAGE: Final = """
INSERT INTO {row} (job_id, customer_id, line, outcome, reason, value, "column", code)
SELECT part.job, placed.id, row_number() OVER (PARTITION BY part.job ORDER BY placed.id),
       'join', %s, placed.id::text, '', ''
  FROM (SELECT id, row_number() OVER (ORDER BY chance, id) AS place
          FROM (SELECT customer.id, {chance} AS chance FROM ({found}) AS customer) AS hashed
         ORDER BY chance, id LIMIT %s) AS placed
  JOIN unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS part (job, first, last)
    ON placed.place BETWEEN part.first AND part.last
 ORDER BY part.job, placed.id
"""


@dataclass(frozen=True, slots=True)
class Cut:
    """As `splits.Split`; `imports` fill the groups, and there are none where that is done."""

    salt: str
    groups: tuple[CustomerGroup, ...]
    imports: tuple[Import, ...] = ()


def cut(
    group: CustomerGroup, parts: Sequence[Part], *, salt: str | None = None, actor: str = ""
) -> Cut:
    """As `splits.split`; by count, the parts of a group of more than AT_ONCE customers are filled
    by tasks after the commit.
    """
    salt = splits.checked(parts, salt)
    counts = [part.count or 0 for part in parts]
    now = timezone.now()
    if parts[0].percent is None:
        members = splits.of_group(group, now=now)
        found = sources.count_found(members, most=max(sum(counts), AT_ONCE + 1))
        if found > AT_ONCE:
            splits.refuse_too_few(group, found, sum(counts))
            return _cut(group, parts, salt, actor=actor, now=now)
    done = splits.split(group, parts, salt=salt, actor=actor)
    return Cut(done.salt, done.groups)


def is_part(job: Import) -> bool:
    """Whether the import fills a part of a split."""
    return PART in job.options.get(sources.KEY, {})


def stage(job: Import, *, now: datetime) -> None:
    """Write down who is in which part, of all parts, unless another of their imports has.

    Refused: there are too few customers now ("too_few"), or it cannot be told any more. LostRun,
    Cancelled.
    """
    with transaction.atomic():
        ids = sources.source_of(job)["imports"]
        # All in the order of their keys: two that are checked at a time never wait for each other.
        rows = Import.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
        parts = {row.pk: row for row in rows}
        jobs.heed(job)
        source = sources.source_of(parts[job.pk])
        if not source["staged"]:
            _stage(source, now)
            for row in parts.values():
                _note_staged(row)


def _cut(
    group: CustomerGroup, parts: Sequence[Part], salt: str, *, actor: str, now: datetime
) -> Cut:
    with transaction.atomic():
        current = splits.held(group, now=now)
        _refuse_full(parts)
        made = [splits.make(part, current, actor=actor) for part in parts]
        rows = [_import(one, current, actor=actor) for one in made]
        ids = [row.pk for row in rows]
        source = {
            PART: current.pk,
            "name": current.name,
            "salt": salt,
            "imports": ids,
            "counts": [part.count for part in parts],
            "staged": False,
        }
        for row in rows:
            row.options[sources.KEY] = source
            row.save(update_fields=["options"])
            jobs.request_check(row.pk)
    return Cut(salt, tuple(made), tuple(map(jobs.find, ids)))


def _import(part: CustomerGroup, group: CustomerGroup, *, actor: str) -> Import:
    return Import.objects.create(
        group=part,
        group_name=part.name,
        mode=ImportMode.APPEND,
        file_name=group.name,
        format=sources.FORMAT,
        options={jobs.AT_ONCE: True},
        actor=actor[:100],
    )


def _refuse_full(parts: Sequence[Part]) -> None:
    limit = conf.get("MEMBER_LIMIT")
    for part in parts:
        if limit is not None and (part.count or 0) > limit:
            sentence = Sentence("{part} would exceed the limit of members.", part=part.name)
            raise Refused(sentence, code="full")


def _stage(source: dict[str, Any], now: datetime) -> None:
    group = CustomerGroup.objects.filter(pk=source[PART]).first()
    if group is None:
        sentence = Sentence("The group {group} was deleted meanwhile.", group=source["name"])
        raise Refused(sentence, code="group_deleted")
    found, counts = splits.of_group(group, now=now), source["counts"]
    lasts = list(accumulate(counts))
    firsts = [last - count + 1 for last, count in zip(lasts, counts, strict=True)]
    row = connection.ops.quote_name(ImportRow._meta.db_table)
    sql = STAGE.format(row=row, chance=HASH, found=found.sql)
    reason = Sentence("Cut from {group}", group=group.name)[:REASON]
    named = [source["imports"], firsts, lasts]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(sql, [reason, source["salt"], *found.params, lasts[-1], *named])
        splits.refuse_too_few(group, cursor.rowcount, lasts[-1])


def _note_staged(row: Import) -> None:
    if sources.KEY in row.options:
        row.options[sources.KEY]["staged"] = True
        row.save(update_fields=["options"])
