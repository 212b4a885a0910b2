"""What an adjustment means for each customer: one SQL expression for the preview and the act.

So what is previewed is what is done, as long as nothing changes meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Model

from ...models import (
    Adjustment,
    AdjustmentMode,
    AdjustmentSkip,
    AdjustmentTarget,
    LoyaltyAccount,
    LoyaltyEntry,
    LoyaltyLot,
)
from ...segments import contacts
from .. import requests

# What is in the balance at %(now)s: what expired counts no more, also before the job took it.
# `skip` is why a customer gets nothing; `delta` is what the balance changes by.
PLANNED: Final = """
SELECT named.id, customer.id AS customer_id,
       CASE WHEN customer.id IS NULL THEN 'deleted'
            WHEN NOT customer.is_active THEN 'inactive'
            WHEN %(gives)s THEN NULL
            WHEN account.id IS NULL AND %(currency)s <> '' AND EXISTS (
                     SELECT FROM {account} AS other
                      WHERE other.customer_id = customer.id AND other.unit = %(unit)s)
                THEN 'other_currency'
            WHEN %(absolute)s AND held.balance = %(amount)s THEN 'unchanged'
            WHEN NOT %(absolute)s AND held.balance = 0 THEN 'at_zero'
       END AS skip,
       CASE WHEN %(absolute)s THEN %(amount)s - held.balance
            WHEN %(gives)s THEN %(amount)s
            ELSE greatest(%(amount)s, - held.balance)
       END AS delta,
       customer.email <> '' AS has_email,
       ({phone}) IS NOT NULL AS has_phone
  FROM ({named}) AS named
  LEFT JOIN {customer} AS customer ON customer.id = named.id {of_customers}
  LEFT JOIN {account} AS account
         ON account.customer_id = customer.id AND account.unit = %(unit)s
        AND account.currency = %(currency)s {of_accounts}
  CROSS JOIN LATERAL (
       SELECT coalesce(account.balance, 0) - coalesce((
              SELECT sum(lot.remaining) FROM {lot} AS lot
               WHERE lot.account_id = account.id AND lot.remaining > 0
                 AND lot.expires_at <= %(now)s), 0) AS balance) AS held
"""

# For a chunk: whatever the planner believes, no other customers and accounts are read.
WITHIN: Final = {
    "of_customers": "AND customer.id > %(after)s AND customer.id <= %(last)s",
    "of_accounts": "AND account.customer_id > %(after)s AND account.customer_id <= %(last)s",
}

NEXT: Final = """
SELECT count(*), max(customer_id) FROM (
    SELECT customer_id FROM {target}
     WHERE adjustment_id = %(adjustment)s AND customer_id > %(after)s
     ORDER BY customer_id LIMIT %(limit)s) AS chunk
"""

CHUNK: Final = """
SELECT customer_id AS id FROM {target}
 WHERE adjustment_id = %(adjustment)s AND customer_id > %(after)s AND customer_id <= %(last)s
"""

# Nobody but the worker at this adjustment writes these; a chunk is repeated only when it was
# rolled back.
SKIP: Final = """
INSERT INTO {skip} (adjustment_id, customer_id, reason)
SELECT %(adjustment)s, id, skip FROM ({planned}) AS planned WHERE skip IS NOT NULL ORDER BY id
"""

# For the ledger: who is left, with what each row asks for.
REMAINING: Final = """
SELECT customer_id, %(asked)s::bigint AS amount, %(expires_at)s::timestamptz AS expires_at
  FROM {target} AS target
 WHERE adjustment_id = %(adjustment)s AND customer_id > %(after)s AND customer_id <= %(last)s
   AND NOT EXISTS (SELECT FROM {skip} AS skip
                    WHERE skip.adjustment_id = target.adjustment_id
                      AND skip.customer_id = target.customer_id)
"""

PREVIEW: Final = """
SELECT coalesce(skip, ''), count(*),
       coalesce(sum(delta) FILTER (WHERE delta > 0), 0),
       coalesce(sum(delta) FILTER (WHERE delta < 0), 0),
       count(*) FILTER (WHERE has_email), count(*) FILTER (WHERE has_phone)
  FROM ({planned}) AS planned GROUP BY 1
"""


def planned(whom: str, *, chunk: bool = False) -> str:
    """PLANNED for these customers; `chunk`: they lie within the parameters `after` and `last`."""
    bounds = WITHIN if chunk else dict.fromkeys(WITHIN, "")
    return named(PLANNED, named=whom, **bounds)


def named(statement: str, **parts: str) -> str:
    """The statement with the tables' names in it; `parts` are other statements of ours."""
    tables: dict[str, type[Model]] = {
        "customer": get_user_model(),
        "account": LoyaltyAccount,
        "lot": LoyaltyLot,
        "target": AdjustmentTarget,
        "skip": AdjustmentSkip,
        "entry": LoyaltyEntry,
    }
    quoted = {key: connection.ops.quote_name(one._meta.db_table) for key, one in tables.items()}
    return statement.format(**quoted, **parts, phone=contacts.phone())


def parameters(adjustment: Adjustment, *, now: datetime) -> dict[str, Any]:
    """The parameters of `PLANNED`."""
    absolute = adjustment.mode == AdjustmentMode.ABSOLUTE
    return {
        "adjustment": adjustment.pk,
        "unit": adjustment.unit,
        "currency": adjustment.currency,
        "amount": adjustment.amount,
        "absolute": absolute,
        # What another system has, only that system knows.
        "gives": not absolute and (adjustment.amount > 0 or requests.are_used()),
        "now": now,
    }


def rows(sql: str, params: dict[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """What the statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
