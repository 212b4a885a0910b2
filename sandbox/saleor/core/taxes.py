"""Zeros of a currency, and the error of a tax calculation."""

from __future__ import annotations

from prices import Money, TaxedMoney


class TaxError(Exception):
    """Taxes could not be calculated."""


def zero_money(currency: str) -> Money:
    return Money(0, currency)


def zero_taxed_money(currency: str) -> TaxedMoney:
    return TaxedMoney(net=zero_money(currency), gross=zero_money(currency))
