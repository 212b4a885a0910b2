"""Endpoints that fail: said aloud after a day and each day after, switched off after five."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from .. import events
from ..models import OffReason, WebhookEndpoint
from . import deliveries, endpoints, outbox, schedule

logger = logging.getLogger(__name__)

LATE: Final = timedelta(minutes=10)  # some sweeps


def watch(now: datetime) -> int:
    """Tell of endpoints that have failed for a day, and switch off those that have for five.

    For the sweep; how many it did something about.
    """
    failing = WebhookEndpoint.objects.filter(off_since=None, failing_since__isnull=False)
    acted = 0
    for endpoint in failing.filter(failing_since__lte=now - schedule.OFF_AFTER):
        acted += _switch_off(endpoint, now)
    silent = Q(alerted_at=None) | Q(alerted_at__lte=now - schedule.ALERT_AFTER)
    for endpoint in failing.filter(silent, failing_since__lte=now - schedule.ALERT_AFTER):
        acted += _tell(endpoint, failing.filter(silent, pk=endpoint.pk), now)
    return acted


def _switch_off(endpoint: WebhookEndpoint, now: datetime) -> int:
    with transaction.atomic():
        since = endpoints.locked(endpoint).failing_since
        if since is None or since > now - schedule.OFF_AFTER:
            return 0  # it works again since we looked
        endpoints.disable(endpoint, reason=OffReason.FAILING, now=now)
    return 1


def _tell(endpoint: WebhookEndpoint, silent: QuerySet[WebhookEndpoint], now: datetime) -> int:
    with transaction.atomic():
        since = endpoint.failing_since
        if since is None or not silent.filter(failing_since=since).update(alerted_at=now):
            return 0  # it works again, or another sweep tells
        logger.warning(
            "The endpoint %s (%s) has failed since %s: %s It is switched off after five days.",
            endpoint.pk,
            endpoint,
            since.isoformat(timespec="seconds"),
            endpoint.last_error,
        )
        told = events.EndpointFailing(
            endpoint=events.endpoint_id(endpoint.pk),
            endpoint_name=endpoint.name,
            failing_since=since,
            disabled_at=since + schedule.OFF_AFTER,
        )
        outbox.record([told], at=now)
    return 1


def overdue(now: datetime) -> int:
    """How many deliveries' time has passed, to endpoints that may be called, while nobody calls.

    None while the sweep and a worker run: for monitoring.
    """
    return deliveries.count_overdue(now - LATE)
