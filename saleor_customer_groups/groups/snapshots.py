"""Snapshots: the members of a group, or what a filter found, as they were at a moment.

Nobody enters or leaves a snapshot by itself. From its `expires_at` on it shows so and starts
nothing new (`kinds.require_not_expired`); its members keep what it gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from .. import conf
from ..errors import InvalidInput, Refused
from ..models import CustomerGroup, GroupKind, MembershipSource
from ..sentences import Sentence
from . import bulk, editing, kinds, queries
from .bulk import AddedCounts

MAX_DAYS = 36_500  # a hundred years


def freeze(
    name: str,
    source: CustomerGroup | Iterable[int],
    *,
    days: int | None = None,
    actor: str = "",
) -> CustomerGroup:
    """Make a snapshot of a group's members of this moment, or of these customers.

    It lasts `days` (setting SNAPSHOT_DAYS). All or nothing: one transaction, read and written in
    chunks. Ids that are no customers are left out. InvalidInput as for `create_group`, for days
    that are none, and for the guest group; Refused beyond a member limit ("full"), and for the
    members of a snapshot that has expired ("expired").
    """
    with transaction.atomic():
        snapshot = editing.create_group(
            name, actor=actor, kind=GroupKind.SNAPSHOT, expires_at=_in_days(days, timezone.now())
        )
        _fill(snapshot, source, actor=actor)
    return snapshot


def renew(snapshot: CustomerGroup, *, days: int | None = None, actor: str = "") -> CustomerGroup:
    """Let a snapshot, expired or not, last `days` (setting SNAPSHOT_DAYS) from now."""
    require_snapshot(snapshot)
    expires_at = _in_days(days, timezone.now())
    return editing.update_group(snapshot, actor=actor, expires_at=expires_at)


def replace(
    snapshot: CustomerGroup, source: CustomerGroup | Iterable[int], *, actor: str = ""
) -> AddedCounts:
    """Put others in the place of the snapshot's members; who stays is not touched.

    All or nothing, as `freeze`. Holds the ids of a filter in memory (a million: some 100 MB).
    Refused ("expired") for an expired snapshot, into it or out of it.
    """
    with transaction.atomic():
        snapshot = _locked(snapshot)
        now = timezone.now()  # after the wait: sees whom others put in before
        wanted = set(_ids_of(source, now=now))
        there = queries.members_of(snapshot, now=now).order_by("customer_id")
        ids = there.values_list("customer_id", flat=True).iterator(conf.get("ASSIGN_CHUNK"))
        bulk.remove_many(
            snapshot,
            sorted(customer_id for customer_id in ids if customer_id not in wanted),
            source=MembershipSource.MANUAL,
            actor=actor,
            reason=Sentence("The snapshot was replaced."),
        )
        return _fill(snapshot, sorted(wanted), actor=actor)


def append(
    snapshot: CustomerGroup, source: CustomerGroup | Iterable[int], *, actor: str = ""
) -> AddedCounts:
    """Put further customers into the snapshot, all or nothing as `freeze`.

    Refused ("expired") for an expired snapshot, into it or out of it.
    """
    with transaction.atomic():
        snapshot = _locked(snapshot)
        return _fill(snapshot, source, actor=actor)


def require_source(group: CustomerGroup, *, now: datetime | None = None) -> None:
    """Its members can be put into another group. InvalidInput: the guest group, a group that is
    gone; Refused: a snapshot that has expired ("expired").
    """
    if group.kind == GroupKind.GUEST:
        sentence = Sentence(
            "{group} is the guest group: it holds nobody who could be frozen.", group=group.name
        )
        raise InvalidInput(sentence, field="group", code="guest_group")
    queries.require_group(group)
    kinds.require_not_expired(group, now or timezone.now())


def require_snapshot(group: CustomerGroup) -> None:
    """InvalidInput ("not_a_snapshot") for any other group."""
    if group.kind != GroupKind.SNAPSHOT:
        sentence = Sentence("{group} is no snapshot.", group=group.name)
        raise InvalidInput(sentence, field="group", code="not_a_snapshot")


def _fill(
    snapshot: CustomerGroup, source: CustomerGroup | Iterable[int], *, actor: str
) -> AddedCounts:
    now = timezone.now()
    reason = ""
    if isinstance(source, CustomerGroup):
        reason = Sentence("Frozen from {group}.", group=source.name)
    counts = bulk.add_many(
        snapshot,
        _ids_of(source, now=now),
        source=MembershipSource.MANUAL,
        reason=reason,
        actor=actor,
    )
    if counts.full:
        sentence = Sentence(
            "{group} has no room for {count:,} of the customers: its member limit is reached.",
            group=snapshot.name,
            count=counts.full,
        )
        raise Refused(sentence, code="full")
    return counts


def _ids_of(source: CustomerGroup | Iterable[int], *, now: datetime) -> Iterator[int]:
    """The ids in their order, a group's all as one statement saw them."""
    if not isinstance(source, CustomerGroup):
        yield from source
        return
    require_source(source, now=now)
    members = queries.members_of(source, now=now).order_by("customer_id")
    yield from members.values_list("customer_id", flat=True).iterator(conf.get("ASSIGN_CHUNK"))


def _in_days(days: int | None, now: datetime) -> datetime:
    number = conf.get("SNAPSHOT_DAYS") if days is None else days
    if not isinstance(number, int) or not 1 <= number <= MAX_DAYS:
        sentence = Sentence(
            "A snapshot lasts from 1 to {most:,} days, not {number!r}.",
            most=MAX_DAYS,
            number=number,
        )
        raise InvalidInput(sentence, field="days", code="invalid")
    return now + timedelta(days=number)


def _locked(group: CustomerGroup) -> CustomerGroup:
    """The snapshot as it is, held against others who fill it; refused when it is expired."""
    current = CustomerGroup.objects.select_for_update().filter(pk=group.pk).first()
    if current is None:
        sentence = Sentence("The group does not exist any more.")
        raise InvalidInput(sentence, field="group", code="not_found")
    require_snapshot(current)
    kinds.require_not_expired(current, timezone.now())
    return current
