"""What uses a group: it cannot be deleted meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final

from django.db import connection

from ..errors import InUse, InvalidInput, Reference
from ..models import (
    Adjustment,
    AdjustmentStatus,
    Broadcast,
    BroadcastStatus,
    CustomerGroup,
    EarningRule,
    PriceList,
    PriceRule,
    Segment,
)
from ..sentences import Sentence
from . import statements

NAMED: Final = 5  # so many are named in the sentence of the refusal


def references(group: CustomerGroup) -> tuple[Reference, ...]:
    """All that uses the group, one statement for each entry of `FINDERS`."""
    return tuple(found for find in FINDERS for found in find(group))


def require_unused(group: CustomerGroup) -> None:
    """InUse, naming what uses the group. Right to rely on while the group is locked for update."""
    found = references(group)
    if not found:
        return
    named = ", ".join(str(reference) for reference in found[:NAMED])
    more = f" and {len(found) - NAMED:,} more" if len(found) > NAMED else ""
    sentence = Sentence(
        "{group} cannot be deleted, because it is used by {named}{more}.",
        group=group.name,
        named=named,
        more=more,
    )
    raise InUse(sentence, references=found)


def hold(group_ids: Collection[int]) -> frozenset[int]:
    """Keep these groups from being deleted until the transaction ends; which of them exist.

    Whoever writes a row that refers to a group calls this before, so that neither the row nor the
    group silently loses the other: a foreign key is looked at when the transaction commits.
    """
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statements.HOLD_GROUPS), {"groups": list(group_ids)})
        return frozenset(group_id for (group_id,) in cursor.fetchall())


def held(group_id: int, *, name: str) -> CustomerGroup:
    """The group as it is now, held. InvalidInput (code "not_found") when it is gone; `name` is
    what it was called.
    """
    if not hold([group_id]):
        sentence = Sentence("There is no group {group} any more.", group=name)
        raise InvalidInput(sentence, field="group", code="not_found")
    return CustomerGroup.objects.get(pk=group_id)


def _price_rules(group: CustomerGroup) -> Iterator[Reference]:
    rows = PriceRule.objects.filter(groups=group).order_by("id").values_list("id", "name")
    return (Reference("price rule", number, name) for number, name in rows)


def _price_lists(group: CustomerGroup) -> Iterator[Reference]:
    rows = PriceList.objects.filter(groups=group).order_by("id").values_list("id", "name")
    return (Reference("price list", number, name) for number, name in rows)


def _segments(group: CustomerGroup) -> Iterator[Reference]:
    """The rules of other groups; named by the group that the rule keeps."""
    rows = Segment.objects.filter(refers_to=group).exclude(group=group).order_by("group_id")
    named = rows.values_list("group_id", "group__name")
    return (Reference("rule of the group", number, name) for number, name in named)


def _adjustments(group: CustomerGroup) -> Iterator[Reference]:
    """Bulk acts on balances, scheduled or at work, for the group or a rule that names it."""
    waiting = (AdjustmentStatus.SCHEDULED, AdjustmentStatus.RUNNING, AdjustmentStatus.PAUSED)
    rows = Adjustment.objects.filter(group_ids__contains=[group.pk], status__in=waiting)
    named = rows.order_by("id").values_list("id", "reason")
    return (Reference("adjustment", number, reason or str(number)) for number, reason in named)


def _earning_rules(group: CustomerGroup) -> Iterator[Reference]:
    """Those that are on; one that is off goes with the group."""
    rows = EarningRule.objects.filter(group=group, active=True).order_by("id")
    return (Reference("earning rule", *row) for row in rows.values_list("id", "name"))


def _broadcasts(group: CustomerGroup) -> Iterator[Reference]:
    """What is scheduled or runs, for the group or for a rule that names it."""
    using = (
        BroadcastStatus.SCHEDULED,
        BroadcastStatus.HELD,
        BroadcastStatus.SENDING,
        BroadcastStatus.PAUSED,
    )
    rows = Broadcast.objects.filter(group_ids__contains=[group.pk], status__in=using)
    named = rows.order_by("id").values_list("id", "title")
    return (Reference("broadcast", number, title) for number, title in named)


# Later, what uses a group in other ways is found by a function of its own here.
FINDERS: Final[tuple[Callable[[CustomerGroup], Iterator[Reference]], ...]] = (
    _price_rules,
    _price_lists,
    _segments,
    _adjustments,
    _earning_rules,
    _broadcasts,
)
