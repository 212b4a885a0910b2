"""Bulk acts on balances, from the draft to their end: the writer of `Adjustment`.

Every step is a conditional UPDATE, so of two who decide at the same time one is told that the
other was first. What is done about the customers, chunk by chunk, is in adjusting.py and
reversing.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from .. import background, conf
from ..errors import CustomerGroupsError, InvalidInput, Refused
from ..groups import kinds, references
from ..models import Adjustment, AdjustmentMode, AdjustmentStatus, CustomerGroup, LoyaltyUnit
from ..segments import audience
from ..segments.audience import Audience
from . import units

LATE: Final = timedelta(minutes=1)  # without a chunk, before the sweep starts it again
AT_ONCE: Final = 100  # adjustments that one sweep looks at
Status = AdjustmentStatus

GOING_ON: Final = (Status.RUNNING, Status.REVERSING)
# Nothing was done yet, so it may still be changed or thrown away.
NOT_BEGUN: Final = (Status.DRAFT, Status.SCHEDULED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an adjustment shall do.

    `amount` is a Decimal of `currency` for credit and cashback, an int for points (whose currency
    is ""). With `absolute` the balance is set to it, else it is added, or with a minus subtracted.
    What is given expires at `expires_at` or `valid_days` after the start; neither: never.
    """

    unit: str
    amount: Decimal | int
    currency: str = ""
    absolute: bool = False
    expires_at: datetime | None = None
    valid_days: int | None = None
    reason: str = ""
    comment: str = ""
    notify_email: bool = False
    notify_sms: bool = False


def create(draft: Draft, for_whom: Audience, *, actor: str = "") -> Adjustment:
    """Prepare an adjustment; nothing happens before `start` or `schedule`.

    InvalidInput: an amount that is no amount of the unit or does nothing, an end that is over,
    an audience that names nobody, texts that are too long. Refused ("expired"): the group is a
    snapshot whose time is over. InvalidRule: a filter that cannot be read.
    """
    now = timezone.now()
    _require_sense(draft, actor, now)
    with transaction.atomic():
        group = _group_of(for_whom, now)
        return Adjustment.objects.create(
            unit=draft.unit,
            currency=draft.currency,
            mode=AdjustmentMode.ABSOLUTE if draft.absolute else AdjustmentMode.CHANGE,
            amount=units.to_minor(draft.amount, draft.unit, draft.currency),
            expires_at=draft.expires_at,
            valid_days=draft.valid_days,
            reason=draft.reason,
            comment=draft.comment,
            notify_email=draft.notify_email,
            notify_sms=draft.notify_sms,
            actor=actor,
            group=group,
            group_name="" if group is None else group.name,
            rule=for_whom.rule,
            customer_ids=_sorted(for_whom.customer_ids),
        )
