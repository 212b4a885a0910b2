"""Giving groups a rule: the only writer of `Segment` and `SegmentPin`.

Groups that a rule keeps are of kind `dynamic` (the merchant's rule) or `channel` (ours: the
customers of the channel). The rule is saved at once; a task puts the customers in and out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Unpack

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from .. import background, conf
from ..errors import InvalidInput, Refused
from ..groups import editing, references, telling
from ..groups.editing import GroupDetails
from ..models import CustomerGroup, GroupKind, Segment, SegmentPin
from ..sentences import Sentence
from ..webhooks import outbox
from . import compile, cycles, reading, refresh, rules

LARGEST: Final = 2**31 - 1  # id of a customer


def create_dynamic(
    name: str, rule: object, *, actor: str = "", **details: Unpack[GroupDetails]
) -> CustomerGroup:
    """Make a group that the rule keeps. InvalidRule, or InvalidInput as for `create_group`."""
    with transaction.atomic():
        one_at_a_time()
        details["kind"] = GroupKind.DYNAMIC.value
        group = editing.create_group(name, actor=actor, **details)
        _write(group, rule)
    return group


def create_of_channel(
    name: str, channel_id: int, /, *, actor: str = "", **details: Unpack[GroupDetails]
) -> CustomerGroup:
    """Make the group of everybody who registered through the channel or bought in it.

    InvalidInput: a channel that does not exist, or as for `create_group`.
    """
    with transaction.atomic():
        one_at_a_time()
        details["kind"], details["channel_id"] = GroupKind.CHANNEL.value, channel_id
        group = editing.create_group(name, actor=actor, **details)
        _write(group, reading.of_channel(group))
    return group


def set_rule(
    group: CustomerGroup, rule: object, *, actor: str = "", now: datetime | None = None
) -> Segment:
    """Give a group this rule; a manual group becomes dynamic, and whom the rule does not find
    leaves it. Ends that were given by hand end no membership any more, from its first full run on.

    InvalidRule: a rule that is none. InvalidInput: one that names groups that do not exist, or a
    group that is kept by a rule about this one; a group of another kind, with a member limit, or a
    default group, which newcomers enter whatever a rule says.
    """
    with transaction.atomic():
        one_at_a_time()
        current = editing.hand_to_rule(group)
        changed = ("rule",) if group.kind == current.kind else ("kind", "rule")
        segment = _write(current, rule, now=now)
        outbox.record([telling.of_updated(current, changed, actor=actor)])
    return segment


def copy_rule(
    source: CustomerGroup, name: str, *, actor: str = "", **details: Unpack[GroupDetails]
) -> CustomerGroup:
    """A new dynamic group with the rule of another. Refused when that one has none."""
    segment = Segment.objects.filter(group=source).first()
    if segment is None or source.kind != GroupKind.DYNAMIC:
        raise Refused(Sentence("{group} has no rule to copy.", group=source.name), code="no_rule")
    return create_dynamic(name, segment.rule, actor=actor, **details)


def pin(group: CustomerGroup, customer_ids: Iterable[int], *, included: bool) -> int:
    """Keep these customers in the group (or out of it) whatever the rule says; how many new pins.

    Customers who do not exist are passed over. Refused for a group without a rule.
    """
    ids = _existing(customer_ids)
    with transaction.atomic():
        segment = _segment_of(group)
        pins = SegmentPin.objects.filter(segment=segment, customer_id__in=ids)
        as_they_should_be = set(
            pins.filter(included=included).values_list("customer_id", flat=True)
        )
        pins.exclude(included=included).delete()
        new = [one for one in ids if one not in as_they_should_be]
        SegmentPin.objects.bulk_create(
            (SegmentPin(segment=segment, customer_id=one, included=included) for one in new),
            ignore_conflicts=True,
            batch_size=refresh.CHUNK,
        )
    refresh.settle([segment.pk], ids)
    return len(new)


def unpin(group: CustomerGroup, customer_ids: Iterable[int]) -> int:
    """Leave these customers to the rule again; how many were pinned."""
    ids = _existing(customer_ids)
    with transaction.atomic():
        segment = _segment_of(group)
        count, _ = SegmentPin.objects.filter(segment=segment, customer_id__in=ids).delete()
    refresh.settle([segment.pk], ids)
    return count


def _write(group: CustomerGroup, data: object, *, now: datetime | None = None) -> Segment:
    """Save the rule and what is known of it; the full run starts after commit."""
    rule = rules.parse(data, absent=compile.absent())
    named = rules.groups(rule)
    one_at_a_time()
    _require_groups(named)
    cycles.refuse(group, named)
    if group.pk in rules.groups_under_not(rule):
        sentence = Sentence(
            "The rule asks that its customers are not in its own group: they would go in and out "
            "for ever."
        )
        raise InvalidInput(sentence, field="rule", code="cycle")
    values: dict[str, Any] = {
        "rule": data,
        "facts": sorted(rules.facts(rule)),
        "every_seconds": rules.every(rule),
        "due_at": now or timezone.now(),
        "right_at": None,
        "error": "",
    }
    segment, _ = Segment.objects.update_or_create(group=group, defaults=values)
    segment.refers_to.set(named)
    transaction.on_commit(start)
    return segment


def one_at_a_time() -> None:
    """Rules are saved one after another: of two that close a circle together, the second must see
    the first. Before any group is locked, since a rule also holds the groups that it names.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [Segment._meta.db_table])


def start() -> None:
    """Start the task that runs the segments that are due."""
    background.start(conf.SEGMENTS_TASK)


def _require_groups(named: Iterable[int]) -> None:
    """They exist, and cannot be deleted before the rule that names them is saved."""
    wanted = frozenset(named)
    if missing := sorted(wanted - references.hold(wanted)):
        names = ", ".join(map(str, missing))
        sentence = Sentence("The rule names groups that do not exist: {names}.", names=names)
        raise InvalidInput(sentence, field="rule", code="unknown_group")


def _existing(ids: Iterable[int]) -> list[int]:
    wanted = sorted({one for one in ids if 0 < one <= LARGEST})
    found = get_user_model()._default_manager.filter(pk__in=wanted).order_by("pk")
    return list(found.values_list("pk", flat=True))


def _segment_of(group: CustomerGroup) -> Segment:
    segment = Segment.objects.select_for_update(no_key=True).filter(group=group).first()
    if segment is None:
        raise Refused(
            Sentence("{group} has no rule; add or remove customers instead.", group=group.name),
            code="no_rule",
        )
    return segment
