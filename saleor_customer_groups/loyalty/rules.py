"""What may be posted to the ledger, and how people's amounts become the ledger's. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypeAlias

from .. import money
from ..errors import InvalidInput
from ..sentences import Sentence

# Money is a Decimal, points are an int.
Amount: TypeAlias = Decimal | int

POINTS: Final = "points"
MONEY: Final = frozenset({"credit", "cashback"})
GIVING: Final = frozenset({"award", "earn"})
TAKING: Final = frozenset({"spend", "claw_back"})
# The other kinds are the ledger's own: hold, release, expire, reverse, merge.
POSTED: Final = GIVING | TAKING | {"adjust", "convert"}
# Kinds that may take less than was asked, down to nothing.
SHORTENED: Final = frozenset({"claw_back", "adjust"})

SOURCES: Final = frozenset({"manual", "order", "checkout", "import", "rule", "api", "system"})
MOST_AT_ONCE: Final = 10**15  # smallest units
# Ids, not words: a key stays for ever, when the customer is long forgotten. No @, no spaces.
KEY: Final = re.compile(r"[A-Za-z0-9:._/=+-]{1,100}")
CURRENCY: Final = re.compile(r"[A-Z]{3}")
LENGTHS: Final = {"reason": 500, "actor": 100, "reference": 200}


class Short(StrEnum):
    """What becomes of an act that would take more than is there."""

    REFUSE = "refuse"  # in a bulk act: that customer is left out
    TAKE_LEFT = "take_left"  # and say how much was missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One thing to post. `amount` has a sign: what gives is positive, what takes negative.

    `key` makes a repeat harmless for ever: it names the act by ids ("earn:<order id>") and holds
    no personal data. `expires_at` is for what gives; None: it never expires.
    """

    customer_id: int
    unit: str
    amount: Amount
    kind: str
    key: str
    source: str
    currency: str = ""
    expires_at: datetime | None = None
    short: Short = Short.REFUSE
    reason: str = ""
    actor: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of it: the entry, its amount, the balance after it, and whether it is a repeat.

    `shortfall`: by how much less was taken than asked (Short.TAKE_LEFT), positive.
    """

    entry_id: int
    amount: Amount
    balance: Amount
    repeated: bool = False
    shortfall: Amount = 0


def check(posting: Posting) -> int:
    """The posting's amount in smallest units. InvalidInput: it cannot be posted, and why.

    Not whether its expiry is over (`check_expiry`): of a repeat it may be by now.
    """
    if posting.kind not in POSTED:
        sentence = Sentence(
            "“{kind}” is nothing to post; choose one of {kinds}.",
            kind=posting.kind,
            kinds=_listed(POSTED),
        )
        raise InvalidInput(sentence, field="kind", code="invalid_choice")
    units = to_units(posting.amount, posting.unit, posting.currency)
    if (posting.kind in GIVING and units < 0) or (posting.kind in TAKING and units > 0):
        direction = "gives: its amount" if posting.kind in GIVING else "takes: its amount"
        sign = "positive" if posting.kind in GIVING else "negative"
        sentence = Sentence(
            "{kind} {direction} must be {sign}.", kind=posting.kind, direction=direction, sign=sign
        )
        raise InvalidInput(sentence, field="amount")
    if posting.short == Short.TAKE_LEFT and (posting.kind not in SHORTENED or units > 0):
        sentence = Sentence("Only {kinds} may take less than asked.", kinds=_listed(SHORTENED))
        raise InvalidInput(sentence, field="short")
    check_key(posting.key)
    check_source(posting.source)
    check_words(reason=posting.reason, actor=posting.actor, reference=posting.reference)
    return units


def to_units(amount: Amount, unit: str, currency: str) -> int:
    """The amount, which is not 0, in smallest units. InvalidInput: it is none of this unit."""
    check_unit(unit, currency)
    if unit == POINTS:
        if not isinstance(amount, int) or isinstance(amount, bool):
            sentence = Sentence(
                "Points must be a whole number (int), not {given}.", given=type(amount).__name__
            )
            raise InvalidInput(sentence, field="amount")
        units = amount
    else:
        try:
            units = money.to_minor(amount, currency)  # type: ignore[arg-type]  # it looks itself
        except ValueError as error:
            raise InvalidInput(error.args[0], field="amount") from error
    if units == 0:
        raise InvalidInput(Sentence("The amount must not be 0."), field="amount")
    if abs(units) > MOST_AT_ONCE:
        raise InvalidInput(Sentence("The amount is too large."), field="amount", code="too_large")
    return units


def from_units(units: int, currency: str) -> Amount:
    """Smallest units as people see them: Decimal for money, int for points (no currency)."""
    return money.from_minor(units, currency) if currency else units


def check_unit(unit: str, currency: str) -> None:
    """InvalidInput: there is no such unit, or money without currency, or points with one."""
    if unit != POINTS and unit not in MONEY:
        sentence = Sentence(
            "“{unit}” is no unit; choose one of {units}.",
            unit=unit,
            units=_listed(MONEY | {POINTS}),
        )
        raise InvalidInput(sentence, field="unit", code="invalid_choice")
    if unit == POINTS and currency:
        raise InvalidInput(Sentence("Points have no currency."), field="currency")
    if unit in MONEY and not CURRENCY.fullmatch(currency):
        sentence = Sentence(
            "{unit} needs a currency such as USD, not “{currency}”.",
            unit=unit.capitalize(),
            currency=currency,
        )
        raise InvalidInput(sentence, field="currency")


def check_expiry(expires_at: datetime | None, units: int, *, now: datetime) -> None:
    """InvalidInput: it is over, has no time zone, or belongs to something that takes."""
    if expires_at is None:
        return
    if units < 0:
        sentence = Sentence("Only what gives can expire; this takes.")
        raise InvalidInput(sentence, field="expires_at")
    if expires_at.tzinfo is None:
        raise InvalidInput(Sentence("The expiry must have a time zone."), field="expires_at")
    if expires_at <= now:
        sentence = Sentence(
            "It would have expired already: {at:%Y-%m-%d %H:%M} is over.", at=expires_at
        )
        raise InvalidInput(sentence, field="expires_at", code="is_over")


def check_key(key: str) -> None:
    """InvalidInput: the key may hold only ids."""
    if not KEY.fullmatch(key):
        sentence = Sentence(
            "A key has 1 to 100 letters, digits and : . _ / = + - and names the act by its ids; "
            "it holds no personal data."
        )
        raise InvalidInput(sentence, field="key")


def check_source(source: str) -> None:
    """InvalidInput: it is none."""
    if source not in SOURCES:
        sentence = Sentence(
            "“{source}” is no source; choose one of {sources}.",
            source=source,
            sources=_listed(SOURCES),
        )
        raise InvalidInput(sentence, field="source", code="invalid_choice")


def check_words(**words: str) -> None:
    """InvalidInput: a reason, actor or reference is too long or has a null character."""
    for field, text in words.items():
        if len(text) > LENGTHS[field]:
            sentence = Sentence(
                "The {field} must have at most {most} characters.", field=field, most=LENGTHS[field]
            )
            raise InvalidInput(sentence, field=field, code="max_length")
        if "\x00" in text:
            sentence = Sentence("The {field} must not contain a null character.", field=field)
            raise InvalidInput(sentence, field=field, code="null_character")


def fingerprint(*request: object) -> bytes:
    """What tells one request under a key from another: which account, what, how much, until when.

    Not who asked, nor why: the same act told in other words is the same act.
    """
    return sha256(json.dumps([str(part) for part in request]).encode()).digest()


def of_posting(posting: Posting, units: int) -> bytes:
    """The fingerprint of a posting."""
    expires_at = posting.expires_at and posting.expires_at.astimezone(UTC).isoformat()
    return fingerprint(
        "post",
        posting.customer_id,
        posting.unit,
        posting.currency,
        posting.kind,
        units,
        posting.source,
        posting.short,
        posting.reference,
        expires_at,
    )


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))
