"""Amounts as the reader writes them: money in its currency, points as such."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from babel import numbers
from django.utils import translation
from django.utils.translation import ngettext

LETTER_BEFORE_DIGIT: Final = re.compile(r"(?<=[^\W\d_])(?=\d)")


def locale() -> str:
    """The reader's, as Babel names it."""
    return translation.to_locale(translation.get_language() or "en")


def money_text(amount: Decimal, currency: str) -> str:
    """An amount of money: PLN 27.00 with its space, as the Dashboard has it and Babel does not."""
    shown = str(numbers.format_currency(amount, currency, locale=locale()))
    return LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", shown)


def amount_text(amount: Decimal | int, currency: str) -> str:
    """Money where there is a currency, else points."""
    if currency:
        return money_text(Decimal(amount), currency)
    number = int(amount)
    return ngettext("%(n)s point", "%(n)s points", number) % {"n": number_text(number)}


def number_text(value: Decimal | int) -> str:
    """A number without zeros at its end."""
    shown = value.normalize() if isinstance(value, Decimal) else value
    return str(numbers.format_decimal(shown, format="#,##0.######", locale=locale()))
