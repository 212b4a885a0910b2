"""Questions about what orders earned. Nothing here writes."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet, Sum

from ...models import Earning, EarningMultiplier, EarningRule
from ...pricing.inputs import TARGET_KINDS, TargetInput
from ..rules import Amount, from_units
from .inputs import EarningRuleInput, MultiplierInput


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


def said_by(rule: EarningRule) -> EarningRuleInput:
    """What the rule says now, as one would say it to the editing."""
    return EarningRuleInput(
        name=rule.name,
        group_id=rule.group_id,
        unit=rule.unit,
        rate=rule.rate,
        channel_id=rule.channel_id,
        validity_days=rule.validity_days,
        pending_days=rule.pending_days,
        active=rule.active,
        starts_at=rule.starts_at,
        ends_at=rule.ends_at,
        multipliers=[
            MultiplierInput(
                factor=one.factor,
                everything=one.everything,
                targets=targets_of(one),
                starts_at=one.starts_at,
                ends_at=one.ends_at,
            )
            for one in rule.multipliers.all()
        ],
    )


def targets_of(multiplier: EarningMultiplier) -> list[TargetInput]:
    """What a multiplier is for."""
    return [
        TargetInput(kind, number)
        for target in multiplier.targets.all()
        for kind in TARGET_KINDS
        if (number := getattr(target, f"{kind}_id")) is not None
    ]
