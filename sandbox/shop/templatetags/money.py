"""Money as a shopper of the channel reads it."""

from __future__ import annotations

from babel.numbers import format_currency
from django import template
from prices import Money, TaxedMoney

register = template.Library()
_LOCALES = {"USD": "en_US", "PLN": "pl_PL"}


@register.filter
def money(value: Money | TaxedMoney | None) -> str:
    """$1,234.50 or 1234,50 zł; nothing for no money."""
    if value is None:
        return ""
    amount = value.gross if isinstance(value, TaxedMoney) else value
    return format_currency(
        amount.amount, amount.currency, locale=_LOCALES.get(amount.currency, "en_US")
    )
