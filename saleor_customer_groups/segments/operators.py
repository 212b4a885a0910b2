"""What can be asked of each type of field: operators, the values they take, and their words. Pure.

In the words `{}` stands for the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from . import values
from .values import UNITS, Duration, Kind


@dataclass(frozen=True, slots=True)
class Operator:
    """One question: how its value is read, and how it reads in a sentence."""

    value: Kind
    words: str


def _ordered(kind: Kind) -> dict[str, Operator]:
    return {
        "eq": Operator(kind, "is {}"),
        "gte": Operator(kind, "is {} or more"),
        "gt": Operator(kind, "is more than {}"),
        "lte": Operator(kind, "is {} or less"),
        "lt": Operator(kind, "is less than {}"),
        "between": Operator(values.pair(kind), "is between {}"),
    }


def _listed(kind: Kind) -> dict[str, Operator]:
    return {
        "eq": Operator(kind, "is {}"),
        "one_of": Operator(values.many(kind), "is one of {}"),
    }


PATTERNS: Final = {
    **_listed(values.TEXT),
    "starts_with": Operator(values.TEXT, "starts with {}"),
    "ends_with": Operator(values.TEXT, "ends with {}"),
    "contains": Operator(values.TEXT, "contains {}"),
}
DATES: Final = {
    "eq": Operator(values.MOMENT, "is {}"),
    "gte": Operator(values.MOMENT, "is {} or later"),
    "gt": Operator(values.MOMENT, "is after {}"),
    "lte": Operator(values.MOMENT, "is {} or earlier"),
    "lt": Operator(values.MOMENT, "is before {}"),
    "between": Operator(values.pair(values.MOMENT), "is between {}"),
    "within_last": Operator(values.DURATION, "is within the last {}"),
    "before_last": Operator(values.DURATION, "is more than {} ago"),
}
EMPTY: Final = Operator(values.BOOLEAN, "is empty: {}")
EXISTS: Final = {"exists": Operator(values.BOOLEAN, "exists: {}")}


def _age(unit: str) -> Operator:
    def read(data: object) -> Duration:
        duration = values.DURATION.read({unit: data})
        assert isinstance(duration, Duration)  # noqa: S101  # for mypy: DURATION reads durations
        return duration

    return Operator(Kind(values.AT_LEAST_ONE.expects, read, "whole"), "is older than {}")


# Of metadata and attributes the option `type` says which of these holds.
BY_TYPE: Final[Mapping[str, Mapping[str, Operator]]] = {
    "text": {**PATTERNS, **EXISTS},
    "number": {**_ordered(values.NUMBER), **EXISTS},
    "date": {
        **DATES,
        "anniversary_within": Operator(values.DAYS_AHEAD, "has its anniversary within {}"),
        "anniversary_today": Operator(values.TRUE, "has its anniversary today"),
        **EXISTS,
    },
    "boolean": {"eq": Operator(values.BOOLEAN, "is {}"), **EXISTS},
    "list": {
        "contains": Operator(values.TEXT, "contains {}"),
        "one_of": Operator(values.many(values.TEXT), "contains {}"),
        "all_of": Operator(values.many(values.TEXT), "contains all of {}"),
        **EXISTS,
    },
}

# By type of field.
OPERATORS: Final[Mapping[str, Mapping[str, Operator]]] = {
    "text": {**PATTERNS, "is_empty": EMPTY},
    "place": PATTERNS,
    "name": _listed(values.TEXT),
    "country": _listed(values.COUNTRY),
    "phone": _listed(values.PHONE_PREFIX),
    "whole number": _ordered(values.WHOLE),
    "money": _ordered(values.NUMBER),
    "date": DATES,
    "date or none": {**DATES, "is_empty": EMPTY},
    "boolean": {"eq": Operator(values.BOOLEAN, "is {}")},
    "bought": {
        "one_of": Operator(values.THINGS, "is one of {}"),
        "all_of": Operator(values.FEW_THINGS, "is each of {}"),
    },
    "age": {unit: _age(unit) for unit in UNITS},
    "vouchers": {
        "one_of": Operator(values.many(values.TEXT), "is one of {}"),
        "any": Operator(values.TRUE, "is any"),
    },
    "groups": {"one_of": Operator(values.many(values.ID), "is one of {}")},
    "part": {"to": Operator(values.PERCENT, "goes to {} %")},
}


def operators(kind: str, subtype: object = None) -> Mapping[str, Operator]:
    """What can be asked of a field of this type (and of this subtype, where it has some)."""
    if kind == "any":
        return BY_TYPE[str(subtype)]
    return OPERATORS[kind]
