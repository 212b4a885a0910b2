"""What takes part in a price, as plain values: the item, the rules and the price lists. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

ONE: Final = Decimal(1)
ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)
HUNDREDTH: Final = Decimal("0.01")


class RuleKind(StrEnum):
    """What a rule does to a price. The values are those of the database."""

    PERCENTAGE_OFF = "percentage_off"
    AMOUNT_OFF = "amount_off"
    FIXED_PRICE = "fixed_price"
    PERCENTAGE_UP = "percentage_up"
    AMOUNT_UP = "amount_up"


# plain strings, as rows of the database have them: an enum's members compare slower
PERCENTAGES: Final = frozenset({RuleKind.PERCENTAGE_OFF.value, RuleKind.PERCENTAGE_UP.value})
SURCHARGES: Final = frozenset({RuleKind.PERCENTAGE_UP.value, RuleKind.AMOUNT_UP.value})


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a basket: a variant and how many of it. Prices are for one unit.

    `promotion_price` is the shop's own catalogue promotion if it is below the list price.
    """

    variant_id: int
    product_id: int
    category_id: int | None
    collection_ids: frozenset[int]
    quantity: int
    list_price: Decimal
    promotion_price: Decimal | None = None


class TargetKind(IntEnum):
    """What a target is."""

    VARIANT = 0
    PRODUCT = 1
    CATEGORY = 2
    COLLECTION = 3


class Rule(NamedTuple):
    """A price rule that holds here and now for the shopper; what it names are its `Target`s.

    `value` is the percentage or, in the currency of the quote, the amount. A NamedTuple, and the
    fields in this order, because a row of the database is one as it is.
    """

    id: int
    name: str
    kind: str
    value: Decimal
    everything: bool = False
    min_quantity: int = 1
    priority: int = 0
    stand_alone: bool = False


class Target(NamedTuple):
    """One thing that a rule applies to or (excluded) never applies to."""

    rule_id: int
    kind: int  # a TargetKind; rows of the database have plain numbers
    thing_id: int
    excluded: bool = False


class PriceList(NamedTuple):
    """A price list that holds here and now for the shopper; its prices are `Entry`s."""

    id: int
    name: str
    priority: int = 0
    stand_alone: bool = False


class Entry(NamedTuple):
    """The price of a variant on a list, from a quantity on.

    A NamedTuple, and the fields in this order, because a row of the database is one as it is.
    """

    variant_id: int
    list_id: int
    min_quantity: int
    amount: Decimal


# A rule as a straight line, `price × factor + shift`: the whole arithmetic of rules. The result
# may be below zero; who uses it stops there.
LINES: Final[Mapping[str, Callable[[Decimal], tuple[Decimal, Decimal]]]] = {
    RuleKind.PERCENTAGE_OFF.value: lambda value: (ONE - value * HUNDREDTH, ZERO),
    RuleKind.PERCENTAGE_UP.value: lambda value: (ONE + value * HUNDREDTH, ZERO),
    RuleKind.AMOUNT_OFF.value: lambda value: (ONE, -value),
    RuleKind.AMOUNT_UP.value: lambda value: (ONE, value),
    RuleKind.FIXED_PRICE.value: lambda value: (ZERO, value),
}


def fault(kind: str, value: Decimal | None) -> str | None:
    """What is wrong with a rule's value, in words, or None."""
    if kind not in LINES:
        return f"{kind!r} is no kind of rule"
    if value is None:
        return "it has no percentage" if kind in PERCENTAGES else "it has no amount in the currency"
    if not value.is_finite() or value < ZERO:
        return f"{value} is no price or percentage"
    if value > HUNDRED and kind == RuleKind.PERCENTAGE_OFF:
        return f"{value} percent off is more than all"
    return None
