"""What an order earns, and how much of it stays after refunds. Pure; exact fractions throughout.

Rounded once, at the end: points down, money half up; and what stays after a refund down, so that
nothing is left of an order whose money all went back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from ... import money
from ..rules import POINTS

# Orders that are not placed yet, or taken back.
NOT_COUNTED: Final = frozenset({"draft", "unconfirmed", "canceled", "expired"})
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order: what it costs after discounts, with tax, and what was bought.

    `categories`: the product's own and all above it. What was deleted from the shop is None.
    """

    gross: Decimal
    variant: int | None = None
    product: int | None = None
    categories: frozenset[int] = frozenset()
    collections: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """An order as it is now.

    `total` is what was left to pay after the gift cards of the checkout, which paid `by_gift_card`
    before. Of `total`, gift cards as a means of payment paid `gift_charged`. Of the rest the shop
    has `held` in hand, and has given back or lost `returned`.
    """

    id: UUID
    customer_id: int | None
    channel_id: int
    currency: str
    status: str
    placed_at: datetime
    total: Decimal
    held: Decimal
    returned: Decimal = ZERO
    by_gift_card: Decimal = ZERO
    gift_charged: Decimal = ZERO
    lines: tuple[Line, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is placed and not taken back."""
        return self.status not in NOT_COUNTED

    @property
    def money(self) -> Decimal:
        """The part that is paid with money."""
        return max(self.total - self.gift_charged, ZERO)

    @property
    def was_paid(self) -> bool:
        """Whether all of it was paid once. A refund lowers what is held, not this."""
        return self.held + self.returned >= self.money

    @property
    def share_of_money(self) -> Fraction:
        """Which part of the order's worth is paid with money."""
        worth = self.total + self.by_gift_card
        return Fraction(self.money) / Fraction(worth) if worth > 0 else Fraction(0)


@dataclass(frozen=True, slots=True)
class Multiplier:
    """So many times the rate, for these things, from a moment and until one.

    The factor 0 says that they earn nothing.
    """

    factor: Decimal
    everything: bool = False
    categories: frozenset[int] = frozenset()
    collections: frozenset[int] = frozenset()
    products: frozenset[int] = frozenset()
    variants: frozenset[int] = frozenset()
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def applies(self, line: Line, at: datetime) -> bool:
        """Whether it is for this line of an order that was placed at `at`."""
        if not in_window(at, self.starts_at, self.ends_at):
            return False
        return (
            self.everything
            or line.variant in self.variants
            or line.product in self.products
            or not self.categories.isdisjoint(line.categories)
            or not self.collections.isdisjoint(line.collections)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """So much of a unit for each 1.00 of an order that a member of a group places."""

    id: int
    name: str
    unit: str
    rate: Decimal
    pending_days: int = 0
    validity_days: int | None = None
    multipliers: tuple[Multiplier, ...] = ()


@dataclass(frozen=True, slots=True)
class Earned:
    """What an order earns in a unit, in the unit's smallest parts, and by which rule."""

    rule: Rule
    minor: int


def in_window(at: datetime, starts_at: datetime | None, ends_at: datetime | None) -> bool:
    """Start included, end not."""
    return (starts_at is None or starts_at <= at) and (ends_at is None or at < ends_at)


def factor_for(line: Line, multipliers: Iterable[Multiplier], *, at: datetime) -> Decimal:
    """The highest factor that applies; 0 goes before all, and without any it is 1."""
    factors = [one.factor for one in multipliers if one.applies(line, at)]
    return ZERO if ZERO in factors else max(factors, default=ONE)


def yield_of(rule: Rule, order: OrderFacts) -> Fraction:
    """What the rule gives for the order, exactly: in points, or in the order's currency."""
    weighed = sum(
        (
            Fraction(line.gross) * Fraction(factor_for(line, rule.multipliers, at=order.placed_at))
            for line in order.lines
        ),
        start=Fraction(0),
    )
    return weighed * Fraction(rule.rate) * order.share_of_money


def earned_by(rules: Sequence[Rule], order: OrderFacts) -> dict[str, Earned]:
    """For each unit the rule that gives most for the order (of equals the oldest), rounded.

    `rules` are those that hold for the customer, the channel and the moment of the order. Units
    in which nothing is earned are missing.
    """
    best: dict[str, tuple[Fraction, Rule]] = {}
    for rule in sorted(rules, key=lambda one: one.id):
        amount = yield_of(rule, order)
        if rule.unit not in best or amount > best[rule.unit][0]:
            best[rule.unit] = (amount, rule)
    rounded = {
        unit: Earned(rule, in_minor(amount, unit, order.currency))
        for unit, (amount, rule) in best.items()
    }
    return {unit: earned for unit, earned in rounded.items() if earned.minor > 0}


def in_minor(amount: Fraction, unit: str, currency: str) -> int:
    """Rounded to the smallest parts: points down, money half up."""
    if unit == POINTS:
        return amount.__floor__()
    return (amount / Fraction(money.exponent(currency)) + HALF).__floor__()


def kept(earned: int, *, of: Decimal, held: Decimal) -> int:
    """What stays of `earned` while the shop holds so much of the money that earned it.

    Rounded down: nothing stays when nothing is held. It depends on what is held alone, so however
    refunds are split, and in whatever order they are heard of, the same stays.
    """
    if of <= 0:
        return 0
    return (earned * Fraction(min(max(held, ZERO), of)) / Fraction(of)).__floor__()
