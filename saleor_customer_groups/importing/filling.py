"""Groups filled with everybody whom a source names: a few at once, many by an import.

Nobody waits for more than AT_ONCE customers to be written. Of more, the answer has the import that
does it: its progress can be seen, it can be stopped and undone, and it goes on after a kill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from ..groups import bulk, copying, gathering, kinds, snapshots
from ..groups.bulk import AddedCounts
from ..models import CustomerGroup, GroupKind, Import, ImportMode, MembershipSource
from ..segments import copying as segments
from ..sentences import Sentence
from . import found, sources

AT_ONCE: Final = 10_000  # customers who are written while somebody waits
# Of sources.py, or the ids of a few customers.
Source = Mapping[str, Any] | Sequence[int]


@dataclass(frozen=True, slots=True)
class Filled:
    """The group, and either what was done at once, or the import that does it."""

    group: CustomerGroup
    counts: AddedCounts | None = None
    job: Import | None = None


def freeze(name: str, source: Source, *, days: int | None = None, actor: str = "") -> Filled:
    """Make a snapshot of them. Refusals as `snapshots.freeze`; of those whom an import puts in, its
    report says who found no room.
    """
    ids = _few(source)
    with transaction.atomic():
        given = () if ids is None else _given(source, ids)
        snapshot = snapshots.freeze(name, given, days=days, actor=actor)
        if ids is None:
            return _import(snapshot, source, ImportMode.APPEND, actor=actor)
    return Filled(snapshot)


def gather(
    name: str, source: Source, *, kind: str, days: int | None = None, actor: str = ""
) -> Filled:
    """Make a group of them, kept by hand, or a snapshot. Refusals as `gathering.gather`."""
    if kind == GroupKind.SNAPSHOT:
        return freeze(name, source, days=days, actor=actor)
    ids = _few(source)
    with transaction.atomic():
        group = gathering.gather(name, ids or (), kind=kind, actor=actor)
        if ids is None:
            return _import(group, source, ImportMode.APPEND, actor=actor)
    return Filled(group)


def put_in(group: CustomerGroup, source: Source, *, name: str, actor: str = "") -> Filled:
    """Put them into a group. An import (called `name`) waits, checked, until it is told to go on.

    InvalidInput and Refused as for `membership.add`.
    """
    ids = _few(source)
    if ids is None:
        return _import(group, source, ImportMode.APPEND, name=name, actor=actor, apply=False)
    counts = bulk.add_many(group, ids, source=MembershipSource.MANUAL, actor=actor)
    return Filled(group, counts)


def append(snapshot: CustomerGroup, source: Source, *, actor: str = "") -> Filled:
    """Put them into a snapshot as well. Refusals as `snapshots.append`."""
    snapshots.require_snapshot(snapshot)
    ids = _few(source)
    if ids is None:
        return _import(snapshot, source, ImportMode.APPEND, actor=actor)
    return Filled(snapshot, snapshots.append(snapshot, _given(source, ids), actor=actor))


def replace(snapshot: CustomerGroup, source: Source, *, actor: str = "") -> Filled:
    """Put them in the place of a snapshot's members. Refusals as `snapshots.replace`.

    An import does it also where the snapshot itself has many members; one that finds nobody to put
    in their place fails, and they stay.
    """
    snapshots.require_snapshot(snapshot)
    ids = _few(source)
    if ids is not None and not has_many(snapshot):
        return Filled(snapshot, snapshots.replace(snapshot, _given(source, ids), actor=actor))
    return _import(snapshot, source, ImportMode.REPLACE, actor=actor)


def copy(group: CustomerGroup, *, name: str, with_members: bool = False, actor: str = "") -> Filled:
    """A group like this one, with its members and their ends if asked. As `segments.copying`."""
    if not (with_members and has_many(group)):
        return Filled(segments.copy(group, name=name, with_members=with_members, actor=actor))
    copying.require_copyable(group, with_members=True)
    kinds.require_not_expired(group, timezone.now())
    with transaction.atomic():
        made = copying.copy_group(group, name=name, with_members=False, actor=actor)
        source = sources.of_everybody(group, with_ends=True)
        reason = Sentence("Copied from {group}.", group=group.name)
        return _import(made, source, ImportMode.APPEND, reason=reason, actor=actor)


def has_many(group: CustomerGroup) -> bool:
    """Whether it has more than AT_ONCE members."""
    source = sources.of_everybody(group)
    return sources.count(source, most=AT_ONCE + 1, now=timezone.now()) > AT_ONCE


def _few(source: Source) -> Sequence[int] | None:
    """The ids of those whom it names, where they are few enough to be written at once."""
    if not isinstance(source, Mapping):
        return source
    ids = sources.first(source, most=AT_ONCE + 1, now=timezone.now())
    return ids if len(ids) <= AT_ONCE else None


def _given(source: Source, ids: Sequence[int]) -> CustomerGroup | Sequence[int]:
    """The group that it is, whose name the history tells; else the customers."""
    group = sources.group_of(source) if isinstance(source, Mapping) else None
    return group or ids


def _import(
    group: CustomerGroup,
    source: Source,
    mode: ImportMode,
    *,
    name: str = "",
    reason: str = "",
    actor: str = "",
    apply: bool = True,
) -> Filled:
    if not isinstance(source, Mapping):
        source = sources.of_customers(source)
    of_group = sources.group_of(source)
    named = found.NAME if of_group is None else of_group.name
    if not reason and of_group is not None:
        reason = Sentence("Frozen from {group}.", group=named)
    job = found.import_source(
        group, source, mode=mode, name=name or named, reason=reason, actor=actor, apply=apply
    )
    return Filled(group, job=job)
