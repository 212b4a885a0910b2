"""Rounding to the smallest unit of a currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision


def quantize_price(price: Any, currency: str) -> Any:
    """Round a Money, TaxedMoney or Decimal to what the currency can express."""
    return price.quantize(Decimal(10) ** -get_currency_precision(currency))
