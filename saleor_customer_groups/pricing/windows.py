"""The clock: windows and memberships that opened or closed since the last look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from .. import mirroring, repricing
from ..models import Membership, PriceList, PriceRule, RepricingClock


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
        repricing.request_for_groups(_groups_of_windows(clock.swept_until, now))
        repricing.request_for_customers(_customers_of_memberships(clock.swept_until, now))
        mirroring.request(_customers_of_memberships(clock.swept_until, now))
        clock.swept_until = now
        clock.save(update_fields=["swept_until"])


def _groups_of_windows(after: datetime, until: datetime) -> Iterable[int]:
    crossed = Q(starts_at__gt=after, starts_at__lte=until) | Q(
        ends_at__gt=after, ends_at__lte=until
    )
    rules = PriceRule.objects.filter(crossed, active=True, groups__isnull=False)
    lists = PriceList.objects.filter(crossed, active=True, groups__isnull=False)
    found = {*rules.values_list("groups", flat=True), *lists.values_list("groups", flat=True)}
    return sorted(found)


def _customers_of_memberships(after: datetime, until: datetime) -> Iterable[int]:
    ended = Q(until__gt=after, until__lte=until)
    # One that began when it was written was asked for by its writer.
    began = Q(started_at__gt=Greatest(after, F("created_at")), started_at__lte=until)
    found = Membership.objects.filter(ended | began)
    return found.order_by("customer_id").values_list("customer_id", flat=True).distinct().iterator()
