"""The book of one shopper in one channel: rules and entries, indexed by what they name. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

from .rules import LINES, SURCHARGES, Entry, Item, PriceList, Rule, Target, TargetKind

# What a category stands for: itself and those below it. One that is missing here has none below.
Descendants: TypeAlias = Mapping[int, Iterable[int]]
# Of one thing in a basket: which kind of thing it is, and its id.
Thing: TypeAlias = tuple[int, int]

# A rule ready for the hot path: rank (minus its priority), its line's factor and shift, id,
# minimum quantity, its excludes if it has any, and the rule. Sorted, the best of a kind is first.
Row: TypeAlias = tuple[int, Decimal, Decimal, int, int, "Excludes | None", Rule]
# Rows of one kind, best first. Which of two rules of a kind is chosen does not depend on the
# price, so the first of a chain that applies beats the rest of it, however long the chain is.
Chain: TypeAlias = list[Row]
Shelf: TypeAlias = defaultdict[int, defaultdict[str, Chain]]

CATEGORY: Final = int(TargetKind.CATEGORY)  # a plain number compares faster
NO_DESCENDANTS: Final[Descendants] = {}


class Excludes:
    """What a rule never applies to."""

    __slots__ = ("categories", "collections", "products", "variants")

    def __init__(self, things: Iterable[Thing]) -> None:
        sets: tuple[set[int], set[int], set[int], set[int]] = (set(), set(), set(), set())
        for kind, number in things:
            sets[kind].add(number)
        self.variants, self.products, self.categories, self.collections = sets

    def touches(self, item: Item) -> bool:
        """Whether the item is one of these things, or is in one of them."""
        return (
            item.variant_id in self.variants
            or item.product_id in self.products
            or item.category_id in self.categories
            or not self.collections.isdisjoint(item.collection_ids)
        )


class Index:
    """The rules of one step (surcharges or discounts), to be found by what an item is."""

    __slots__ = ("categories", "collections", "everything", "products", "variants")

    def __init__(self, rows: Iterable[Row], named: Mapping[int, Iterable[Thing]]) -> None:
        self.everything: defaultdict[str, Chain] = defaultdict(list)
        self.variants, self.products, self.categories, self.collections = shelves = (
            _shelf(),
            _shelf(),
            _shelf(),
            _shelf(),
        )  # in the order of TargetKind
        for row in rows:
            rule = row[6]
            if rule.everything:
                self.everything[rule.kind].append(row)
                continue
            for kind, number in named.get(rule.id, ()):
                shelves[kind][number][rule.kind].append(row)
        # each chain by itself: most hold one row, so this is far less than sorting all rows
        for shelf in ({0: self.everything}, *shelves):
            for chains in shelf.values():
                for chain in chains.values():
                    if len(chain) > 1:
                        chain.sort()

    def chains(self, item: Item) -> list[Chain]:
        """The rules that name the item; a rule that names it in two ways is in two chains."""
        chains = list(self.everything.values())
        if found := self.variants.get(item.variant_id):
            chains += found.values()
        if found := self.products.get(item.product_id):
            chains += found.values()
        if item.category_id is not None and (found := self.categories.get(item.category_id)):
            chains += found.values()
        if self.collections:
            for number in item.collection_ids:
                if found := self.collections.get(number):
                    chains += found.values()
        return chains

    def naming(self, item: Item) -> list[tuple[Decimal, Decimal, Excludes | None, Rule]]:
        """Every rule that names the item, even one that excludes it again, in order of id.

        Factor and shift of its line, its excludes, and the rule.
        """
        found = {
            number: (factor, shift, excludes, rule)
            for chain in self.chains(item)
            for _, factor, shift, number, _, excludes, rule in chain
        }
        return [found[number] for number in sorted(found)]


def _shelf() -> Shelf:
    return defaultdict(partial(defaultdict, list))


@dataclass(frozen=True, slots=True)
class Book:
    """All that a shopper's quotes are made from. `Book.of` makes one; the order of its rows makes
    no difference.
    """

    lists: Mapping[int, PriceList] = field(default_factory=dict)
    # of each variant, its lists in turn, and of each list the highest quantity first
    entries: Mapping[int, Sequence[Entry]] = field(default_factory=dict)
    surcharges: Index | None = None
    discounts: Index | None = None
    # The customer is in no group at all, not even in a default one: see groups.defaults.
    customer_has_no_group: bool = False

    @classmethod
    def of(
        cls,
        rules: Iterable[Rule] = (),
        targets: Iterable[Target] = (),
        lists: Iterable[PriceList] = (),
        entries: Iterable[Entry] = (),
        *,
        descendants: Descendants = NO_DESCENDANTS,
        customer_has_no_group: bool = False,
    ) -> Book:
        """Index rules (each of a valid kind and value) and entries (each of one of the lists)."""
        named, excluded = _by_rule(targets, descendants)
        surcharges: list[Row] = []
        discounts: list[Row] = []
        for rule in rules:
            step = surcharges if rule.kind in SURCHARGES else discounts
            step.append(_row(rule, excluded.get(rule.id)))
        in_turn = groupby(sorted(entries, reverse=True), key=itemgetter(0))
        return cls(
            lists={price_list.id: price_list for price_list in lists},
            entries={variant_id: list(group) for variant_id, group in in_turn},
            surcharges=Index(surcharges, named) if surcharges else None,
            discounts=Index(discounts, named) if discounts else None,
            customer_has_no_group=customer_has_no_group,
        )

    def __bool__(self) -> bool:
        """Whether there is any group price in it."""
        return bool(self.entries or self.surcharges or self.discounts)


def _by_rule(
    targets: Iterable[Target], descendants: Descendants
) -> tuple[dict[int, list[Thing]], dict[int, Excludes]]:
    """What each rule names and what it excludes, categories spread over their descendants."""
    spread = {number: [(CATEGORY, one) for one in below] for number, below in descendants.items()}
    named: dict[int, list[Thing]] = {}
    excluded: dict[int, list[Thing]] = {}
    for rule_id, kind, number, is_excluded in targets:
        things = (excluded if is_excluded else named).setdefault(rule_id, [])
        if kind == CATEGORY and number in spread:
            things += spread[number]
        else:
            things.append((kind, number))
    return named, {rule_id: Excludes(things) for rule_id, things in excluded.items()}


def _row(rule: Rule, excludes: Excludes | None) -> Row:
    factor, shift = LINES[rule.kind](rule.value)
    return (-rule.priority, factor, shift, rule.id, rule.min_quantity, excludes, rule)
