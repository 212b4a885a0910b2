"""The clock: windows and memberships that opened or closed since the last look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from .. import changes, mirroring, repricing
from ..groups import telling
from ..models import Membership, PriceList, PriceRule, RepricingClock, Segment
from ..webhooks import outbox


def sweep(now: datetime) -> None:
    """Ask for a repricing of everybody whose price a moment since the last sweep changed.

    Two sweeps at once take turns on the clock's row, and the second finds nothing left. The
    first sweep of all only starts the clock.
    """
    with transaction.atomic():
        _, created = RepricingClock.objects.get_or_create(defaults={"swept_until": now})
        if created:
            return
        clock = RepricingClock.objects.select_for_update().get()
        if clock.swept_until >= now:
            return
        if groups := _groups_of_windows(clock.swept_until, now):
            repricing.request_for_groups(groups)
            outbox.record([telling.of_context(telling.BY_WINDOW, groups)])
        repricing.request_for_customers(_customers_of_memberships(clock.swept_until, now))
        mirroring.request(_customers_of_memberships(clock.swept_until, now))
        changes.record(_customers_whom_rules_ask(clock.swept_until, now), changes.Fact.GROUPS)
        clock.swept_until = now
        clock.save(update_fields=["swept_until"])


def _groups_of_windows(after: datetime, until: datetime) -> list[int]:
    crossed = Q(starts_at__gt=after, starts_at__lte=until) | Q(
        ends_at__gt=after, ends_at__lte=until
    )
    rules = PriceRule.objects.filter(crossed, active=True, groups__isnull=False)
    lists = PriceList.objects.filter(crossed, active=True, groups__isnull=False)
    found = {*rules.values_list("groups", flat=True), *lists.values_list("groups", flat=True)}
    return sorted(found)


def _customers_of_memberships(after: datetime, until: datetime) -> Iterable[int]:
    return _distinct(_crossed(after, until))


def _customers_whom_rules_ask(after: datetime, until: datetime) -> Iterable[int]:
    """Of those the ones whose group is named by another group's rule."""
    named = Segment.refers_to.through.objects.values("customergroup_id")
    return _distinct(_crossed(after, until).filter(group_id__in=named))


def _crossed(after: datetime, until: datetime) -> QuerySet[Membership]:
    ended = Q(until__gt=after, until__lte=until)
    # One that began when it was written was asked for by its writer.
    began = Q(started_at__gt=Greatest(after, F("created_at")), started_at__lte=until)
    return Membership.objects.filter(ended | began)


def _distinct(memberships: QuerySet[Membership]) -> Iterable[int]:
    ids = memberships.order_by("customer_id").values_list("customer_id", flat=True)
    return ids.distinct().iterator()
