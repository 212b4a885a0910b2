"""Prices: rules, lists, and what else decides what shoppers pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .base import Payload


@dataclass(frozen=True, slots=True)
class _OfPriceList(Payload):
    needs: ClassVar[str] = "MANAGE_DISCOUNTS"
    price_list: str
    groups: tuple[str, ...]
    group_count: int

    @property
    def subject(self) -> str:
        return self.price_list


@dataclass(frozen=True, slots=True)
class PriceListCreated(_OfPriceList):
    """A price list was created. It has no prices yet."""

    name: ClassVar[str] = "price_list.created"


@dataclass(frozen=True, slots=True)
class PriceListDeleted(_OfPriceList):
    """A price list was deleted with its prices."""

    name: ClassVar[str] = "price_list.deleted"


@dataclass(frozen=True, slots=True)
class PriceListUpdated(_OfPriceList):
    """Something about a price list, or its prices, changed: one event an act. It names the groups
    that have the list and those that had it before.
    """

    name: ClassVar[str] = "price_list.updated"
    entries_changed: int
    entries_removed: int


@dataclass(frozen=True, slots=True)
class _OfPriceRule(Payload):
    needs: ClassVar[str] = "MANAGE_DISCOUNTS"
    price_rule: str
    groups: tuple[str, ...]
    group_count: int

    @property
    def subject(self) -> str:
        return self.price_rule


@dataclass(frozen=True, slots=True)
class PriceRuleCreated(_OfPriceRule):
    """A price rule was created."""

    name: ClassVar[str] = "price_rule.created"


@dataclass(frozen=True, slots=True)
class PriceRuleDeleted(_OfPriceRule):
    """A price rule was deleted."""

    name: ClassVar[str] = "price_rule.deleted"


@dataclass(frozen=True, slots=True)
class PriceRuleUpdated(_OfPriceRule):
    """A price rule was saved again. It names the groups that it holds for and those that it held
    for before.
    """

    name: ClassVar[str] = "price_rule.updated"


@dataclass(frozen=True, slots=True)
class PricesContextChanged(Payload):
    """What shoppers pay may have changed without a change of members, rules or lists: guests have
    another group or none (cause "guest_group"), newcomers enter another group ("default_group"),
    or a window of rules or lists opened or closed ("window").
    """

    name: ClassVar[str] = "prices.context_changed"
    needs: ClassVar[str] = "MANAGE_DISCOUNTS"
    cause: str
    groups: tuple[str, ...]
    group_count: int
    channel: str

    @property
    def subject(self) -> str:
        return "prices"
