"""Why a line costs what it costs: every candidate of a quote, looked at one by one. Pure.

It looks at every rule that names the item, also at those that the hot path left out because they
cannot win; tests/pricing hold the two to the same winners.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from ..money import quantize
from .candidates import Index
from .choose import Candidate, best
from .rules import ZERO, Item, PriceList, Rule

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


Explained: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """A candidate, the price it would give and what became of it: a key of SENTENCES, or ""
    while it may still win.
    """

    source: PriceList | Rule
    min_quantity: int
    price: Decimal
    code: str


def explanation(quote: Quote, *, most: int | None = None) -> dict[str, Any]:
    """The quote in full, ready for JSON: amounts are strings, ids numbers.

    With more than `most` candidates only those that won are told, and `left_out` says how many
    are not: looking at hundreds costs more than the price itself.
    """
    found = _count(quote)
    if most is None or found <= most:
        steps = (_lists, _surcharges, _discounts, _promotion)
        told = [candidate for step in steps for candidate in step(quote)]
        return {**_heading(quote), "candidates": told, "left_out": 0}
    told = list(_winners(quote))
    return {**_heading(quote), "candidates": told, "left_out": found - len(told)}


def _count(quote: Quote) -> int:
    """How many entries and rules name the item (a rule that names it twice counts twice)."""
    item, book = quote.item, quote.book
    indexes = [index for index in (book.surcharges, book.discounts) if index is not None]
    rules = sum(len(chain) for index in indexes for chain in index.chains(item))
    return len(book.entries.get(item.variant_id, ())) + rules


def _winners(quote: Quote) -> Iterator[Explained]:
    code = "won" if quote.charged == "group" else "promotion_lower"
    steps = {"list": quote.listed, "surcharge": quote.raised, "discount": quote.lowered}
    for step, (price, source) in steps.items():
        if source is not None:
            yield {
                "step": step,
                "id": source.id,
                "name": source.name,
                "priority": source.priority,
                "price": str(quantize(price, quote.currency)),
                "won": code == "won",
                "code": code,
                "sentence": SENTENCES[code],
            }


def _heading(quote: Quote) -> dict[str, Any]:
    """The line, its named prices and whose price is charged."""
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
    }


def _lists(quote: Quote) -> Iterator[Explained]:
    item, book = quote.item, quote.book
    entries = sorted(book.entries.get(item.variant_id, ()))
    reached = {entry[1]: entry[2] for entry in entries if entry[2] <= item.quantity}
    outcomes = []
    for _, list_id, min_quantity, amount in entries:
        code = ""
        if min_quantity > item.quantity:
            code = "wrong_quantity"
        elif min_quantity != reached[list_id]:
            code = "better_quantity"
        outcomes.append(Outcome(book.lists[list_id], min_quantity, amount, code))
    return _explained("list", outcomes, quote)


def _surcharges(quote: Quote) -> Iterator[Explained]:
    price, price_list = quote.listed
    outcomes = []
    for outcome in _outcomes(quote.book.surcharges, quote.item, price):
        if price_list is not None and not outcome.code:
            outcome.code = "list_price_is_final"
        elif outcome.price <= price and not outcome.code:
            outcome.code = "not_higher"
        outcomes.append(outcome)
    return _explained("surcharge", outcomes, quote)


def _discounts(quote: Quote) -> Iterator[Explained]:
    price, _ = quote.raised
    outcomes = []
    for outcome in _outcomes(quote.book.discounts, quote.item, price):
        if outcome.price >= price and not outcome.code:
            outcome.code = "not_lower"
        outcomes.append(outcome)
    return _explained("discount", outcomes, quote)


def _outcomes(index: Index | None, item: Item, price: Decimal) -> Iterator[Outcome]:
    """Every rule that names the item and what it would make of the price."""
    for factor, shift, excludes, rule in index.naming(item) if index is not None else ():
        code = ""
        if excludes is not None and excludes.touches(item):
            code = "excluded"
        elif rule.min_quantity > item.quantity:
            code = "wrong_quantity"
        yield Outcome(rule, rule.min_quantity, max(price * factor + shift, ZERO), code)


def _explained(step: str, outcomes: list[Outcome], quote: Quote) -> Iterator[Explained]:
    """Choose among the outcomes that nothing refused, and say why the others lost."""
    candidates = [
        (-outcome.source.priority, outcome.price, outcome.source.id, outcome)
        for outcome in outcomes
        if not outcome.code
    ]
    winner = best(candidates)
    for candidate in candidates:
        if candidate is winner:
            candidate[3].code = "won" if quote.charged == "group" else "promotion_lower"
        elif winner is not None:
            candidate[3].code = _why(candidate, winner)
    name = f"“{winner[3].source.name}”" if winner is not None else ""
    for outcome in outcomes:
        source = outcome.source
        sentence = SENTENCES[outcome.code].format(
            min_quantity=outcome.min_quantity, quantity=quote.item.quantity, winner=name
        )
        yield {
            "step": step,
            "id": source.id,
            "name": source.name,
            "priority": source.priority,
            "min_quantity": outcome.min_quantity,
            "price": str(quantize(outcome.price, quote.currency)),
            "won": outcome.code == "won",
            "code": outcome.code,
            "sentence": sentence,
        }


def _why(loser: Candidate, winner: Candidate) -> str:
    if loser[0] != winner[0]:
        return "lower_priority"
    return "higher_price" if loser[1] != winner[1] else "higher_id"


def _promotion(quote: Quote) -> Iterator[Explained]:
    if quote.item.promotion_price is None:
        return
    price = quantize(quote.item.promotion_price, quote.currency)
    code = "group_stands_alone"
    if quote.charged == "promotion":
        code = "won"
    elif price >= quote.final_price:
        code = "group_not_higher"
    yield {
        "step": "promotion",
        "id": None,
        "name": "Promotion of the shop",
        "priority": None,
        "min_quantity": 1,
        "price": str(price),
        "won": code == "won",
        "code": code,
        "sentence": SENTENCES[code],
    }
