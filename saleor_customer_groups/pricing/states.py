"""What state a rule or price list is in at a moment."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, TextChoices

from ..models.pricing import Schedule


class State(TextChoices):
    """The window includes its start and not its end."""

    ACTIVE = "active", "In force."
    SCHEDULED = "scheduled", "Switched on; its window opens later."
    ENDED = "ended", "Its window is over."
    OFF = "off", "Switched off."


def state_of(row: Schedule, now: datetime) -> State:
    """The state of a rule or list. One that ended stays so when it is switched off."""
    if row.ends_at is not None and row.ends_at <= now:
        return State.ENDED
    if not row.active:
        return State.OFF
    if row.starts_at is not None and row.starts_at > now:
        return State.SCHEDULED
    return State.ACTIVE


def in_state(state: str, now: datetime) -> Q:
    """The rules or lists that are in this state."""
    ended = Q(ends_at__isnull=False, ends_at__lte=now)
    later = Q(starts_at__isnull=False, starts_at__gt=now)
    return {
        State.ENDED.value: ended,
        State.OFF.value: ~ended & Q(active=False),
        State.SCHEDULED.value: ~ended & Q(active=True) & later,
        State.ACTIVE.value: ~ended & Q(active=True) & ~later,
    }[str(state)]
