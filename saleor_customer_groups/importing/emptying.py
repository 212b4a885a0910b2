"""Deleting groups of any size: a large one is emptied by an import first, and then goes."""

from __future__ import annotations

from django.db import transaction

from ..errors import CustomerGroupsError
from ..groups import deleting, editing
from ..groups.kinds import KEPT_BY_RULE
from ..models import CustomerGroup, GroupKind, Import, ImportMode, ImportStatus
from ..sentences import Sentence
from . import filling, found, jobs, sources


def delete(group: CustomerGroup, *, actor: str = "", reason: str = "") -> Import | None:
    """Delete a group, as `deleting.delete_group`; the import that empties it, where it has more
    than `filling.AT_ONCE` members. No rule keeps it any more then, so that nobody comes in again.
    """
    if not filling.has_many(group):
        deleting.delete_group(group, actor=actor, reason=reason)
        return None
    with transaction.atomic():
        current = deleting.require_deletable(group)
        if current is None:
            return None
        if current.kind in KEPT_BY_RULE:
            current = editing.change_kind(current, GroupKind.MANUAL, actor=actor)
        return found.import_source(
            current,
            sources.of_everybody(current),
            mode=ImportMode.REMOVE,
            name=current.name,
            reason=reason or Sentence("The group was deleted."),
            actor=actor,
            delete_group=True,
        )


def finish(job: Import) -> None:
    """After an import was applied: the group goes where that was wanted, or the import says why it
    does not (somebody uses it meanwhile).
    """
    if job.status != ImportStatus.APPLIED or not job.options.get(jobs.DELETE_GROUP):
        return
    if job.group is None:
        return
    try:
        deleting.delete_group(job.group, actor=job.actor, reason=job.options["reason"])
    except CustomerGroupsError as refusal:
        code = getattr(refusal, "code", "refused")
        jobs.note_error(job, refusal.message, code=code)
