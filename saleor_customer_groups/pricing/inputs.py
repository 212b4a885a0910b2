"""What may be said about rules, lists and entries, and what is wrong with it without looking at
the database. Every refusal is an `InvalidInput` that names the field.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from .. import money
from ..errors import InvalidInput
from ..sentences import Sentence
from .rules import LINES, PERCENTAGES, RuleKind

TARGET_KINDS: Final = ("category", "collection", "product", "variant")
LARGEST_INTEGER: Final = 2_147_483_647
TOO_LARGE: Final = Decimal(10) ** 17  # the column holds 17 digits before the point


@dataclass(frozen=True, slots=True)
class TargetInput:
    """A thing that a rule applies to, or (excluded) never applies to."""

    kind: str  # one of TARGET_KINDS
    id: int
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInput:
    """A whole price rule. No channel means every channel; amounts are by currency code."""

    name: str
    kind: str
    group_ids: Collection[int]
    percentage: Decimal | None = None
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    channel_ids: Collection[int] = ()
    everything: bool = False
    targets: Collection[TargetInput] = ()
    min_quantity: int = 1
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    priority: int = 0
    stand_alone: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInput:
    """A whole price list, entries aside."""

    name: str
    group_ids: Collection[int]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    priority: int = 0
    stand_alone: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class EntryInput:
    """The price of a variant in a channel, in the channel's currency, from a quantity on."""

    variant_id: int
    channel_id: int
    amount: Decimal
    min_quantity: int = 1


def check_rule(rule: RuleInput) -> None:
    """Refuse a rule that makes no sense whatever is in the database."""
    check_name(rule.name)
    if rule.kind not in LINES:
        kinds = ", ".join(RuleKind)
        raise _refusal(
            "kind",
            Sentence(
                "“{kind}” is no kind of price rule; choose one of {kinds}.",
                kind=rule.kind,
                kinds=kinds,
            ),
        )
    if rule.kind in PERCENTAGES:
        _check_percentage(rule)
    else:
        _check_amounts(rule)
    _check_quantity(rule.min_quantity)
    _check_priority(rule.priority)
    check_window(rule.starts_at, rule.ends_at)
    _check_groups(rule.group_ids)
    _check_targets(rule)


def check_list(price_list: ListInput) -> None:
    """Refuse a price list that makes no sense whatever is in the database."""
    check_name(price_list.name)
    _check_priority(price_list.priority)
    check_window(price_list.starts_at, price_list.ends_at)
    _check_groups(price_list.group_ids)


def check_entry(entry: EntryInput, currency: str) -> None:
    """Refuse an entry whose amount or quantity makes no sense in the channel's currency."""
    _check_quantity(entry.min_quantity)
    check_amount(entry.amount, currency, field="amount")


def check_amount(amount: Decimal, currency: str, *, field: str) -> None:
    """Refuse what is no amount of money in the currency."""
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise _refusal(
            field,
            Sentence("“{amount}” is no amount in {currency}.", amount=amount, currency=currency),
        )
    if amount < 0:
        raise _refusal(
            field,
            Sentence("The amount in {currency} must not be negative.", currency=currency),
            "negative",
        )
    if amount >= TOO_LARGE:
        raise _refusal(
            field,
            Sentence("The amount in {currency} is too large.", currency=currency),
            "too_large",
        )
    if amount != money.quantize(amount, currency):
        sentence = Sentence(
            "{amount} has more decimals than {currency} knows.", amount=amount, currency=currency
        )
        raise _refusal(field, sentence, "too_many_decimals")


def check_name(name: str) -> None:
    """Refuse what is no name of a rule or list."""
    if not name.strip():
        raise _refusal("name", Sentence("The name must not be empty."), "required")
    if len(name) > 250:
        raise _refusal("name", Sentence("The name must have at most 250 characters."), "too_long")
    if "\x00" in name:
        raise _refusal("name", Sentence("The name must not contain a null character."))


def check_window(starts_at: datetime | None, ends_at: datetime | None) -> None:
    """Refuse a window that ends before it starts, or whose moments have no time zone."""
    for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if moment is not None and moment.tzinfo is None:
            raise _refusal(
                name, Sentence("{name} must say its time zone.", name=name), "no_time_zone"
            )
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise _refusal(
            "ends_at", Sentence("The window must end after it starts."), "ends_before_start"
        )


def _check_percentage(rule: RuleInput) -> None:
    percentage = rule.percentage
    if percentage is None:
        raise _refusal("percentage", Sentence("A percentage rule needs a percentage."), "required")
    if not isinstance(percentage, Decimal) or not percentage.is_finite():
        raise _refusal(
            "percentage", Sentence("“{percentage}” is no percentage.", percentage=percentage)
        )
    if percentage <= 0:
        raise _refusal(
            "percentage", Sentence("The percentage must be more than 0."), "not_positive"
        )
    if rule.kind == RuleKind.PERCENTAGE_OFF and percentage > 100:
        raise _refusal(
            "percentage", Sentence("The percentage off must be at most 100."), "over_100"
        )
    if percentage >= 1000:
        raise _refusal(
            "percentage", Sentence("The percentage must be less than 1000."), "too_large"
        )
    if percentage != percentage.quantize(Decimal("0.0001")):
        sentence = Sentence("The percentage must have at most 4 decimals.")
        raise _refusal("percentage", sentence, "too_many_decimals")
    if rule.amounts:
        raise _refusal("amounts", Sentence("A percentage rule has no amounts."), "not_allowed")


def _check_amounts(rule: RuleInput) -> None:
    if rule.percentage is not None:
        raise _refusal("percentage", Sentence("A rule by amount has no percentage."), "not_allowed")
    if not rule.amounts:
        sentence = Sentence("A rule by amount needs an amount for each currency it applies in.")
        raise _refusal("amounts", sentence, "required")
    for currency, amount in rule.amounts.items():
        if len(currency) != 3 or not currency.isascii() or not currency.isupper():
            raise _refusal(
                "amounts",
                Sentence("“{currency}” is no currency code.", currency=currency),
                "unknown_currency",
            )
        check_amount(amount, currency, field="amounts")


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= LARGEST_INTEGER:
        sentence = Sentence("The minimum quantity must be at least 1.")
        if quantity > LARGEST_INTEGER:
            sentence = Sentence("The minimum quantity is too large.")
        raise _refusal("min_quantity", sentence, "out_of_range")


def _check_priority(priority: int) -> None:
    if abs(priority) > LARGEST_INTEGER:
        sentence = Sentence(
            "The priority must be between -{largest} and {largest}.", largest=LARGEST_INTEGER
        )
        raise _refusal("priority", sentence, "out_of_range")


def _check_groups(group_ids: Collection[int]) -> None:
    if not group_ids:
        raise _refusal("groups", Sentence("Name at least one customer group."), "required")


def _check_targets(rule: RuleInput) -> None:
    for target in rule.targets:
        if target.kind not in TARGET_KINDS:
            kinds = ", ".join(TARGET_KINDS)
            sentence = Sentence(
                "“{kind}” is no kind of target; choose one of {kinds}.",
                kind=target.kind,
                kinds=kinds,
            )
            raise _refusal("targets", sentence)
    names_something = any(not target.excluded for target in rule.targets)
    if rule.everything and names_something:
        sentence = Sentence("A rule for everything names no targets; it may exclude some.")
        raise _refusal("targets", sentence, "not_allowed")
    if not rule.everything and not names_something:
        sentence = Sentence("Name what the rule applies to, or say that it is for everything.")
        raise _refusal("targets", sentence, "required")


def _refusal(field: str, sentence: str, code: str = "invalid") -> InvalidInput:
    return InvalidInput(sentence, field=field, code=code)
