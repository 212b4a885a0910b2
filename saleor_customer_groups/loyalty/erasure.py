"""Forgetting customers: their accounts stay, nameless, and no sum changes.

The database itself takes the customer out of an account when they are deleted. The words about
its entries, and what its holds were for, go here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from ..models import LoyaltyAccount, LoyaltyHold, LoyaltyNote

CHUNK: Final = 500  # accounts a transaction


def forget(customer_ids: Iterable[int], *, now: datetime | None = None) -> int:
    """Erase these customers, deleted ones or ones made anonymous; how many accounts were theirs.

    May be repeated. What is open goes on: holds are still captured or freed, and lots expire.
    """
    with transaction.atomic():
        own = LoyaltyAccount.objects.filter(customer__in=list(customer_ids)).order_by("id")
        ids = list(own.select_for_update(no_key=True).values_list("pk", flat=True))
        LoyaltyAccount.objects.filter(pk__in=ids).update(customer=None)
    return forget_the_gone(now=now)


def forget_the_gone(*, now: datetime | None = None) -> int:
    """The same for all whose customer is gone and who are not forgotten yet; how many accounts."""
    count = 0
    while done := _forget_some(now or timezone.now()):
        count += done
    return count


def _forget_some(now: datetime) -> int:
    with transaction.atomic():
        gone = LoyaltyAccount.objects.filter(customer=None, forgotten_at=None).order_by("id")
        ids = list(gone.select_for_update(no_key=True).values_list("pk", flat=True)[:CHUNK])
        LoyaltyNote.objects.filter(account__in=ids).delete()
        LoyaltyHold.objects.filter(account__in=ids).update(reference="")
        return LoyaltyAccount.objects.filter(pk__in=ids).update(forgotten_at=now)
