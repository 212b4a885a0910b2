"""Amounts as the reader writes them: money in its currency, points as such."""

from __future__ import annotations

from decimal import Decimal

from babel import numbers
from django.utils import translation
from django.utils.translation import ngettext


def locale() -> str:
    """The reader's, as Babel names it."""
    return translation.to_locale(translation.get_language() or "en")


def amount_text(amount: Decimal | int, currency: str) -> str:
    """Money where there is a currency, else points."""
    if currency:
        return str(numbers.format_currency(amount, currency, locale=locale()))
    number = int(amount)
    return ngettext("%(n)s point", "%(n)s points", number) % {"n": number_text(number)}


def number_text(value: Decimal | int) -> str:
    """A number without zeros at its end."""
    shown = value.normalize() if isinstance(value, Decimal) else value
    return str(numbers.format_decimal(shown, format="#,##0.######", locale=locale()))
