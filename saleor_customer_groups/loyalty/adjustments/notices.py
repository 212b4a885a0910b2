"""Asking other systems to tell customers of an adjustment, where the merchant chose so.

In batches, by event; who sends the mails and short messages looks the addresses up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ... import events
from ...models import Adjustment
from ...webhooks import outbox
from .. import rules
from . import plans

# Who got an entry in this chunk, and can be reached.
REACHED: Final = """
SELECT account.customer_id, entry.amount, entry.balance_after,
       customer.email <> '' AS by_email,
       ({phone}) IS NOT NULL AS by_sms
  FROM {account} AS account
  JOIN {entry} AS entry ON entry.account_id = account.id
                       AND entry.adjustment_id = %(adjustment)s AND entry.kind = 'adjust'
  JOIN {customer} AS customer ON customer.id = account.customer_id
 WHERE account.customer_id > %(after)s AND account.customer_id <= %(last)s
   AND account.unit = %(unit)s AND account.currency = %(currency)s
 ORDER BY account.customer_id
"""
BY_EMAIL: Final = 3  # the column that says so
BY_SMS: Final = 4


def request(adjustment: Adjustment, *, after: int, last: int) -> None:
    """Record whom to tell among the customers above `after`, up to `last`."""
    chosen = [
        (channel, column)
        for channel, column, wanted in (
            ("email", BY_EMAIL, adjustment.notify_email),
            ("sms", BY_SMS, adjustment.notify_sms),
        )
        if wanted
    ]
    if not chosen:
        return
    params = {
        "adjustment": adjustment.pk,
        "unit": adjustment.unit,
        "currency": adjustment.currency,
        "after": after,
        "last": last,
    }
    rows = plans.rows(plans.named(REACHED), params)
    for channel, column in chosen:
        outbox.record(_batches(adjustment, channel, [row for row in rows if row[column]]))


def _batches(
    adjustment: Adjustment, channel: str, rows: list[tuple[int, int, int, bool, bool]]
) -> Iterator[events.Payload]:
    size = events.CUSTOMERS_TOGETHER
    for start in range(0, len(rows), size):
        yield events.LoyaltyNoticeRequested(
            adjustment=adjustment.pk,
            channel=channel,
            unit=adjustment.unit,
            currency=adjustment.currency,
            reason=adjustment.reason,
            recipients=tuple(
                events.Notice(
                    customer=events.customer_id(customer_id),
                    amount=rules.from_units(amount, adjustment.currency),
                    balance=rules.from_units(balance, adjustment.currency),
                )
                for customer_id, amount, balance, *_ in rows[start : start + size]
            ),
        )
