"""Telling that something expires soon: the only writer of `ExpiryWarning`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from .. import conf, events
from ..models import ExpiryWarning, LoyaltyAccount, LoyaltyLot
from ..webhooks import outbox
from . import rules

TOGETHER: Final = 500  # warnings that one transaction writes

# Accounts and days that were not told of, each with what expires then and when that begins.
WARN: Final = """
WITH due AS (
    SELECT lot.account_id, (lot.expires_at AT TIME ZONE %(zone)s)::date AS day,
           SUM(lot.remaining) AS amount, MIN(lot.expires_at) AS expires_at
      FROM {lot} AS lot
      JOIN {account} AS account ON account.id = lot.account_id
     WHERE lot.remaining > 0 AND lot.expires_at > %(now)s AND lot.expires_at <= %(until)s
       AND account.customer_id IS NOT NULL
       AND NOT EXISTS (
           SELECT 1 FROM {warning} AS told
            WHERE told.account_id = lot.account_id
              AND told.day = (lot.expires_at AT TIME ZONE %(zone)s)::date)
     GROUP BY 1, 2 ORDER BY 1, 2 LIMIT %(limit)s
), told AS (
    INSERT INTO {warning} (account_id, day) SELECT account_id, day FROM due
        ON CONFLICT (account_id, day) DO NOTHING RETURNING account_id, day
)
SELECT account.customer_id, account.unit, account.currency, due.amount::bigint, due.expires_at
  FROM told JOIN due USING (account_id, day) JOIN {account} AS account ON account.id = account_id
 ORDER BY account.customer_id, due.expires_at
"""
TABLES: Final = {
    "lot": LoyaltyLot._meta.db_table,
    "account": LoyaltyAccount._meta.db_table,
    "warning": ExpiryWarning._meta.db_table,
}


def warn(now: datetime) -> int:
    """Tell of what expires within EXPIRY_WARNING_DAYS, of each account and day once; how often.

    May be killed and run again, and run at the same time as itself. For the sweep.
    """
    days = conf.get("EXPIRY_WARNING_DAYS")
    if days is None:
        return 0
    until, told = now + timedelta(days=days), 0
    while True:
        with transaction.atomic():
            payloads = [_event(*row) for row in _rows(now, until)]
            outbox.record(payloads, at=now)
        told += len(payloads)
        if len(payloads) < TOGETHER:
            return told


def purge(now: datetime) -> int:
    """Forget the warnings of days that are over; how many. For the night."""
    yesterday = timezone.localdate(now) - timedelta(days=1)
    return ExpiryWarning.objects.filter(day__lt=yesterday).delete()[0]


def _rows(now: datetime, until: datetime) -> list[tuple[Any, ...]]:
    zone = timezone.get_default_timezone_name()
    with connection.cursor() as cursor:
        cursor.execute(
            WARN.format(**TABLES), {"zone": zone, "now": now, "until": until, "limit": TOGETHER}
        )
        return list(cursor.fetchall())


def _event(
    customer_id: int, unit: str, currency: str, amount: int, expires_at: datetime
) -> events.LoyaltyExpiringSoon:
    return events.LoyaltyExpiringSoon(
        customer=events.customer_id(customer_id),
        unit=unit,
        amount=rules.from_units(amount, currency),
        currency=currency,
        expires_at=expires_at,
    )
