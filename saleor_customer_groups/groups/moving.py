"""Members who go from one group into another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ..errors import InvalidInput, Refused
from ..models import CustomerGroup
from ..sentences import Sentence
from . import membership


@dataclass(frozen=True, slots=True)
class Moved:
    """Customer ids, ascending: who moved, who left for a group that they were in already, and
    who was not in the group that was to be left.
    """

    moved: tuple[int, ...] = ()
    already: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()


def move(
    group: CustomerGroup,
    into: CustomerGroup,
    customer_ids: Iterable[int],
    *,
    source: str,
    reason: str = "",
    actor: str = "",
    until: datetime | None = None,
) -> Moved:
    """Take customers out of a group and put them into another, all or nothing.

    InvalidInput and Refused as for `membership.add`, of both groups; InvalidInput (field "into")
    when both are one; Refused ("full") when one of them finds no room.
    """
    if group.pk == into.pk:
        sentence = Sentence(
            "The customers are to leave {group} for another group.", group=group.name
        )
        raise InvalidInput(sentence, field="into")
    with transaction.atomic():
        # Both in the order of their keys: two who move to and fro never wait for each other.
        pair = CustomerGroup.objects.filter(pk__in=[group.pk, into.pk])
        list(pair.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        left = membership.remove(group, customer_ids, source=source, reason=reason, actor=actor)
        joined = membership.add(
            into, left.removed, source=source, reason=reason, actor=actor, until=until
        )
        if joined.full:
            sentence = Sentence(
                "{group} has no room for {count:,} of the customers.",
                group=into.name,
                count=len(joined.full),
            )
            raise Refused(sentence, code="full")
    return Moved(moved=joined.added, already=joined.already, absent=left.absent)
