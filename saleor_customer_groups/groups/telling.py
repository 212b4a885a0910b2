"""What other systems hear of groups and their members: the events of each act.

Of an act on many customers there are several events, with a bounded number of names in each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from .. import events
from ..models import CustomerGroup, MembershipAction, MembershipEvent

# What events say beside the sources of memberships: why customers left.
BY_UNTIL: Final = "until"
BY_ERASURE: Final = "erased"
# Why what shoppers pay may have changed.
BY_GUEST_GROUP: Final = "guest_group"
BY_DEFAULT_GROUP: Final = "default_group"
BY_WINDOW: Final = "window"

# The bodies of an act's events, from the one of `of_act` and `written`, the customers whom the act
# touched, in their order, with the end that it left each: neighbours of one end come together. What
# is replaced stands for a whole field: within a text, JSON escapes the quotes. Moments are written
# as Python writes them.
BODIES: Final = f"""
SELECT replace(replace(replace(%(event_body)s::text,
           '"customers":[]', '"customers":[' || names || ']'),
           '"customer_count":0', '"customer_count":' || customers),
           '"until":null', coalesce('"until":"' || replace(
               to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')
               || '+00:00"', '"until":null')) AS body
  FROM (SELECT until, min(customer_id) AS first, count(*) AS customers,
               string_agg(
                   '"' || encode(convert_to('User:' || customer_id, 'UTF8'), 'base64') || '"',
                   ',') AS names
          FROM (SELECT customer_id, until,
                       (row_number() OVER () - 1) / {events.CUSTOMERS_TOGETHER} AS part
                  FROM written) AS numbered
         GROUP BY part, until) AS together
 ORDER BY first
"""  # noqa: S608 - a number of ours


def of_created(group: CustomerGroup, *, actor: str) -> events.Payload:
    """A group was created."""
    return events.GroupCreated(
        group=events.group_id(group.pk),
        slug=group.slug,
        kind=str(group.kind),
        actor=events.actor_id(actor),
    )


def of_updated(
    group: CustomerGroup, changed: tuple[str, ...], *, actor: str = ""
) -> events.Payload:
    """Details of a group changed, of these names."""
    return events.GroupUpdated(
        group=events.group_id(group.pk),
        slug=group.slug,
        changed=changed,
        actor=events.actor_id(actor),
    )


def of_deleted(group: CustomerGroup, *, actor: str) -> events.Payload:
    """A group is being deleted."""
    return events.GroupDeleted(
        group=events.group_id(group.pk), slug=group.slug, actor=events.actor_id(actor)
    )


def of_context(
    cause: str, group_ids: Sequence[int], channel_id: int | None = None
) -> events.Payload:
    """What shoppers pay may have changed, for these groups."""
    return events.PricesContextChanged(
        cause=cause,
        groups=events.named_groups(group_ids),
        group_count=len(group_ids),
        channel="" if channel_id is None else events.global_id("Channel", channel_id),
    )


def of_act(line: MembershipEvent) -> events.Payload:
    """One act on members of a group, with nobody named yet: BODIES names them.

    A reason of a customer's own is not told: a million of them would be a million events.
    """
    said: dict[str, Any] = {
        "group": events.group_id(line.group_id),
        "customers": (),
        "source": str(line.source),
        "reason": line.reason,
        "actor": events.actor_id(line.actor),
        "at": line.at,
    }
    if line.action == MembershipAction.JOINED:
        return events.MembersJoined(until=None, **said)
    if line.action == MembershipAction.CHANGED:
        return events.MembersChanged(until=None, **said)
    return events.MembersLeft(customer_count=0, **said)


def of_ends(ended: Iterable[tuple[int, int, datetime]]) -> Iterator[events.Payload]:
    """Memberships whose end came: customer, group and moment of each."""
    together: defaultdict[tuple[datetime, int], list[int]] = defaultdict(list)
    for customer_id, group_id, until in ended:
        together[until, group_id].append(customer_id)
    for (until, group_id), customer_ids in sorted(together.items()):
        for names in _names(sorted(customer_ids)):
            yield _left(group_id, names, len(names), source=BY_UNTIL, at=until)


def of_erased(group_ids: Iterable[int], *, at: datetime) -> Iterator[events.Payload]:
    """Customers who were erased: for each the group that she was in."""
    for group_id, count in sorted(Counter(group_ids).items()):
        yield _left(group_id, (), count, source=BY_ERASURE, at=at)


def of_expired(snapshot: CustomerGroup) -> events.Payload:
    """The end of a snapshot came."""
    assert snapshot.expires_at is not None  # noqa: S101 - a constraint of the database
    group = events.group_id(snapshot.pk)
    return events.GroupExpired(group=group, slug=snapshot.slug, at=snapshot.expires_at)


def _left(
    group_id: int, names: tuple[str, ...], count: int, *, source: str, at: datetime
) -> events.Payload:
    return events.MembersLeft(
        group=events.group_id(group_id),
        customers=names,
        customer_count=count,
        source=source,
        reason="",
        actor="",
        at=at,
    )


def _names(customer_ids: Sequence[int]) -> Iterator[tuple[str, ...]]:
    size = events.CUSTOMERS_TOGETHER
    for start in range(0, len(customer_ids), size):
        yield tuple(map(events.customer_id, customer_ids[start : start + size]))
