"""Newcomers: which channel they registered in, and their default group."""

from __future__ import annotations

import inspect
import logging
from typing import Any, Final

from celery import current_task
from saleor.channel.models import Channel

from ..groups import defaults

logger = logging.getLogger(__name__)

REGISTRATION_TASK: Final = "saleor.account.tasks.finish_creating_user"


def welcome(customer: Any, *, channel_slug: str | None = None) -> None:
    """Put a new customer into the default group of the channel, else of the shop.

    Harmless when it comes twice. An error is logged and never reaches the registration: the
    customer is assigned at the first basket, or by `assign_default_group`.
    """
    if customer.is_staff:
        return
    try:
        channel_id = _channel_id(channel_slug or registration_channel())
        defaults.ensure_default(customer.pk, channel_id=channel_id)
    except Exception:
        logger.exception("Customer %s was not put into the default group.", customer.pk)


def registration_channel() -> str | None:
    """The channel slug of the registration that is being finished, if one is.

    Saleor's event names no channel (only the one for e-mail confirmation does), but it comes
    out of a Celery task that was given the channel as an argument.
    """
    if not current_task or current_task.name != REGISTRATION_TASK:
        return None
    names = list(inspect.signature(current_task.run).parameters)
    arguments = dict(zip(names, current_task.request.args or (), strict=False))
    arguments.update(current_task.request.kwargs or {})
    slug = arguments.get("channel_slug")
    return slug if isinstance(slug, str) and slug else None


def _channel_id(slug: str | None) -> int | None:
    if slug is None:
        return None
    found: int | None = Channel.objects.filter(slug=slug).values_list("pk", flat=True).first()
    return found
