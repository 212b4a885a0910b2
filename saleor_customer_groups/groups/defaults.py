"""The default group: every customer enters one, once.

Once is meant for life: a customer who was ever put into a default group is not put into one
again, so a merchant can take somebody out. The history knows (`MembershipEvent`), hence also the
order of events does not matter: whichever comes first, with or without a channel, decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from .. import conf
from ..errors import Refused
from ..models import DefaultGroup, Membership, MembershipEvent, MembershipSource
from ..sentences import Sentence
from . import membership, queries


@dataclass(frozen=True, slots=True)
class Progress:
    """How far `assign_everybody` is: customers looked at, of how many, and how many it put in."""

    done: int
    total: int
    added: int


def ensure_default(
    customer_id: int,
    *,
    channel_id: int | None = None,
    actor: str = "system",
    reason: str = "",
) -> bool:
    """Put a newcomer into the default group of the channel, else of the shop.

    True when this call did it. Calling it again, or many times at once, changes nothing; staff,
    unknown customers, and a shop that has no default group are passed over. One statement for a
    customer who is no newcomer.
    """
    if not _newcomers(customer_id, customer_id).exists():
        return False
    with transaction.atomic():
        return _assign(customer_id, customer_id, channel_id, actor=actor, reason=reason) > 0


def assign_everybody(
    *,
    channel_id: int | None = None,
    chunk: int | None = None,
    actor: str = "system",
    reason: str = "",
    on_progress: Callable[[Progress], None] | None = None,
) -> Progress:
    """Put every customer who was never in a default group into the channel's, else the shop's.

    Commits after each `chunk` (setting ASSIGN_CHUNK) of customers in the order of their ids: it
    may be killed and run again, and two at once do each other no harm. `on_progress` is called
    after each commit. Refused when the shop has no default group. Not within a transaction.
    """
    if queries.default_group_for(channel_id) is None:
        raise Refused(
            Sentence("The shop has no default group; choose one first."), code="no_default_group"
        )
    customers = _customers().order_by("pk").values_list("pk", flat=True)
    progress = Progress(done=0, total=customers.count(), added=0)
    size = chunk or conf.get("ASSIGN_CHUNK")
    ids = list(customers[:size])
    while ids:
        with transaction.atomic(durable=True):
            added = _assign(ids[0], ids[-1], channel_id, actor=actor, reason=reason)
        done = progress.done + len(ids)
        # customers who registered meanwhile are done as well
        progress = Progress(
            done=done, total=max(done, progress.total), added=progress.added + added
        )
        if on_progress:
            on_progress(progress)
        ids = list(customers.filter(pk__gt=ids[-1])[:size])
    return progress


def _assign(first: int, last: int, channel_id: int | None, *, actor: str, reason: str) -> int:
    """Put the newcomers among these customers (ids from first to last) in; how many they were."""
    # Whoever else assigns these customers waits here. The second look is a statement of its own,
    # because only a new statement sees what the others wrote while this one waited.
    locked = set(_newcomers(first, last).order_by("pk").select_for_update(no_key=True))
    newcomers = locked.intersection(_newcomers(first, last)) if locked else locked
    group = queries.default_group_for(channel_id) if newcomers else None
    if group is None:
        return 0
    source = MembershipSource.DEFAULT
    return len(membership.add(group, newcomers, source=source, actor=actor, reason=reason).added)


def _customers() -> QuerySet[Any]:
    """Everybody with an account who is not staff."""
    return get_user_model()._default_manager.filter(is_staff=False)


def _newcomers(first: int, last: int) -> QuerySet[Any, int]:
    """Of the customers with ids from first to last those who never were in a default group."""
    defaults = DefaultGroup.objects.values("group_id")
    history = MembershipEvent.objects.filter(
        Q(source=MembershipSource.DEFAULT) | Q(group_id__in=defaults), customer_id=OuterRef("pk")
    )
    memberships = Membership.objects.filter(group_id__in=defaults, customer_id=OuterRef("pk"))
    customers = _customers().filter(~Exists(history), ~Exists(memberships), pk__range=(first, last))
    newcomers: QuerySet[Any, int] = customers.values_list("pk", flat=True)
    return newcomers
