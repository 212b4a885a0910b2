"""The book of one shopper in one channel: rules and entries, indexed by what they touch. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from .rules import NOTHING, SURCHARGES, Entry, Item, PriceList, Rule, Scope, line

# A rule ready for the hot path: rank (minus its priority), id, minimum quantity, its line's
# factor and shift, its excludes if it has any, and the rule.
Row: TypeAlias = tuple[int, int, int, Decimal, Decimal, Scope | None, Rule]
# Rows of one kind, best first. Which of two rules of a kind is chosen does not depend on the
# price, so the first of a chain that applies beats the rest of it, however long the chain is.
Chain: TypeAlias = list[Row]


class Index:
    """The rules of one step (surcharges or discounts), to be found by what an item is."""

    __slots__ = ("categories", "collections", "everything", "products", "variants")

    def __init__(self, rules: Iterable[Rule]) -> None:
        everything: list[Row] = []
        named: tuple[dict[int, list[Row]], ...] = ({}, {}, {}, {})
        for rule in rules:
            row = _row(rule)
            if rule.everything:
                everything.append(row)
                continue
            for shelf, ids in zip(named, rule.includes.by_kind(), strict=True):
                for number in ids:
                    shelf.setdefault(number, []).append(row)
        self.everything = _chains(everything)
        self.variants, self.products, self.categories, self.collections = (
            {number: _chains(rows) for number, rows in shelf.items()} for shelf in named
        )

    def chains(self, item: Item) -> list[Chain]:
        """The rules that name the item; a rule that names it in two ways is in two chains."""
        chains = self.everything
        if found := self.variants.get(item.variant_id):
            chains = chains + found
        if found := self.products.get(item.product_id):
            chains = chains + found
        if item.category_id is not None and (found := self.categories.get(item.category_id)):
            chains = chains + found
        if self.collections:
            for collection_id in item.collection_ids:
                if found := self.collections.get(collection_id):
                    chains = chains + found
        return chains


def _row(rule: Rule) -> Row:
    factor, shift = line(rule.kind, rule.value)
    excludes = None if rule.excludes is NOTHING else rule.excludes
    return (-rule.priority, rule.id, rule.min_quantity, factor, shift, excludes, rule)


def _chains(rows: list[Row]) -> list[Chain]:
    if len(rows) == 1:
        return [rows]
    chains: dict[str, Chain] = {}
    for row in sorted(rows, key=_best_first):
        chains.setdefault(row[6].kind, []).append(row)
    return list(chains.values())


def _best_first(row: Row) -> tuple[int, Decimal, Decimal, int]:
    return row[0], row[3], row[4], row[1]


@dataclass(frozen=True, slots=True)
class Book:
    """All that a shopper's quotes are made from. `Book.of` makes one; the result does not depend
    on the order of its arguments' rows.
    """

    rules: tuple[Rule, ...] = ()
    lists: Mapping[int, PriceList] = field(default_factory=dict)
    # of each variant, its lists in turn, and of each list the highest quantity first
    entries: Mapping[int, Sequence[Entry]] = field(default_factory=dict)
    # The customer is in no group at all, not even in a default one: see groups.defaults.
    customer_has_no_group: bool = False
    surcharges: Index | None = None
    discounts: Index | None = None

    @classmethod
    def of(
        cls,
        rules: Iterable[Rule] = (),
        lists: Iterable[PriceList] = (),
        entries: Iterable[Entry] = (),
        *,
        customer_has_no_group: bool = False,
    ) -> Book:
        """Index rules (each of a valid kind and value) and entries (each of one of the lists)."""
        known = tuple(rules)
        surcharges = [rule for rule in known if rule.kind in SURCHARGES]
        discounts = [rule for rule in known if rule.kind not in SURCHARGES]
        by_variant: dict[int, list[Entry]] = {}
        for entry in sorted(entries, reverse=True):
            by_variant.setdefault(entry[0], []).append(entry)
        return cls(
            rules=known,
            lists={price_list.id: price_list for price_list in lists},
            entries=by_variant,
            customer_has_no_group=customer_has_no_group,
            surcharges=Index(surcharges) if surcharges else None,
            discounts=Index(discounts) if discounts else None,
        )

    def __bool__(self) -> bool:
        """Whether there is any group price at all in it."""
        return bool(self.rules or self.entries)

    def naming(self, item: Item) -> list[Rule]:
        """Every rule that names the item, excluded from it or not, in order of id."""
        found = {
            row[1]: row[6]
            for index in (self.surcharges, self.discounts)
            if index is not None
            for chain in index.chains(item)
            for row in chain
        }
        return [rule for _, rule in sorted(found.items())]
