"""Money in Decimal and in whole smallest units: rounding, converting, splitting. One place."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from babel.numbers import get_currency_precision

from .sentences import Sentence

DIGITS: Final = 30  # longer numbers are no money


@lru_cache(maxsize=256)
def exponent(currency: str) -> Decimal:
    """The smallest unit of an ISO 4217 currency as a Decimal: USD 0.01, JPY 1, KWD 0.001.

    An unknown code is treated as having two digits, as Saleor's `quantize_price` does.
    """
    return Decimal(1).scaleb(-get_currency_precision(currency))


def quantize(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's smallest unit, as Saleor rounds its percentage discounts."""
    return amount.quantize(exponent(currency), rounding=ROUND_HALF_UP)


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in smallest units, exactly: 12.34 USD are 1234, 12 JPY are 12.

    ValueError: it is no finite Decimal, or has a fraction that the currency lacks.
    """
    if not isinstance(amount, Decimal):
        given = type(amount).__name__
        sentence = Sentence("An amount of {currency} must be a Decimal, not {given}.")
        raise ValueError(sentence.filled(currency=currency, given=given))
    if not amount.is_finite() or amount.adjusted() > DIGITS:
        sentence = Sentence("{amount} is no amount of {currency}.")
        raise ValueError(sentence.filled(amount=amount, currency=currency))
    sign, digits, shift = amount.as_tuple()
    assert isinstance(shift, int)  # noqa: S101 - it is finite
    places = shift + get_currency_precision(currency)
    # Whole numbers only: Decimal's own arithmetic would round what is longer than its context.
    value = int("".join(map(str, digits)))
    if places >= 0:
        value *= 10**places
    else:
        value, rest = (0, value) if -places > len(digits) else divmod(value, 10**-places)
        if rest:
            sentence = Sentence("{amount} {currency} has a fraction: the smallest is {smallest}.")
            smallest = exponent(currency)
            raise ValueError(sentence.filled(amount=amount, currency=currency, smallest=smallest))
    return -value if sign else value


def from_minor(units: int, currency: str) -> Decimal:
    """So many smallest units as money: 1234 of USD are 12.34."""
    return Decimal(units).scaleb(-get_currency_precision(currency))


def split(whole: int, weights: Sequence[int]) -> list[int]:
    """Shares of the whole in proportion to the weights, which sum to it exactly.

    What rounding leaves goes to the largest remainders, of equal ones to the first. ValueError:
    a weight or the whole is negative, or nothing has weight.
    """
    total = sum(weights)
    if whole < 0 or total <= 0 or min(weights) < 0:
        raise ValueError("Only what is not negative can be split, by weights of which one counts.")
    shares = [whole * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(whole * weights[n] % total), n))
    for n in by_remainder[: whole - sum(shares)]:
        shares[n] += 1
    return shares
