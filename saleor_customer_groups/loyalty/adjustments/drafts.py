"""What an adjustment shall do: prepared, checked and thrown away. Nothing happens to balances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from ...errors import InvalidInput
from ...groups import kinds, references
from ...models import Adjustment, AdjustmentMode, CustomerGroup
from ...segments import audience
from ...segments.audience import Audience
from ...sentences import Sentence
from .. import rules
from ..rules import Amount

LONGEST_COMMENT: Final = 5_000
LONGEST_VALIDITY: Final = 36_500  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an adjustment shall do.

    `amount` is a Decimal of `currency` for credit and cashback, an int for points (whose currency
    is ""). With `absolute` the balance is set to it, else it is added, or with a minus subtracted.
    What is given expires at `expires_at` or `valid_days` after the start; neither: never.
    """

    unit: str
    amount: Amount
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

    InvalidInput: an amount that is none of the unit or does nothing, an end that is over, an
    audience that names nobody, texts that are too long. InvalidRule: a filter that cannot be
    read. Refused ("expired"): the group is a snapshot whose time is over.
    """
    now = timezone.now()
    amount = _checked(draft, actor, now)
    for_whom = audience.checked(for_whom)
    with transaction.atomic():
        named = references.hold(audience.named_groups(for_whom))
        group = ready_group(for_whom.group_id, now)
        return Adjustment.objects.create(
            unit=draft.unit,
            currency=draft.currency,
            mode=AdjustmentMode.ABSOLUTE if draft.absolute else AdjustmentMode.CHANGE,
            amount=amount,
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
            customer_ids=for_whom.customer_ids,
            group_ids=sorted(named),
        )


def _checked(draft: Draft, actor: str, now: datetime) -> int:
    """The amount in smallest units. InvalidInput: the draft makes no sense, and why."""
    if draft.absolute and draft.amount == 0:
        rules.check_unit(draft.unit, draft.currency)
        amount = 0
    else:
        amount = rules.to_units(draft.amount, draft.unit, draft.currency)
    if draft.absolute and amount < 0:
        raise InvalidInput(
            Sentence("A balance cannot be set below zero."), field="amount", code="negative"
        )
    _check_end(draft, amount, now)
    rules.check_words(reason=draft.reason, actor=actor)
    if len(draft.comment) > LONGEST_COMMENT or "\x00" in draft.comment:
        sentence = Sentence(
            "The comment has at most {most:,} characters, none of them null.", most=LONGEST_COMMENT
        )
        raise InvalidInput(sentence, field="comment", code="max_length")
    return amount


def _check_end(draft: Draft, amount: int, now: datetime) -> None:
    if draft.expires_at is not None and draft.valid_days is not None:
        sentence = Sentence(
            "Give a date on which it expires, or for how many days it is valid, not both."
        )
        raise InvalidInput(sentence, field="valid_days")
    if draft.valid_days is not None and not 1 <= draft.valid_days <= LONGEST_VALIDITY:
        sentence = Sentence(
            "It can be valid for 1 to {most:,} days, not {days}.",
            most=LONGEST_VALIDITY,
            days=draft.valid_days,
        )
        raise InvalidInput(sentence, field="valid_days")
    if draft.valid_days is not None and amount < 0:
        raise InvalidInput(Sentence("What is subtracted does not expire."), field="valid_days")
    rules.check_expiry(draft.expires_at, amount, now=now)


def ready_group(group_id: int | None, now: datetime) -> CustomerGroup | None:
    """The group, held. Refused: it is an expired snapshot; InvalidInput: it is gone."""
    if group_id is None:
        return None
    group = references.held(group_id, name=str(group_id))
    kinds.require_not_expired(group, now)
    return group


def audience_of(adjustment: Adjustment) -> Audience:
    """Whom it is for."""
    if adjustment.rule is not None:
        return Audience(rule=adjustment.rule)
    if adjustment.customer_ids is not None:
        return Audience(customer_ids=adjustment.customer_ids)
    return Audience(group_id=adjustment.group_id)
