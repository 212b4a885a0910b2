"""Sentences of the core in the reader's language, with dates and numbers as the reader writes them.

The core says a Sentence. What it kept in the database is plain English again: such a text is known
again by the patterns of the catalogue.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import numbers
from babel.messages import mofile
from django.utils import translation
from django.utils.translation import pgettext

from ..sentences import Sentence
from .amounts import locale, number_text
from .moments import day, when

CONTEXT: Final = "core"  # of the core's sentences in the catalogue, apart from the pages' own
# {name}, {name:spec}; of {name!r} the value cannot be read again.
PLACEHOLDER: Final = re.compile(r"\{(\w+)(?:![rs])?(?::([^{}]*))?\}")
LOCALE: Final = Path(__file__).resolve().parent.parent / "locale"


def said(text: str) -> str:
    """A sentence of the core in the reader's language; any other text as it is."""
    sentence = text if isinstance(text, Sentence) else _known_again(text)
    if sentence is None:
        return text
    pattern = pgettext(CONTEXT, sentence.pattern)
    if not sentence.parameters:
        return pattern
    return _Local().vformat(pattern, (), sentence.parameters)


class _Local(string.Formatter):
    """Fills a pattern in: how a value is written depends on what it is."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, datetime):
            return when(value) if "%H" in format_spec else day(value)
        if isinstance(value, int | Decimal) and format_spec == ",":
            return number_text(value)
        if isinstance(value, Decimal):
            return str(value).replace(".", numbers.get_decimal_symbol(locale()))
        if isinstance(value, Sentence):
            return said(value)
        return str(super().format_field(value, format_spec))


def _known_again(text: str) -> Sentence | None:
    """The sentence that was kept as this text, if there is one; of several the most literal."""
    for form in _forms(translation.get_language() or ""):
        if form.literal in text and (sentence := form.read(text)) == text:
            return sentence
    return None


@dataclass(frozen=True, slots=True)
class _Form:
    """What texts of a pattern look like: all have `literal`, values are written by `specs`."""

    pattern: str
    expression: re.Pattern[str]
    literal: str
    specs: Mapping[str, str]

    def read(self, text: str) -> Sentence | None:
        """The sentence with the values that stand in the text; None where they do not fit."""
        found = self.expression.fullmatch(text)
        if found is None:
            return None
        try:
            given = {name: _value(self.specs[name], one) for name, one in found.groupdict().items()}
            return Sentence.known(self.pattern, given)
        except ValueError:
            return None


def _value(spec: str, text: str) -> object:
    """What was written so. A ValueError: it was not."""
    if "%" in spec:
        return datetime.strptime(text, spec).replace(tzinfo=UTC)
    return int(text.replace(",", "")) if spec == "," else _known_again(text) or text


@cache
def _forms(language: str) -> tuple[_Form, ...]:
    """Those of the sentences that the language knows, the ones that say most first."""
    path = LOCALE / language / "LC_MESSAGES" / "django.mo"
    if not path.exists():
        return ()
    with path.open("rb") as file:
        messages = list(mofile.read_mo(file))
    contexts = (CONTEXT, CONTEXT.encode())  # Babel does not decode it
    patterns = [str(one.id) for one in messages if one.context in contexts]
    patterns.sort(key=lambda pattern: -len(PLACEHOLDER.sub("", pattern)))
    return tuple(map(_form, patterns))


def _form(pattern: str) -> _Form:
    first, *others = PLACEHOLDER.split(pattern)
    names, specs, literals = others[::3], others[1::3], [first, *others[2::3]]
    if names:
        literals = [one.replace("{{", "{").replace("}}", "}") for one in literals]
    expression = re.escape(literals[0])
    for number, name in enumerate(names):
        again = name in names[:number]
        expression += f"(?P={name})" if again else f"(?P<{name}>.+?)"
        expression += re.escape(literals[number + 1])
    return _Form(
        pattern,
        re.compile(expression, re.DOTALL),
        max(literals, key=len),
        dict(zip(names, (spec or "" for spec in specs), strict=True)),
    )
