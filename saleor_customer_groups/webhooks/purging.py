"""Forgetting what every endpoint has: delivered events, after some days. Never the undelivered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from .. import conf
from ..models import Trigger, WebhookEndpoint

CHUNK: Final = 5_000  # rows of one transaction

DELIVERED: Final = """
SELECT id FROM saleor_customer_groups_webhookdelivery
 WHERE state = 'delivered' AND finished_at < %s
 ORDER BY finished_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
ATTEMPTS: Final = """
DELETE FROM saleor_customer_groups_deliveryattempt WHERE delivery_id = ANY (%s)
"""
DELIVERIES: Final = "DELETE FROM saleor_customer_groups_webhookdelivery WHERE id = ANY (%s)"
# Locked, and then asked once more: somebody may have replayed it meanwhile.
EVENTS: Final = """
SELECT id FROM saleor_customer_groups_outboxevent AS event
 WHERE created_at < %s AND dispatched_at < %s AND NOT EXISTS
       (SELECT FROM saleor_customer_groups_webhookdelivery WHERE event_id = event.id)
 ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
CALLS: Final = """
DELETE FROM saleor_customer_groups_triggercall
 WHERE id IN (SELECT id FROM saleor_customer_groups_triggercall
               WHERE at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)
"""
UNNEEDED: Final = """
DELETE FROM saleor_customer_groups_outboxevent AS event
 WHERE id = ANY (%s) AND NOT EXISTS
       (SELECT FROM saleor_customer_groups_webhookdelivery WHERE event_id = event.id)
"""


def purge(now: datetime) -> int:
    """Remove events that are older than WEBHOOK_DAYS, and their deliveries and log, once each
    endpoint has them; how many rows. Pending and failed deliveries and their events stay.
    """
    before = now - timedelta(days=conf.get("WEBHOOK_DAYS"))
    WebhookEndpoint.objects.filter(old_secret_until__lte=now).update(
        old_secret="", old_secret_until=None
    )
    return _in_chunks(_purge_deliveries, before) + _in_chunks(_purge_events, before)


def purge_calls(now: datetime) -> int:
    """Remove calls of triggers that are older than TRIGGER_DAYS; how many."""
    Trigger.objects.filter(old_secret_until__lte=now).update(old_secret="", old_secret_until=None)
    return _in_chunks(_purge_calls, now - timedelta(days=conf.get("TRIGGER_DAYS")))


def _in_chunks(some: Callable[[datetime], int], before: datetime) -> int:
    count = 0
    while removed := some(before):
        count += removed
    return count


def _purge_deliveries(before: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DELIVERED, [before, CHUNK])
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(ATTEMPTS, [ids])
        cursor.execute(DELIVERIES, [ids])
    return len(ids)


def _purge_events(before: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(EVENTS, [before, before, CHUNK])
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(UNNEEDED, [ids])
    return len(ids)


def _purge_calls(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(CALLS, [before, CHUNK])
        return int(cursor.rowcount)
