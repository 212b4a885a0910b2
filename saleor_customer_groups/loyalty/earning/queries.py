"""Questions about what orders earned. Nothing here writes."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet, Sum

from ...models import Earning
from ..rules import Amount, from_units


def pending_of(customer_id: int) -> QuerySet[Earning]:
    """What a customer has earned and not got yet, the soonest first."""
    mine = Earning.objects.filter(customer_id=customer_id, posted_at=None, kept__gt=0)
    return mine.order_by("available_at", "id")


def owed_by(customer_id: int) -> dict[tuple[str, str], Amount]:
    """By unit and currency what refunds could not take back from a customer."""
    rows = Earning.objects.filter(customer_id=customer_id, shortfall__gt=0).order_by()
    sums = rows.values_list("unit", "currency").annotate(Sum("shortfall"))
    return {(unit, currency): from_units(owed, currency) for unit, currency, owed in sums}


def of_order(order_id: UUID) -> QuerySet[Earning]:
    """What an order earned, also of customers who had it before."""
    return Earning.objects.filter(order_id=order_id).order_by("id")
