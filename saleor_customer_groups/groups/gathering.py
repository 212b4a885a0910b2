"""A new group of customers who were found: kept by hand, or a snapshot."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from ..errors import InvalidInput, Refused
from ..models import CustomerGroup, GroupKind, MembershipSource
from ..sentences import Sentence
from . import bulk, editing, snapshots


def gather(
    name: str, customer_ids: Iterable[int], *, kind: str, days: int | None = None, actor: str = ""
) -> CustomerGroup:
    """Make the group with these customers, all or nothing; `days` are how long a snapshot lasts.

    InvalidInput as for `create_group`, for another kind, and for days that are none; Refused
    beyond a member limit ("full").
    """
    if kind == GroupKind.SNAPSHOT:
        return snapshots.freeze(name, customer_ids, days=days, actor=actor)
    if kind != GroupKind.MANUAL:
        sentence = Sentence("Customers cannot be put into a new group of kind {kind}.", kind=kind)
        raise InvalidInput(sentence, field="kind", code="invalid_choice")
    with transaction.atomic():
        group = editing.create_group(name, actor=actor)
        source = MembershipSource.MANUAL
        counts = bulk.add_many(group, customer_ids, source=source, actor=actor)
        if counts.full:
            sentence = Sentence(
                "{count:,} of the customers find no room in a group.", count=counts.full
            )
            raise Refused(sentence, code="full")
    return group
