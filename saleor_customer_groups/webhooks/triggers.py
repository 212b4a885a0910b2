"""Triggers: the writer of `Trigger`; its rate is counted by inbound.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from .. import vault
from ..errors import InvalidInput
from ..models import Trigger
from ..sentences import Sentence
from . import signing

MOST_CALLS: Final = 6_000  # a minute


@dataclass(frozen=True, slots=True)
class IssuedTrigger:
    """A trigger and its new secret, to be shown now and never again."""

    trigger: Trigger
    secret: str = field(repr=False)


def create(
    name: str,
    purpose: str,
    *,
    config: Mapping[str, Any] | None = None,
    calls_a_minute: int = 60,
) -> IssuedTrigger:
    """Make a trigger. InvalidInput: no name, no purpose, a rate out of bounds."""
    secret = signing.new_secret()
    trigger = Trigger.objects.create(
        name=_text(name, "name", longest=250),
        purpose=_text(purpose, "purpose", longest=64),
        config=dict(config or {}),
        calls_a_minute=_rate(calls_a_minute),
        secret=vault.seal(secret),
    )
    return IssuedTrigger(trigger, secret)


def update(
    trigger: Trigger,
    *,
    name: str | None = None,
    config: Mapping[str, Any] | None = None,
    calls_a_minute: int | None = None,
    enabled: bool | None = None,
) -> Trigger:
    """Change what is given. InvalidInput: no name, a rate out of bounds, or it is gone.

    Calls of one that is not `enabled` are answered as of one that there is not.
    """
    fields: dict[str, Any] = {}
    if name is not None:
        fields["name"] = _text(name, "name", longest=250)
    if config is not None:
        fields["config"] = dict(config)
    if calls_a_minute is not None:
        fields["calls_a_minute"] = _rate(calls_a_minute)
    if enabled is not None:
        fields["enabled"] = enabled
    return _changed(trigger, **fields)


def rotate(trigger: Trigger, *, now: datetime | None = None) -> IssuedTrigger:
    """Give it a new secret; for 24 hours the one before is accepted too."""
    now = now or timezone.now()
    secret = signing.new_secret()
    with transaction.atomic():
        current = Trigger.objects.select_for_update(no_key=True).filter(pk=trigger.pk).first()
        if current is None:
            raise _gone(trigger)
        changed = _changed(
            current,
            secret=vault.seal(secret),
            old_secret=current.secret,
            old_secret_until=now + signing.ROTATION,
        )
    return IssuedTrigger(changed, secret)


def set_enabled(trigger: Trigger, enabled: bool) -> Trigger:
    """Switch it on or off, as `update`."""
    return _changed(trigger, enabled=enabled)


def delete(trigger: Trigger) -> None:
    """Delete it and the log of its calls."""
    Trigger.objects.filter(pk=trigger.pk).delete()


def keys(trigger: Trigger, *, now: datetime) -> list[str]:
    """The secrets that are accepted at this moment. Refused: they cannot be read."""
    sealed = [trigger.secret]
    if trigger.old_secret_until is not None and trigger.old_secret_until > now:
        sealed.append(trigger.old_secret)
    return [vault.unseal(text) for text in sealed]


def _text(text: str, field: str, *, longest: int) -> str:
    text = text.strip()
    if not 1 <= len(text) <= longest:
        sentence = Sentence(
            "The {field} must have 1 to {most} characters.", field=field, most=longest
        )
        raise InvalidInput(sentence, field=field)
    return text


def _rate(calls_a_minute: int) -> int:
    if not 1 <= calls_a_minute <= MOST_CALLS:
        sentence = Sentence("There may be 1 to {most:,} calls a minute.", most=MOST_CALLS)
        raise InvalidInput(sentence, field="calls_a_minute")
    return calls_a_minute


def _changed(trigger: Trigger, **fields: Any) -> Trigger:
    fields["updated_at"] = timezone.now()
    if not Trigger.objects.filter(pk=trigger.pk).update(**fields):
        raise _gone(trigger)
    return Trigger.objects.get(pk=trigger.pk)


def _gone(trigger: Trigger) -> InvalidInput:
    sentence = Sentence("There is no trigger {trigger} any more.", trigger=trigger.name)
    return InvalidInput(sentence, field="trigger", code="not_found")
