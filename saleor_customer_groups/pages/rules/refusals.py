"""What is wrong with a rule, as merchants read it: the core speaks of JSON."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from ...segments import values
from ...segments.values import Kind, many, pair

# By the core's code or sentence.
WRONG: Final[dict[str, Any]] = {
    "empty": _("Add at least one condition."),
    'The window ends before it begins: "since" must not be after "until".': _(
        "The time ends before it begins."
    ),
    'The part must end behind where it begins: "from" must be less than "to".': _(
        "The part must end behind where it begins."
    ),
}
MISSING: Final = _("Say this too: %(what)s.")
CHOOSE: Final = _("Choose one.")
# What a value must be.
VALUES: Final[dict[Kind, Any]] = {
    values.TEXT: _("Write a text of at most 500 characters."),
    many(values.TEXT): _("Write texts with commas between, each of at most 500 characters."),
    values.BOOLEAN: _("Choose yes or no."),
    values.TRUE: _("Choose what is asked."),
    values.COUNTRY: _("Write the two letters of a country, such as PL."),
    many(values.COUNTRY): _("Write the two letters of each country, with commas between: PL, DE."),
    values.PHONE_PREFIX: _("Write how the number begins, with its country code, such as +48."),
    many(values.PHONE_PREFIX): _(
        "Write how the numbers begin, with country codes and commas between: +48, +49."
    ),
    values.WHOLE: _("Write a whole number."),
    pair(values.WHOLE): _("Write two whole numbers, the lower one first."),
    values.AT_LEAST_ONE: _("Write a whole number from 1."),
    values.NUMBER: _("Write a number, such as 19.90."),
    pair(values.NUMBER): _("Write two numbers, the lower one first."),
    values.PERCENT: _("Write a percentage from 0 to 100, with at most two decimals."),
    values.MOMENT: _("Choose a day, or write how long ago or ahead: a whole number from 1."),
    pair(values.MOMENT): _("Choose two moments, the earlier one first."),
    values.DURATION: _("Write a whole number from 1."),
    values.DAYS_AHEAD: _("Write how many days, at most a year."),
    values.THINGS: _("Choose at least one."),
    values.FEW_THINGS: _("Choose from 1 to 20."),
    many(values.ID): _("Choose at least one."),
    values.CURRENCY: _("Choose a currency."),
}
BY_WORDS: Final = {kind.expects: sentence for kind, sentence in VALUES.items()}


def should_be(kind: Kind) -> Any:
    """What a value of this kind must be."""
    return CHOOSE if kind.choices else BY_WORDS[kind.expects]
