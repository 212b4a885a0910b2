"""Erased customers, as far as adjustments name them; sums and counts stay."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from ...models import Adjustment, AdjustmentSkip, AdjustmentTarget


def forget(customer_ids: Collection[int]) -> None:
    """Take these customers out of what is prepared or at work, and out of the reports."""
    ids = sorted(customer_ids)
    with transaction.atomic():
        picking = Adjustment.objects.filter(customer_ids__overlap=ids).order_by("pk")
        for adjustment in picking.select_for_update():
            rest = [one for one in adjustment.customer_ids or () if one not in customer_ids]
            Adjustment.objects.filter(pk=adjustment.pk).update(customer_ids=rest)
        AdjustmentTarget.objects.filter(customer_id__in=ids).delete()
        AdjustmentSkip.objects.filter(customer_id__in=ids).delete()
