"""Questions about groups and their members. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from .. import conf
from ..errors import InvalidInput
from ..models import (
    CustomerGroup,
    DefaultGroup,
    GroupKind,
    Membership,
    MembershipAction,
    MembershipEvent,
)
from ..sentences import Sentence
from .kinds import is_expired

GUEST_GROUP_KEY: Final = "saleor_customer_groups.guest_group"
NO_GROUP: Final = 0  # no group has this id; the cache's None means "not asked yet"


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of a group that a rule keeps: when it was last right, how long that run took, what failed."""

    right_at: datetime | None
    took_ms: int | None
    error: str


@dataclass(frozen=True, slots=True)
class GroupOverview:
    """A group, how many members it has, and what it is the default of: channels or "the shop".

    `expired`: a snapshot that starts nothing new any more. `freshness`: None where no rule keeps
    the group.
    """

    group: CustomerGroup
    members: int
    default_of: tuple[str, ...]
    expired: bool = False
    freshness: Freshness | None = None


def group_ids_of(customer_id: int, *, now: datetime) -> tuple[int, ...]:
    """The groups that the customer is in at `now`, ascending."""
    memberships = Membership.objects.active(now).filter(customer_id=customer_id)
    return tuple(memberships.order_by("group_id").values_list("group_id", flat=True))


def is_member(customer_id: int, group_id: int, *, now: datetime) -> bool:
    """Whether the customer is in the group at `now`."""
    memberships = Membership.objects.active(now)
    return memberships.filter(customer_id=customer_id, group_id=group_id).exists()


def members_of(group: CustomerGroup, *, now: datetime) -> QuerySet[Membership]:
    """The memberships that hold at `now`, in the order of joining the table."""
    return Membership.objects.active(now).filter(group=group)


def overview(*, now: datetime) -> list[GroupOverview]:
    """All groups in their order, in four statements."""
    memberships = Membership.objects.active(now).order_by().values_list("group_id")
    members = dict(memberships.annotate(Count("id")))
    return [
        GroupOverview(
            group=group,
            members=members.get(group.pk, 0),
            default_of=tuple(str(row.channel or "the shop") for row in group.default_for.all()),
            expired=is_expired(group, now),
            freshness=freshness(group),
        )
        for group in CustomerGroup.objects.select_related("segment").prefetch_related(
            "default_for__channel"
        )
    ]


def freshness(group: CustomerGroup) -> Freshness | None:
    """Of a group that a rule keeps, whose `segment` is at hand."""
    segment = getattr(group, "segment", None)
    return segment and Freshness(segment.right_at, segment.took_ms, segment.error)


def history_of(customer_id: int) -> QuerySet[MembershipEvent]:
    """What happened to the customer's memberships, oldest first."""
    return MembershipEvent.objects.filter(customer_id=customer_id).order_by("id")


def history_of_group(group_id: int, *, after: int = 0, limit: int = 100) -> list[MembershipEvent]:
    """A page of what happened in a group, oldest first, also of one that is deleted.

    `after` is the id of the last line of the page before.
    """
    lines = MembershipEvent.objects.filter(group_id=group_id, id__gt=after).order_by("id")
    return list(lines[:limit])


def members_at(group_id: int, when: datetime) -> QuerySet[MembershipEvent]:
    """Who was in the group at `when`, by the history: of each member the line that held then.

    Also of a group that is deleted. A customer who was erased meanwhile is counted, with a
    negative number for an id (`erasure`).
    """
    until_then = MembershipEvent.objects.filter(group_id=group_id, at__lte=when)
    latest = until_then.order_by("customer_id", "-id").distinct("customer_id").values("id")
    holds = Q(until__isnull=True) | Q(until__gt=when)
    lines = MembershipEvent.objects.filter(holds, id__in=latest)
    return lines.exclude(action=MembershipAction.LEFT).order_by("customer_id")


def groups_at(customer_id: int, when: datetime) -> frozenset[int]:
    """The groups that the customer was in at `when`, by the history; also groups deleted since."""
    until_then = MembershipEvent.objects.filter(customer_id=customer_id, at__lte=when)
    latest = until_then.order_by("group_id", "-id").distinct("group_id")
    lines = latest.values_list("group_id", "action", "until")
    return frozenset(
        group_id
        for group_id, action, until in lines
        if action != MembershipAction.LEFT and (until is None or until > when)
    )


def named_members_at(group_id: int, when: datetime) -> Iterator[str]:
    """The e-mail addresses of `members_at`, or what is left of who has none any more."""
    users = get_user_model()._default_manager.filter(pk=OuterRef("customer_id"))
    rows = members_at(group_id, when).annotate(email=Subquery(users.values("email")))
    for customer_id, email in rows.values_list("customer_id", "email").iterator():
        if email is not None:
            yield email
        else:
            yield f"customer {customer_id}, deleted" if customer_id > 0 else "an erased customer"


def customers_in(group_ids: Iterable[int], *, now: datetime) -> Exists:
    """A condition for a queryset of customers: in one of these groups at `now`. One statement."""
    memberships = Membership.objects.active(now).filter(group_id__in=list(group_ids))
    return Exists(memberships.filter(customer_id=OuterRef("pk")))


def ids_found(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[int]:
    """The first column of a statement's rows, read from the server in chunks.

    For statements of our own making that may find a million customers (`bulk.add_many`).
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(conf.get("ASSIGN_CHUNK")):
            yield from (row[0] for row in rows)


def default_group_for(channel_id: int | None) -> CustomerGroup | None:
    """The group that a newcomer of the channel enters: the channel's own, else the shop's."""
    choices = DefaultGroup.objects.filter(Q(channel_id=channel_id) | Q(channel=None))
    best = choices.order_by(F("channel_id").asc(nulls_last=True)).select_related("group").first()
    return best.group if best else None


def guest_group_id(*, fresh: bool = False) -> int | None:
    """The guest group, which every shopper who is not logged in belongs to.

    The answer may be `CACHE_SECONDS` old, and costs no statement then; `fresh` asks
    the database.
    """
    cached = None if fresh else cache.get(GUEST_GROUP_KEY)
    if cached is None:
        found = CustomerGroup.objects.filter(kind=GroupKind.GUEST).values_list("pk", flat=True)
        cached = found.first() or NO_GROUP
        cache.set(GUEST_GROUP_KEY, cached, timeout=conf.get("CACHE_SECONDS"))
    return cached or None


def forget_guest_group() -> None:
    """The next `guest_group_id` asks the database."""
    cache.delete(GUEST_GROUP_KEY)


def require_group(group: CustomerGroup) -> None:
    """InvalidInput (code "not_found") when the group was deleted since it was read."""
    if not CustomerGroup.objects.filter(pk=group.pk).exists():
        sentence = Sentence("There is no group {group} any more.", group=group.name)
        raise InvalidInput(sentence, field="group", code="not_found")


def group_by_slug(slug: str) -> CustomerGroup | None:
    """The group of this slug."""
    return CustomerGroup.objects.filter(slug=slug).first()


def channel_id_by_slug(slug: str) -> int | None:
    """The shop's channel of this slug."""
    channels = apps.get_model("channel", "Channel")._default_manager.filter(slug=slug)
    found: int | None = channels.values_list("pk", flat=True).first()
    return found


def customer_ids_by_email(emails: Iterable[str]) -> dict[str, int]:
    """The customers of these e-mail addresses, by the address as given; unknown ones are missing.

    The shop keeps addresses in lower case, but old ones may be as they were typed: the exact
    address wins.
    """
    given = set(emails)
    wanted = given | {email.lower() for email in given}
    customers = get_user_model()._default_manager.filter(email__in=wanted)
    found = dict(customers.values_list("email", "pk"))
    pairs = {email: found.get(email, found.get(email.lower())) for email in given}
    return {email: customer_id for email, customer_id in pairs.items() if customer_id is not None}
