"""What one line costs: the pipeline from list price to final price. Pure.

docs/pricing.md says in prose what this file does; keep the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from ..money import quantize
from . import explain
from .candidates import Book, Index
from .choose import Candidate, best
from .rules import ZERO, Item, PriceList, Rule

Charged: TypeAlias = Literal["list", "group", "promotion"]
# A step's outcome: the price after it, not rounded yet, and the list or rule that made it.
Step: TypeAlias = tuple[Decimal, PriceList | Rule | None]
REASON: Final = "Group price"
NO_WINNERS: Final = (None, None, None)


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer for one line. Prices are for one unit, rounded to the currency.

    `charged` says whose price `final_price` is:
    "list": no group price applies and the shop has no promotion;
    "group": the group's (which may equal the list price; a promotion then stays off the line);
    "promotion": the shop's own promotion is lower, or there is no group price.
    """

    item: Item = field(compare=False)
    book: Book = field(compare=False, repr=False)
    currency: str
    listed: Step
    raised: Step
    lowered: Step
    final_price: Decimal
    charged: Charged

    @property
    def list_price(self) -> Decimal:
        """The channel listing's price."""
        return quantize(self.item.list_price, self.currency)

    @property
    def group_list_price(self) -> Decimal:
        """The best price-list entry, else the list price."""
        return quantize(self.listed[0], self.currency)

    @property
    def raised_price(self) -> Decimal:
        """After the surcharge."""
        return quantize(self.raised[0], self.currency)

    @property
    def discounted_price(self) -> Decimal:
        """After the group discount: the group's price, before it meets the shop's promotion."""
        return quantize(self.lowered[0], self.currency)

    @property
    def winners(self) -> tuple[PriceList | Rule, ...]:
        """The price list and rules that made the group's price, in the order of the pipeline."""
        steps = (self.listed, self.raised, self.lowered)
        return tuple(winner for _, winner in steps if winner is not None)

    @property
    def name(self) -> str:
        """The names of the winners: "VIP" or "Wholesale 2025 + VIP"; "" if there are none."""
        return " + ".join(winner.name for winner in self.winners)

    @property
    def reason(self) -> str:
        """For the shopper and the order line: "Group price VIP"; "" if it is not the group's."""
        return f"{REASON} {self.name}" if self.charged == "group" else ""

    def explain(self, *, most: int | None = None) -> dict[str, Any]:
        """Every candidate, who won and why each other one lost, ready for JSON.

        With more than `most` candidates only those that won, and `left_out`: how many are not told.
        """
        return explain.explanation(self, most=most)


def quote(item: Item, book: Book, currency: str) -> Quote:
    """The price of one line from a shopper's book. `currency` is the channel's."""
    listed = _chosen(item.list_price, _listed(item, book))
    price, price_list = listed
    raised: Step = (price, None)
    if price_list is None and book.surcharges is not None:
        raised = _chosen(price, _raises(book.surcharges, item, price))
    price, surcharge = raised
    lowered: Step = (price, None)
    if book.discounts is not None and price > ZERO:
        lowered = _chosen(price, _lowers(book.discounts, item, price))
    price, discount = lowered
    promotion = item.promotion_price
    final, charged = _against_promotion(
        None if promotion is None else quantize(promotion, currency),
        quantize(price, currency),
        (price_list, surcharge, discount),
    )
    return Quote(item, book, currency, listed, raised, lowered, final, charged)


def _chosen(price: Decimal, candidates: Sequence[Candidate]) -> Step:
    """The price after a step, and whose it is; without candidates the price stays."""
    winner = best(candidates)
    return (price, None) if winner is None else (winner[1], winner[3])


def _listed(item: Item, book: Book) -> Sequence[Candidate]:
    """The price of each list: that of the highest quantity that the line reaches."""
    entries = book.entries.get(item.variant_id)
    if entries is None:
        return ()
    quantity = item.quantity
    candidates: list[Candidate] = []
    done = None
    for _, list_id, min_quantity, amount in entries:
        if min_quantity <= quantity and list_id != done:
            done = list_id
            price_list = book.lists[list_id]
            candidates.append((-price_list.priority, amount, list_id, price_list))
    return candidates


def _raises(index: Index, item: Item, price: Decimal) -> list[Candidate]:
    """The best surcharge of each chain: one applies if it makes the price higher."""
    quantity = item.quantity
    candidates: list[Candidate] = []
    for chain in index.chains(item):
        for rank, factor, shift, number, min_quantity, excludes, rule in chain:
            if (
                min_quantity <= quantity
                and (excludes is None or not excludes.touches(item))
                and (higher := price * factor + shift) > price
            ):
                candidates.append((rank, higher, number, rule))
                break
    return candidates


def _lowers(index: Index, item: Item, price: Decimal) -> list[Candidate]:
    """The best discount of each chain: one applies if it makes the price lower.

    Below zero is zero. There the id decides, so a chain is followed on until a price is left.
    """
    quantity = item.quantity
    candidates: list[Candidate] = []
    for chain in index.chains(item):
        for rank, factor, shift, number, min_quantity, excludes, rule in chain:
            if (
                min_quantity <= quantity
                and (excludes is None or not excludes.touches(item))
                and (lower := price * factor + shift) < price
            ):
                if lower > ZERO:
                    candidates.append((rank, lower, number, rule))
                    break
                candidates.append((rank, ZERO, number, rule))
    return candidates


def _against_promotion(
    promotion: Decimal | None, price: Decimal, winners: tuple[PriceList | Rule | None, ...]
) -> tuple[Decimal, Charged]:
    """The lower of the group's price and the shop's promotion, unless a winner stands alone."""
    if winners == NO_WINNERS:
        return (price, "list") if promotion is None else (promotion, "promotion")
    if promotion is None or promotion >= price:
        return price, "group"
    if any(winner is not None and winner.stand_alone for winner in winners):
        return price, "group"
    return promotion, "promotion"
