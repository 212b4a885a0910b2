"""What may be said about an earning rule, and what is wrong with it without looking at the
database. Every refusal is an `InvalidInput` that names the field.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from ...errors import InvalidInput
from ...pricing.inputs import TARGET_KINDS, TargetInput, check_name, check_window
from ...sentences import Sentence
from ..rules import MONEY, POINTS

UNITS: Final = (POINTS, *sorted(MONEY))
LARGEST_RATE: Final = Decimal(1_000_000)
LARGEST_FACTOR: Final = Decimal(1_000)
LONGEST: Final = 36_500  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiplierInput:
    """So many times the rate for these things, or everything, in a window."""

    factor: Decimal
    everything: bool = False
    targets: Collection[TargetInput] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningRuleInput:
    """A whole earning rule. No channel means every channel; no start means from now on."""

    name: str
    group_id: int
    unit: str
    rate: Decimal
    channel_id: int | None = None
    validity_days: int | None = None
    pending_days: int = 0
    active: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    multipliers: Collection[MultiplierInput] = ()


def check_rule(rule: EarningRuleInput) -> None:
    """Refuse a rule that makes no sense whatever is in the database."""
    check_name(rule.name)
    if rule.unit not in UNITS:
        sentence = Sentence(
            "“{unit}” is no unit; choose one of {units}.", unit=rule.unit, units=", ".join(UNITS)
        )
        raise _refusal("unit", sentence, "invalid_choice")
    _check_number("rate", rule.rate, decimals=6, below=LARGEST_RATE)
    if rule.rate == 0:
        raise _refusal("rate", Sentence("The rate must be more than 0."), "not_positive")
    if rule.validity_days is not None and not 1 <= rule.validity_days <= LONGEST:
        sentence = Sentence(
            "What is earned must be valid for 1 to {most:,} days, or for ever.", most=LONGEST
        )
        raise _refusal("validity_days", sentence, "out_of_range")
    if not 0 <= rule.pending_days <= LONGEST:
        sentence = Sentence("What is earned must be pending for 0 to {most:,} days.", most=LONGEST)
        raise _refusal("pending_days", sentence, "out_of_range")
    check_window(rule.starts_at, rule.ends_at)
    for multiplier in rule.multipliers:
        _check_multiplier(multiplier)


def _check_multiplier(multiplier: MultiplierInput) -> None:
    _check_number("factor", multiplier.factor, decimals=4, below=LARGEST_FACTOR)
    check_window(multiplier.starts_at, multiplier.ends_at)
    for target in multiplier.targets:
        if target.kind not in TARGET_KINDS or target.excluded:
            kinds = ", ".join(TARGET_KINDS)
            sentence = Sentence(
                "“{kind}” is no target of a multiplier; choose one of {kinds}.",
                kind=target.kind,
                kinds=kinds,
            )
            if target.excluded:
                sentence = Sentence(
                    "A multiplier excludes nothing: give those things the factor 0."
                )
            raise _refusal("targets", sentence)
    if multiplier.everything and multiplier.targets:
        sentence = Sentence("A multiplier for everything names no targets.")
        raise _refusal("targets", sentence, "not_allowed")
    if not multiplier.everything and not multiplier.targets:
        sentence = Sentence("Name what the multiplier is for, or say that it is for everything.")
        raise _refusal("targets", sentence, "required")


def _check_number(field: str, value: Decimal, *, decimals: int, below: Decimal) -> None:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise _refusal(field, Sentence("“{value}” is no {field}.", value=value, field=field))
    if value < 0:
        sentence = Sentence("The {field} must not be negative.", field=field)
        raise _refusal(field, sentence, "negative")
    if value >= below:
        sentence = Sentence("The {field} must be less than {below:,}.", field=field, below=below)
        raise _refusal(field, sentence, "too_large")
    if value != round(value, decimals):
        sentence = Sentence(
            "The {field} must have at most {decimals} decimals.", field=field, decimals=decimals
        )
        raise _refusal(field, sentence, "too_many_decimals")


def _refusal(field: str, sentence: str, code: str = "invalid") -> InvalidInput:
    return InvalidInput(sentence, field=field, code=code)
