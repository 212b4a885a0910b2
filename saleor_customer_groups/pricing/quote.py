"""What one line costs: the pipeline from list price to final price. Pure.

docs/pricing.md says in prose what this file does; keep the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from ..money import quantize
from . import explain
from .candidates import Book, Index
from .choose import Candidate, best
from .rules import ZERO, Entry, Item, PriceList, Rule

Charged = Literal["list", "group", "promotion"]
REASON = "Group price"


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
    # not rounded yet
    exact_group_list_price: Decimal
    exact_raised_price: Decimal
    exact_discounted_price: Decimal
    final_price: Decimal
    charged: Charged
    entry: Entry | None
    surcharge: Rule | None
    discount: Rule | None

    @property
    def list_price(self) -> Decimal:
        """The channel listing's price."""
        return quantize(self.item.list_price, self.currency)

    @property
    def group_list_price(self) -> Decimal:
        """The best price-list entry, else the list price."""
        return quantize(self.exact_group_list_price, self.currency)

    @property
    def raised_price(self) -> Decimal:
        """After the surcharge."""
        return quantize(self.exact_raised_price, self.currency)

    @property
    def discounted_price(self) -> Decimal:
        """After the group discount: the group's price, before it meets the shop's promotion."""
        return quantize(self.exact_discounted_price, self.currency)

    @property
    def winners(self) -> tuple[PriceList | Rule, ...]:
        """The price list and rules that made the group's price, in the order of the pipeline."""
        listed = self.book.lists[self.entry.list_id] if self.entry else None
        return tuple(one for one in (listed, self.surcharge, self.discount) if one is not None)

    @property
    def name(self) -> str:
        """The names of the winners: "VIP" or "Wholesale 2025 + VIP"; "" if there are none."""
        return " + ".join(winner.name for winner in self.winners)

    @property
    def reason(self) -> str:
        """For the shopper and the order line: "Group price VIP"; "" if it is not the group's."""
        return f"{REASON} {self.name}" if self.charged == "group" else ""

    @property
    def has_candidates(self) -> bool:
        """Whether any rule or price list names the item, winning or not."""
        return bool(self.book.entries.get(self.item.variant_id) or self.book.naming(self.item))

    def explain(self) -> dict[str, Any]:
        """Every candidate, who won and why each other one lost, ready for JSON."""
        return explain.explanation(self)


def quote(item: Item, book: Book, currency: str) -> Quote:
    """The price of one line from a shopper's book. `currency` is the channel's."""
    quantity = item.quantity
    group_list = raised = item.list_price
    listed = _listed(item, book)
    surcharge = discount = None
    if listed is not None:
        group_list = raised = listed[1]
    elif book.surcharges is not None:
        surcharge = best(_raises(book.surcharges, item, raised, quantity))
        if surcharge is not None:
            raised = surcharge[1]
    discounted = raised
    if book.discounts is not None:
        discount = best(_lowers(book.discounts, item, raised, quantity))
        if discount is not None:
            discounted = discount[1]
    winners = (listed, surcharge, discount)
    final, charged = _against_promotion(item, book, quantize(discounted, currency), winners)
    return Quote(
        item,
        book,
        currency,
        group_list,
        raised,
        discounted,
        final,
        charged,
        None if listed is None else Entry._make(listed[3]),
        None if surcharge is None else surcharge[3],
        None if discount is None else discount[3],
    )


def _listed(item: Item, book: Book) -> Candidate | None:
    """The best price of the lists: of each list the highest quantity that is reached."""
    entries = book.entries.get(item.variant_id)
    if not entries:
        return None
    lists = book.lists
    quantity = item.quantity
    candidates: list[Candidate] = []
    done = None
    for entry in entries:
        _, list_id, min_quantity, amount = entry
        if min_quantity <= quantity and list_id != done:
            done = list_id
            candidates.append((-lists[list_id].priority, amount, list_id, entry))
    return best(candidates)


def _raises(index: Index, item: Item, price: Decimal, quantity: int) -> list[Candidate]:
    """The best surcharge of each chain: one applies if it makes the price higher."""
    candidates: list[Candidate] = []
    for chain in index.chains(item):
        for rank, number, min_quantity, factor, shift, excludes, rule in chain:
            if (
                min_quantity <= quantity
                and (excludes is None or not excludes.touches(item))
                and (higher := price * factor + shift) > price
            ):
                candidates.append((rank, higher, number, rule))
                break
    return candidates


def _lowers(index: Index, item: Item, price: Decimal, quantity: int) -> list[Candidate]:
    """The best discount of each chain: one applies if it makes the price lower.

    Below zero is zero. There the id decides, so a chain is followed on until a price is left.
    """
    candidates: list[Candidate] = []
    for chain in index.chains(item):
        for rank, number, min_quantity, factor, shift, excludes, rule in chain:
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
    item: Item, book: Book, price: Decimal, winners: tuple[Candidate | None, ...]
) -> tuple[Decimal, Charged]:
    """The lower of the group's price and the shop's promotion, unless the group's stands alone."""
    listed, surcharge, discount = winners
    promotion = item.promotion_price
    if listed is surcharge is discount is None:
        return (price, "list") if promotion is None else (promotion, "promotion")
    if promotion is None or promotion >= price:
        return price, "group"
    alone = (
        (listed is not None and book.lists[listed[2]].stand_alone)
        or (surcharge is not None and surcharge[3].stand_alone)
        or (discount is not None and discount[3].stand_alone)
    )
    return (price, "group") if alone else (promotion, "promotion")
