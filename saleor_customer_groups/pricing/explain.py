"""Why a line costs what it costs: every candidate of a quote, looked at one by one. Pure.

It looks at every rule that names the item, also at those that the hot path left out because they
cannot win; tests/pricing hold the two to the same winners.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..money import quantize
from .candidates import Excludes
from .choose import Candidate, best
from .rules import LINES, SURCHARGES, ZERO, PriceList, Rule

if TYPE_CHECKING:
    from .quote import Quote

SENTENCES = {
    "won": "This price is charged.",
    "promotion_lower": "The best of its step, but the shop's own promotion is lower.",
    "wrong_quantity": "It begins at quantity {min_quantity}; the line has {quantity}.",
    "better_quantity": "The same list has a price for a higher quantity that the line reaches.",
    "excluded": "The item is excluded from this rule.",
    "list_price_is_final": "A price of a price list is final and is not surcharged.",
    "not_higher": "It would not raise the price.",
    "not_lower": "It would not lower the price.",
    "lower_priority": "{winner} has a higher priority.",
    "higher_price": "{winner} gives a lower price at the same priority.",
    "higher_id": "{winner} gives the same price at the same priority and was made earlier.",
    "group_not_higher": "The group's price is not higher.",
    "group_stands_alone": "The group's price stands alone: promotions do not compete with it.",
}


@dataclass(slots=True)
class Outcome:
    """A candidate, the price it would give and what became of it: a key of SENTENCES."""

    step: str
    source: PriceList | Rule | None
    min_quantity: int
    price: Decimal | None
    code: str = ""


def explanation(quote: Quote) -> dict[str, Any]:
    """The quote in full, ready for JSON: amounts are strings, ids numbers."""
    outcomes = [*_lists(quote), *_surcharges(quote), *_discounts(quote), *_promotion(quote)]
    prices = ("list_price", "group_list_price", "raised_price", "discounted_price", "final_price")
    promotion = quote.item.promotion_price
    return {
        "variant_id": quote.item.variant_id,
        "quantity": quote.item.quantity,
        "currency": quote.currency,
        **{name: str(getattr(quote, name)) for name in prices},
        "promotion_price": None if promotion is None else str(quantize(promotion, quote.currency)),
        "charged": quote.charged,
        "reason": quote.reason,
        "candidates": [_as_json(outcome, quote) for outcome in outcomes],
    }


def _lists(quote: Quote) -> list[Outcome]:
    item, book = quote.item, quote.book
    outcomes: list[Outcome] = []
    reached: dict[int, int] = {}
    for entry in sorted(book.entries.get(item.variant_id, ())):
        if entry[2] <= item.quantity:
            reached[entry[1]] = entry[2]
    for _, list_id, min_quantity, amount in sorted(book.entries.get(item.variant_id, ())):
        outcome = Outcome("list", book.lists[list_id], min_quantity, amount)
        if min_quantity > item.quantity:
            outcome.code = "wrong_quantity"
        elif min_quantity != reached[list_id]:
            outcome.code = "better_quantity"
        outcomes.append(outcome)
    return _decide(outcomes, quote)


def _surcharges(quote: Quote) -> list[Outcome]:
    price, price_list = quote.listed

    def refuse(outcome: Outcome) -> str:
        if price_list is not None:
            return "list_price_is_final"
        return "" if outcome.price is not None and outcome.price > price else "not_higher"

    rules = (
        (rule, excludes)
        for rule, excludes in quote.book.naming(quote.item)
        if rule.kind in SURCHARGES
    )
    return _rules("surcharge", rules, quote, price, refuse)


def _discounts(quote: Quote) -> list[Outcome]:
    price, _ = quote.raised

    def refuse(outcome: Outcome) -> str:
        return "" if outcome.price is not None and outcome.price < price else "not_lower"

    rules = (
        (rule, excludes)
        for rule, excludes in quote.book.naming(quote.item)
        if rule.kind not in SURCHARGES
    )
    return _rules("discount", rules, quote, price, refuse)


def _rules(
    step: str,
    rules: Iterable[tuple[Rule, Excludes | None]],
    quote: Quote,
    price: Decimal,
    refuse: Callable[[Outcome], str],
) -> list[Outcome]:
    item = quote.item
    outcomes = []
    for rule, excludes in rules:
        factor, shift = LINES[rule.kind](rule.value)
        outcome = Outcome(step, rule, rule.min_quantity, max(price * factor + shift, ZERO))
        if excludes is not None and excludes.touches(item):
            outcome.code = "excluded"
        elif rule.min_quantity > item.quantity:
            outcome.code = "wrong_quantity"
        else:
            outcome.code = refuse(outcome)
        outcomes.append(outcome)
    return _decide(outcomes, quote)


def _decide(outcomes: list[Outcome], quote: Quote) -> list[Outcome]:
    """Choose among the outcomes that nothing refused, and say why the others lost."""
    open_ones = [outcome for outcome in outcomes if not outcome.code]
    winner = best(_candidate(outcome) for outcome in open_ones)
    for outcome in open_ones:
        if winner is None or outcome is winner[3]:
            outcome.code = "won" if quote.charged == "group" else "promotion_lower"
        else:
            outcome.code = _why(_candidate(outcome), winner)
    return outcomes


def _candidate(outcome: Outcome) -> Candidate:
    assert outcome.source is not None  # noqa: S101 - only promotions have none
    assert outcome.price is not None  # noqa: S101
    return (-outcome.source.priority, outcome.price, outcome.source.id, outcome)


def _why(loser: Candidate, winner: Candidate) -> str:
    if loser[0] != winner[0]:
        return "lower_priority"
    return "higher_price" if loser[1] != winner[1] else "higher_id"


def _promotion(quote: Quote) -> list[Outcome]:
    price = quote.item.promotion_price
    if price is None:
        return []
    outcome = Outcome("promotion", None, 1, price)
    if quote.charged == "promotion":
        outcome.code = "won"
    elif price >= quote.final_price:
        outcome.code = "group_not_higher"
    else:
        outcome.code = "group_stands_alone"
    return [outcome]


def _as_json(outcome: Outcome, quote: Quote) -> dict[str, Any]:
    winners: dict[str, PriceList | Rule | None] = {
        "list": quote.listed[1],
        "surcharge": quote.raised[1],
        "discount": quote.lowered[1],
    }
    winner = winners.get(outcome.step)
    sentence = SENTENCES[outcome.code].format(
        min_quantity=outcome.min_quantity,
        quantity=quote.item.quantity,
        winner=f"“{winner.name}”" if winner else "",
    )
    price = outcome.price
    return {
        "step": outcome.step,
        "id": outcome.source.id if outcome.source else None,
        "name": outcome.source.name if outcome.source else "Promotion of the shop",
        "priority": outcome.source.priority if outcome.source else None,
        "min_quantity": outcome.min_quantity,
        "price": None if price is None else str(quantize(price, quote.currency)),
        "won": outcome.code == "won",
        "code": outcome.code,
        "sentence": sentence,
    }
