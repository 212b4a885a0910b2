"""What an adjustment would do, before it is done: nothing is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from ...models import Adjustment
from ...segments import audience
from .. import rules
from ..rules import Amount
from . import drafts, plans

# A placeholder of a statement, and no percent sign that is meant.
PLACEHOLDER: Final = re.compile(r"(?<!%)%s")


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come of it. Amounts are Decimal for money, int for points.

    `customers` is the audience, `changing` of them get an entry; `given` and `taken` (positive)
    are the sums, so `liability` is by how much more the shop would owe. `skipped`: how many are
    passed over, by reason (models.SkipReason). `by_email`, `by_sms`: how many of the changing a
    notification could reach.
    """

    customers: int
    changing: int
    given: Amount
    taken: Amount
    liability: Amount
    skipped: Mapping[str, int]
    by_email: int
    by_sms: int


def preview(adjustment: Adjustment, *, now: datetime | None = None) -> Preview:
    """What the adjustment would do at `now`, in one statement.

    InvalidRule: its filter cannot be read any more.
    """
    moment = now or timezone.now()
    found = audience.select(drafts.audience_of(adjustment), now=moment)
    params = plans.parameters(adjustment, now=moment)
    named, more = _bound_by_name(found.sql, found.params)
    planned = plans.planned(named)
    rows = plans.rows(plans.named(plans.PREVIEW, planned=planned), params | more)
    changing = [row for row in rows if not row[0]]
    # More than the act itself could count is shown all the same.
    given, taken = (abs(sum(int(row[column]) for row in changing)) for column in (2, 3))

    def seen(units: int) -> Amount:
        return rules.from_units(units, adjustment.currency)

    return Preview(
        customers=sum(row[1] for row in rows),
        changing=sum(row[1] for row in changing),
        given=seen(given),
        taken=seen(taken),
        liability=seen(given - taken),
        skipped={row[0]: row[1] for row in rows if row[0]},
        by_email=sum(row[4] for row in changing),
        by_sms=sum(row[5] for row in changing),
    )


def _bound_by_name(sql: str, params: list[Any]) -> tuple[str, dict[str, Any]]:
    """The same statement with named parameters, so that it fits into another one."""
    values = {f"audience_{number}": value for number, value in enumerate(params)}
    names = iter(values)
    return PLACEHOLDER.sub(lambda _: f"%({next(names)})s", sql), values
