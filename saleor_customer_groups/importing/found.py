"""Everybody whom a source names (sources.py), put into a group or taken out by an import: with
progress, a report, and undone if need be.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from ..errors import InvalidInput
from ..groups import kinds
from ..models import CustomerGroup, Import, ImportMode
from ..sentences import Sentence
from . import jobs, sources

NAME: Final = "filter"
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
    """Have tasks put everybody in (or out) whom the rule finds once they read it, after commit.

    InvalidRule; InvalidInput: an end that is over, a long reason; else as `import_source`.
    """
    if until is not None and until <= timezone.now():
        sentence = Sentence("The membership would have ended already.")
        raise InvalidInput(sentence, field="until", code="until_is_over")
    if len(reason) > LONGEST_REASON:
        sentence = Sentence("The reason must have at most {most} characters.", most=LONGEST_REASON)
        raise InvalidInput(sentence, field="reason", code="max_length")
    source = sources.of_rule(rule)
    return import_source(
        group, source, mode=mode, name=NAME, until=until, reason=reason, actor=actor
    )


def import_source(
    group: CustomerGroup,
    source: Mapping[str, Any],
    *,
    mode: ImportMode,
    name: str,
    until: datetime | None = None,
    reason: str = "",
    actor: str = "",
    apply: bool = True,
    delete_group: bool = False,
) -> Import:
    """Have a task check, after commit, what it would be to do so; `apply`: it is done at once.

    `name` is shown as the file's. `delete_group`: the group goes once that is done (`emptying`).
    InvalidInput and Refused as `kinds.require_by_hand`.
    """
    kinds.require_by_hand(group, jobs.action_of(mode), now=timezone.now())
    said = {
        "reason": reason[:LONGEST_REASON],
        **({} if until is None else {"until": until.isoformat()}),
        **({jobs.AT_ONCE: True} if apply else {}),
        **({jobs.DELETE_GROUP: True} if delete_group else {}),
    }
    with transaction.atomic():
        job = Import.objects.create(
            group=group,
            group_name=group.name,
            mode=mode,
            file_name=name.replace("\x00", "")[:250],
            format=sources.FORMAT,
            options={sources.KEY: dict(source), **said},
            actor=actor[:100],
        )
        return jobs.request_check(job.pk)
