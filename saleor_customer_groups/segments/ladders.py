"""Upgrade ladders: a group for each step, from Silver to Gold, kept by what customers spend."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from ..groups import editing as groups
from ..models import CustomerGroup
from . import editing, templates


def create_ladder(
    steps: Sequence[tuple[str, str | Decimal]],
    *,
    currency: str,
    days: int,
    downgrade: bool = True,
) -> tuple[CustomerGroup, ...]:
    """Make a dynamic group for each step (name, amount), lowest first, all or none.

    A customer is in the highest step that they reached by what they spent in the last `days`;
    without `downgrade` they never fall below a step again. The steps' priorities rise with them.
    InvalidInput: no steps, or amounts that do not rise.
    """
    with transaction.atomic():
        editing.one_at_a_time()
        made = [groups.create_group(name, priority=n) for n, (name, _) in enumerate(steps)]
        rules = templates.ladder(
            steps,
            currency=currency,
            days=days,
            downgrade=downgrade,
            group_ids=[group.pk for group in made],
        )
        for group, step in zip(made, rules, strict=True):
            editing.set_rule(group, step.rule)
    return tuple(CustomerGroup.objects.get(pk=group.pk) for group in made)
