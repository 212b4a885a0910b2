"""Lists of groups and of members for people to look through. Nothing here writes.

Whatever the size of the shop, a list costs the same number of statements, and none of them counts
more than it shows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q, QuerySet

from ..models import CustomerGroup, DefaultGroup, Membership, MembershipEvent
from . import queries
from .kinds import is_expired
from .names import customers_named

COUNTED: Final = 10_000  # members of a group that a list counts; beyond it is "more than"

# By the index of groups: beside a group that has nearly all members the planner takes the others
# for large, too, and would read all memberships for each of them, or go by their starts (+ 0).
MEMBERS_UP_TO: Final = """
SET LOCAL enable_seqscan = off;
SELECT wanted.id, (
    SELECT count(*) FROM (
        SELECT 1 FROM saleor_customer_groups_membership
        WHERE group_id = wanted.id AND started_at + INTERVAL '0' <= %(now)s
            AND (until IS NULL OR until > %(now)s)
        LIMIT %(most)s
    ) AS counted
) FROM unnest(%(ids)s::bigint[]) AS wanted (id);
SET LOCAL enable_seqscan TO DEFAULT
"""


def groups_named(text: str = "", *, kind: str = "") -> QuerySet[CustomerGroup]:
    """The groups whose name or slug holds the text, of this kind if it is given."""
    groups = CustomerGroup.objects.all()
    if text:
        groups = groups.filter(Q(name__icontains=text) | Q(slug__icontains=text))
    return groups.filter(kind=kind) if kind else groups


def member_counts(
    group_ids: Collection[int], *, now: datetime, most: int = COUNTED
) -> dict[int, int]:
    """How many members each group has at `now`; `most` + 1 says more than that. One statement."""
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"ids": list(group_ids), "now": now, "most": most + 1}
        cursor.execute(MEMBERS_UP_TO, parameters)
        cursor.nextset()  # after that of the first SET
        return dict(cursor.fetchall())


def overviews(
    groups: Sequence[CustomerGroup], *, now: datetime, most: int = COUNTED
) -> list[queries.GroupOverview]:
    """These groups with what a list shows of them. Two statements; `segment` must be at hand."""
    ids = [group.pk for group in groups]
    counts = member_counts(ids, now=now, most=most)
    defaults: dict[int, list[str]] = {}
    for row in DefaultGroup.objects.filter(group__in=ids).select_related("channel"):
        defaults.setdefault(row.group_id, []).append(str(row.channel or "the shop"))
    return [
        queries.GroupOverview(
            group=group,
            members=counts.get(group.pk, 0),
            default_of=tuple(defaults.get(group.pk, ())),
            expired=is_expired(group, now),
            freshness=queries.freshness(group),
        )
        for group in groups
    ]


def members_named(group: CustomerGroup, text: str, *, now: datetime) -> QuerySet[Membership]:
    """The members at `now` who are called so (names.py), with their customers."""
    members = queries.members_of(group, now=now).select_related("customer")
    return members.filter(customers_named(text, path="customer__")) if text else members


def customers_found(text: str = "", *, group_id: int | None, now: datetime) -> QuerySet[Any]:
    """The shop's customers by name or e-mail, of this group at `now` if one is given."""
    found: QuerySet[Any] = get_user_model()._default_manager.filter(is_staff=False)
    if text:
        found = found.filter(customers_named(text))
    return found if group_id is None else found.filter(queries.customers_in([group_id], now=now))


def groups_of(customer_ids: Collection[int], *, now: datetime) -> dict[int, list[CustomerGroup]]:
    """The groups that each of these customers is in at `now`, in their order. One statement."""
    memberships = Membership.objects.active(now).filter(customer_id__in=customer_ids)
    found: dict[int, list[CustomerGroup]] = {}
    for one in memberships.select_related("group").order_by("-group__priority", "group__name"):
        found.setdefault(one.customer_id, []).append(one.group)
    return found


def latest_of_group(group_id: int) -> QuerySet[MembershipEvent]:
    """What happened in a group, for a list that shows the latest first."""
    return MembershipEvent.objects.filter(group_id=group_id).order_by("-id")
