"""Rounding money: one place, Decimal only."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision


@lru_cache(maxsize=256)
def exponent(currency: str) -> Decimal:
    """The smallest unit of an ISO 4217 currency as a Decimal: USD 0.01, JPY 1, KWD 0.001.

    An unknown code is treated as having two digits, as Saleor's `quantize_price` does.
    """
    return Decimal(1).scaleb(-get_currency_precision(currency))


def quantize(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's smallest unit, as Saleor rounds its percentage discounts."""
    return amount.quantize(exponent(currency), rounding=ROUND_HALF_UP)
