"""Copying a group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, islice

from django.db import transaction
from django.utils import timezone

from .. import conf
from ..errors import InvalidInput, Refused
from ..models import CustomerGroup, GroupKind, MembershipSource
from ..sentences import Sentence
from . import editing, kinds, membership, queries

COPIED = (
    "description",
    "colour",
    "kind",
    "priority",
    "channel_id",
    "member_limit",
    "applications_open",
    "approved_domains",
    "metadata",
    "private_metadata",
)


def copy_group(
    group: CustomerGroup, *, name: str, with_members: bool, actor: str = ""
) -> CustomerGroup:
    """Make another group like this one, in one transaction.

    Copied are the details and, if asked, the members with their ends; never prices, nor that it
    is a default group. A copied snapshot lasts as if made now. The copy of a dynamic or channel
    group has no members: the rule, which segments copy, finds them. InvalidInput as for
    `create_group`, for the guest group, and for members of a group that a rule keeps; Refused
    ("full") beyond a member limit, and ("expired") with the members of an expired snapshot.
    """
    require_copyable(group, with_members=with_members)
    with transaction.atomic():
        queries.require_group(group)
        if with_members:
            kinds.require_not_expired(group, timezone.now())
        copy = editing.create_group(
            name, actor=actor, **{field: getattr(group, field) for field in COPIED}
        )
        if with_members:
            _copy_members(group, copy, actor=actor)
    return copy


def require_copyable(group: CustomerGroup, *, with_members: bool) -> None:
    """InvalidInput: the guest group, and members of a group that a rule keeps."""
    if group.kind == GroupKind.GUEST:
        sentence = Sentence("{group} is the guest group; there can be one.", group=group.name)
        raise InvalidInput(sentence, field="group", code="guest_group")
    if with_members and group.kind in kinds.KEPT_BY_RULE:
        sentence = Sentence(
            "The members of {group} are kept by its rule; copy the rule, not them.",
            group=group.name,
        )
        raise InvalidInput(sentence, field="with_members", code="kept_by_rule")


def _copy_members(group: CustomerGroup, copy: CustomerGroup, *, actor: str) -> None:
    now = timezone.now()
    for until, customers in _members_by_end(group, now=now):
        result = membership.add(
            copy,
            customers,
            source=MembershipSource.MANUAL,
            reason=Sentence("Copied from {group}.", group=group.name),
            actor=actor,
            until=until,
            now=now,
        )
        if result.full:
            sentence = Sentence(
                "{group} has more members than the member limit of its copy.", group=group.name
            )
            raise Refused(sentence, code="full")


def _members_by_end(
    group: CustomerGroup, *, now: datetime
) -> Iterator[tuple[datetime | None, list[int]]]:
    """The members in chunks of one end each, as one statement saw them."""
    members = queries.members_of(group, now=now).order_by("until", "customer_id")
    size = conf.get("ASSIGN_CHUNK")
    rows = members.values_list("until", "customer_id").iterator(size)
    for until, same in groupby(rows, key=lambda row: row[0]):
        while chunk := [customer_id for _, customer_id in islice(same, size)]:
            yield until, chunk
