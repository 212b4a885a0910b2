"""Why a rule finds a customer, in the words of the builder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from babel import dates, lists, units
from django.utils.translation import gettext as _

from ...segments.explain import Explanation
from ...segments.fields import FIELDS
from ...segments.operators import operators
from ...segments.rules import Leaf
from ...segments.values import Duration, Relative, Things, Value
from ..amounts import locale, number_text
from ..moments import when
from ..pickers import chosen
from ..sentences import said
from ..visit import Visit
from . import words

CHOSEN: Final = ("address", "type")  # options that are one of words.CHOICES


@dataclass(frozen=True, slots=True)
class Told:
    """A part of a rule as the page shows it."""

    holds: bool
    sentence: str
    parts: tuple[Told, ...] = ()


def told(visit: Visit, part: Explanation) -> Told:
    """The part and those below it."""
    sentence = said(part.sentence) if part.leaf is None else _condition(visit, part.leaf)
    return Told(part.holds, sentence, tuple(told(visit, one) for one in part.parts))


def _condition(visit: Visit, leaf: Leaf) -> str:
    """For example: Number of orders is at least 5, In the last: 90 days."""
    field = FIELDS[leaf.field]
    operator = operators(field.type, leaf.option("type"))[leaf.operator]
    every = leaf.operator in ("between", "all_of")
    asked = f"{words.FIELDS[leaf.field]} {words.OPERATORS[operator.words]}"
    if "{}" in operator.words:
        value = _value(visit, leaf.value, in_groups=leaf.field == "in_group", every=every)
        asked += f": {value}" if ": {}" in operator.words else f" {value}"
    options = (
        f"{words.OPTIONS[name]}: {_option(visit, name, value)}" for name, value in leaf.options
    )
    return ", ".join([asked, *options])


def _option(visit: Visit, name: str, value: Value) -> str:
    return str(words.CHOICES[str(value)]) if name in CHOSEN else _value(visit, value)


def _value(visit: Visit, value: Value, *, in_groups: bool = False, every: bool = False) -> str:
    if isinstance(value, tuple) and in_groups:
        return _names(visit, "groups", value, every=every)
    if isinstance(value, tuple):
        return _listed([_value(visit, one) for one in value], every=every)
    if isinstance(value, Things):
        return _names(visit, words.PICKED[value.what], value.ids, every=every)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | Decimal):
        return number_text(value)
    if isinstance(value, Duration):
        return _duration(value)
    if isinstance(value, Relative):
        sentence = _("%(duration)s from now") if value.ahead else _("%(duration)s ago")
        return sentence % {"duration": _duration(value.duration)}
    if isinstance(value, datetime):
        return when(value)
    return dates.format_date(value, locale=locale()) if isinstance(value, date) else str(value)


def _duration(value: Duration) -> str:
    unit = f"duration-{value.unit.removesuffix('s')}"
    return str(units.format_unit(value.amount, unit, locale=locale()))


def _names(visit: Visit, kind: str, ids: Any, *, every: bool) -> str:
    """What things are called; what is gone by its number."""
    known = {one.id: one.label for one in chosen(visit, kind, ids)}
    return _listed([known.get(number, str(number)) for number in ids], every=every)


def _listed(texts: list[str], *, every: bool) -> str:
    return str(lists.format_list(texts, style="standard" if every else "or", locale=locale()))
