"""Points become credit at the merchant's rate: the only writer of `PointRate`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from django.utils import timezone

from .. import money
from ..errors import InvalidInput, Refused
from ..models import LoyaltyEntry, LoyaltyUnit, PointRate
from ..sentences import Sentence
from . import ledger, rules
from .retrying import patiently
from .rules import Posted, Posting

# What a rate can say.
MOST: Final = {"points": 10**9, "minimum": 10**9, "step": 10**9, "valid_days": 36_500}


@dataclass(frozen=True, slots=True)
class Converted:
    """How many points became how much credit, and the two entries that say so."""

    points: int
    credit: Decimal
    taken: Posted
    given: Posted


def set_rate(
    currency: str,
    *,
    points: int,
    minimum: int = 1,
    step: int = 1,
    valid_days: int | None = None,
) -> PointRate:
    """So many points make 1.00 of the currency, from `minimum` on, in multiples of `step`.

    The credit is good for `valid_days`, else for ever. InvalidInput: no such currency, or a number
    below 1 or too large.
    """
    rules.check_unit(LoyaltyUnit.CREDIT, currency)
    numbers = {"points": points, "minimum": minimum, "step": step, "valid_days": valid_days}
    for field, number in numbers.items():
        if number is None and field == "valid_days":
            continue
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            sentence = Sentence(
                "{field} must be a whole number of at least 1, not {number!r}.",
                field=field,
                number=number,
            )
            raise InvalidInput(sentence, field=field)
        if number > MOST[field]:
            sentence = Sentence("{field} must be at most {most:,}.", field=field, most=MOST[field])
            raise InvalidInput(sentence, field=field, code="too_large")
    rate, _ = PointRate.objects.update_or_create(
        currency=currency, defaults={**numbers, "updated_at": timezone.now()}
    )
    return rate


def drop_rate(currency: str) -> bool:
    """From now on points do not become credit in this currency; whether they did."""
    return bool(PointRate.objects.filter(currency=currency).delete()[0])


def credit_for(points: int, rate: PointRate) -> Decimal:
    """What the points are worth, rounded down to what the currency can express."""
    one = money.to_minor(Decimal(1), rate.currency)
    return money.from_minor(points * one // rate.points, rate.currency)


def points_to_credit(
    customer_id: int,
    points: int,
    *,
    currency: str,
    key: str,
    source: str = "api",
    actor: str = "",
    now: datetime | None = None,
) -> Converted:
    """Turn points into credit, both or nothing.

    The same key again, also after the rate changed: what was done then. InvalidInput: too few
    points, or no multiple of the step. Refused: no rate (no_rate), fewer points (too_little), or
    the key was used for something else (key_used).
    """
    rules.check_key(f"{key}:credit")
    moment = now or timezone.now()
    request = taking(
        customer_id,
        points,
        currency=currency,
        key=key,
        source=source,
        actor=actor,
        reference=f"Convert:{currency}",
    )
    taken, given = patiently(partial(_convert, request, key, points, currency, moment))
    return Converted(points, Decimal(given.amount), taken, given)


def _convert(
    request: Posting, key: str, points: int, currency: str, now: datetime
) -> tuple[Posted, Posted]:
    # First, for it says whether this is a repeat, and nobody can use the points meanwhile.
    taken = ledger.post(request, now=now)
    if taken.repeated:
        return taken, _before(key)
    return taken, _give(request, key, points, currency, now)


def worth(points: int, currency: str, *, now: datetime) -> tuple[Decimal, datetime | None]:
    """What the points are turned into, and until when that is good (None: for ever).

    InvalidInput: too few, or no multiple of the step. Refused: there is no rate (no_rate).
    """
    rate = PointRate.objects.filter(currency=currency).first()
    if rate is None:
        raise Refused(
            Sentence("Points do not become money in {currency}.", currency=currency), code="no_rate"
        )
    if points < rate.minimum:
        sentence = Sentence(
            "At least {minimum} points can be converted at once, not {points}.",
            minimum=rate.minimum,
            points=points,
        )
        raise InvalidInput(sentence, field="points", code="too_few")
    if points % rate.step:
        sentence = Sentence(
            "Points are converted in multiples of {step}; {points} is none.",
            step=rate.step,
            points=points,
        )
        raise InvalidInput(sentence, field="points", code="wrong_step")
    credit = credit_for(points, rate)
    if not credit:
        sentence = Sentence(
            "{points} points are worth less than the smallest amount of {currency}.",
            points=points,
            currency=currency,
        )
        raise InvalidInput(sentence, field="points", code="too_few")
    return credit, now + timedelta(days=rate.valid_days) if rate.valid_days else None


def taking(
    customer_id: int,
    points: int,
    *,
    currency: str,
    key: str,
    source: str,
    actor: str,
    reference: str,
) -> Posting:
    """What takes the points. InvalidInput: there is no such currency, or nothing to take."""
    rules.check_unit(LoyaltyUnit.CREDIT, currency)
    if points < 1:
        raise InvalidInput(Sentence("The points to convert must be at least 1."), field="points")
    return Posting(
        customer_id=customer_id,
        unit=LoyaltyUnit.POINTS,
        amount=-points,
        kind="convert",
        key=f"{key}:points",
        source=source,
        actor=actor,
        # A part of the request: under the same key it cannot be another currency.
        reference=reference,
    )


def _give(request: Posting, key: str, points: int, currency: str, now: datetime) -> Posted:
    credit, expires_at = worth(points, currency, now=now)
    return ledger.post(
        replace(
            request,
            unit=LoyaltyUnit.CREDIT,
            currency=currency,
            amount=credit,
            key=f"{key}:credit",
            expires_at=expires_at,
            reference="",
        ),
        now=now,
    )


def _before(key: str) -> Posted:
    """What the same request was given."""
    entry = LoyaltyEntry.objects.select_related("account").get(key=f"{key}:credit")
    currency = entry.account.currency
    return Posted(
        entry_id=entry.pk,
        amount=rules.from_units(entry.amount, currency),
        balance=rules.from_units(entry.balance_after, currency),
        repeated=True,
    )
