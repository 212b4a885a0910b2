"""Reversing a whole adjustment: mirror entries, as far as what was given is still there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from ...models import Adjustment, LoyaltyEntry, LoyaltyKind
from .. import mirrors, rules
from ..rules import Amount
from . import plans, steps

NEXT: Final = """
SELECT count(*), max(account_id) FROM (
    SELECT account_id FROM {entry}
     WHERE adjustment_id = %(adjustment)s AND account_id > %(after)s AND kind = 'adjust'
     ORDER BY account_id LIMIT %(limit)s) AS chunk
"""

PAGE: Final = 1_000

REPORT: Final = """
SELECT entry.account_id, account.customer_id, entry.amount, coalesce(mirror.amount, 0)
  FROM {entry} AS entry
  JOIN {account} AS account ON account.id = entry.account_id
  LEFT JOIN {entry} AS mirror ON mirror.reverses_id = entry.id
                             AND mirror.adjustment_id = entry.adjustment_id
 WHERE entry.adjustment_id = %(adjustment)s AND entry.kind = 'adjust'
   AND entry.account_id > %(after)s
 ORDER BY entry.account_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Reversed:
    """What became of one customer's entry; `customer_id` is None when they were erased since.

    `missing` (positive) is what could not be taken back, because it was spent or had expired.
    """

    customer_id: int | None
    amount: Amount
    taken_back: Amount
    missing: Amount


def next_chunk(adjustment: Adjustment, limit: int) -> bool:
    """Reverse the entries of the next accounts; False when there are none. Within
    `steps.at_work`.
    """
    params = {"adjustment": adjustment.pk, "after": adjustment.position, "limit": limit}
    [(count, last)] = plans.rows(plans.named(NEXT), params)
    if not count:
        return False
    counts = mirrors.reverse_many(
        adjustment.pk, after=adjustment.position, last=last, now=timezone.now()
    )
    steps.got_on(
        adjustment,
        position=last,
        done=adjustment.done + count,
        taken_back=adjustment.taken_back + counts.amount,
        not_taken_back=adjustment.not_taken_back + counts.shortfall,
    )
    return True


def report(adjustment: Adjustment) -> Iterator[Reversed]:
    """What each customer got, and what the reversal could take back of it; by account.

    Read in pages as they are asked for, so a million of them need no memory here.
    """
    after = 0
    while page := _page(adjustment, after):
        after = page[-1][0]
        for _, customer_id, amount, mirror in page:
            yield Reversed(
                customer_id=customer_id,
                amount=rules.from_units(amount, adjustment.currency),
                taken_back=rules.from_units(-mirror, adjustment.currency),
                missing=rules.from_units(
                    amount + mirror if adjustment.reversal_began_at else 0, adjustment.currency
                ),
            )


def entries_of(adjustment: Adjustment) -> QuerySet[LoyaltyEntry]:
    """The entries that it made, with their accounts and those accounts' customers, by account."""
    entries = LoyaltyEntry.objects.filter(adjustment_id=adjustment.pk, kind=LoyaltyKind.ADJUST)
    return entries.select_related("account__customer").order_by("account_id")


def taken_back(adjustment: Adjustment, entry_ids: Collection[int]) -> dict[int, Amount]:
    """By entry what the reversal took back of it; missing is what it has not come to yet."""
    mirrors = LoyaltyEntry.objects.filter(
        reverses__in=entry_ids, adjustment_id=adjustment.pk, kind=LoyaltyKind.REVERSE
    )
    return {
        entry_id: rules.from_units(-amount, adjustment.currency)
        for entry_id, amount in mirrors.order_by().values_list("reverses", "amount")
        if entry_id is not None
    }


def _page(adjustment: Adjustment, after: int) -> list[tuple[int, int | None, int, int]]:
    params = {"adjustment": adjustment.pk, "after": after, "limit": PAGE}
    return plans.rows(plans.named(REPORT), params)
