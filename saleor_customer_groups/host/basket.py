"""A checkout's lines and why each costs what it costs; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout
from saleor.plugins.manager import get_plugins_manager

from ..pricing.quote import Quote
from .prices import quote_lines


@dataclass(frozen=True, slots=True)
class LinePricing:
    """A line and its quote; None where the price is not ours to set."""

    line_id: UUID
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class BasketPricing:
    """The lines of a checkout, in their order."""

    lines: Sequence[LinePricing]


def checkout_of(key: UUID) -> Any | None:
    """The checkout with this key, None where there is none."""
    return Checkout.objects.filter(pk=key).first()


def pricing_of(checkout: Any) -> BasketPricing:
    """What each line must cost its customer now: a line's quote is what is charged for it."""
    manager = get_plugins_manager(allow_replica=False)
    lines, _ = fetch_checkout_lines(checkout)
    info = fetch_checkout_info(checkout, lines, manager)
    quotes = quote_lines(info, lines) if lines else {}
    return BasketPricing([LinePricing(one.line.pk, quotes[one.line.pk]) for one in lines])
