"""Everybody whom a rule or a list finds now, put into a group or taken out by an import: with
progress, a report, and undone if need be.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import transaction
from django.utils import timezone

from ..errors import InvalidInput
from ..models import CustomerGroup, Import, ImportMode
from ..segments import audience, found
from ..sentences import Sentence
from . import files, jobs

NAME: Final = "filter.csv"
HEADER: Final = ("id", "until", "reason")
LINES: Final = 10_000  # made at once
LONGEST_REASON: Final = 500


def import_found(
    group: CustomerGroup,
    rule: object,
    *,
    mode: ImportMode,
    until: datetime | None = None,
    reason: str = "",
    actor: str = "",
) -> Import:
    """Have tasks put everybody in (or out) whom the rule finds at this moment, after commit.

    InvalidRule; InvalidInput: an end that is over, a long reason; else as `files.create_import`.
    """
    node = audience.parsed(rule)
    if until is not None and until <= timezone.now():
        sentence = Sentence("The membership would have ended already.")
        raise InvalidInput(sentence, field="until", code="until_is_over")
    if len(reason) > LONGEST_REASON:
        sentence = Sentence("The reason must have at most {most} characters.", most=LONGEST_REASON)
        raise InvalidInput(sentence, field="reason", code="max_length")
    said = ("" if until is None else until.isoformat(), reason)
    with transaction.atomic():
        # Held in memory (a million: some 10 MB, and what is said of each): while the database
        # takes the file it answers nothing else.
        data = list(_lines(found.ids(node), said))
        job = files.create_import(
            group, mode=mode, name=NAME, data=data, options={"key": "id"}, actor=actor, apply=True
        )
        return jobs.request_check(job.pk)


def import_customers(
    group: CustomerGroup, customer_ids: Iterable[int], *, name: str, actor: str = ""
) -> Import:
    """Have a task check, after commit, what it would be to put these customers in; applying is
    asked for apart. `name` is shown as the file's. As `files.create_import`.
    """
    with transaction.atomic():
        data = list(_lines(iter(customer_ids), ("", "")))  # held in memory as above
        job = files.create_import(
            group,
            mode=ImportMode.APPEND,
            name=name,
            data=data,
            options={"key": "id"},
            actor=actor,
        )
        return jobs.request_check(job.pk)


def _lines(ids: Iterator[int], said: tuple[str, str]) -> Iterator[bytes]:
    yield _written([HEADER])
    while some := list(islice(ids, LINES)):
        yield _written([(str(customer_id), *said) for customer_id in some])


def _written(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
