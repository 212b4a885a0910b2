"""One checkout line: what it would cost its customer, what it says now, and the difference.

The record of a group price stands in the line's private metadata, which Saleor copies to the
order line. It explains the price, and tells our price override from somebody else's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from saleor.checkout.models import CheckoutLine
from saleor.discount import DiscountType

from ..pricing.book import Book
from ..pricing.quote import Quote, quote
from ..pricing.rules import Item

RECORD_KEY: Final = "customer_groups.price"
# A line with more candidates than this keeps only the winners: the record is written and read with
# the line, so it must stay small.
MOST_TOLD: Final = 10


@dataclass(frozen=True, slots=True)
class LinePrice:
    """What a line must hold. Neither discount nor override: the list price, and no promotion.

    `discount` is what the group takes off one unit, `override` the higher price of one unit.
    """

    final: Decimal
    discount: Decimal | None = None
    override: Decimal | None = None
    name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """`price` None: no group price, Saleor's own rules hold. `record` None: nothing to tell."""

    price: LinePrice | None
    record: str | None


NOTHING: Final = Decision(price=None, record=None)


def item_of(line_info: Any) -> Item | None:
    """The line as pricing sees it; None when its price is not ours to set.

    Not ours: gift lines, lines of variants that left the channel, prices that an app set, and
    lines with a manual discount.
    """
    listing = line_info.channel_listing
    if line_info.line.is_gift or not listing or listing.price_amount is None:
        return None
    if has_foreign_price(line_info):
        return None
    promotion = listing.discounted_price_amount
    list_price = listing.price_amount
    return Item(
        variant_id=line_info.variant.pk,
        product_id=line_info.product.pk,
        category_id=line_info.product.category_id,
        # Saleor's loader leaves None where a collection was deleted.
        collection_ids=frozenset(found.pk for found in line_info.collections if found),
        quantity=line_info.line.quantity,
        list_price=list_price,
        promotion_price=promotion if promotion is not None and promotion < list_price else None,
    )


def has_foreign_price(line_info: Any) -> bool:
    """An app's price override or a manual discount, which we leave alone."""
    override = line_info.line.price_override
    if override is not None and override != own_override(line_info.line):
        return True
    return any(discount.type == DiscountType.MANUAL for discount in line_info.discounts)


def own_override(line: Any) -> Decimal | None:
    """The price override that we wrote on this line, by our record."""
    record = read_record(line)
    override = record.get("override") if record else None
    return Decimal(override) if override is not None else None


def read_record(line: Any) -> dict[str, Any] | None:
    """Our record on a checkout or order line; None when there is none that can be read."""
    text = (line.private_metadata or {}).get(RECORD_KEY)
    if not text:
        return None
    try:
        record = json.loads(text)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def decide(item: Item | None, book: Book | None, currency: str) -> Decision:
    """What the line must hold for this customer."""
    if item is None or book is None:
        return NOTHING
    answer = quote(item, book, currency)
    if not answer.winners:
        return NOTHING
    price = _line_price(answer) if answer.charged == "group" else None
    return Decision(price=price, record=_record(answer, price))


def _line_price(answer: Quote) -> LinePrice:
    difference = answer.list_price - answer.final_price
    return LinePrice(
        final=answer.final_price,
        discount=difference if difference > 0 else None,
        override=answer.final_price if difference < 0 else None,
        name=answer.name[:255],
        reason=answer.reason,
    )


def _record(answer: Quote, price: LinePrice | None) -> str:
    explained = answer.explain(most=MOST_TOLD)
    if price is not None and price.override is not None:
        explained["override"] = str(price.override)
    return json.dumps(explained, sort_keys=True, separators=(",", ":"))


def group_discount(line_info: Any) -> Any | None:
    """The discount row that a group gave the line: a catalogue discount of no promotion.

    A row whose promotion was deleted looks the same until Saleor recalculates: the record beside
    ours tells them apart.
    """
    if read_record(line_info.line) is None:
        return None
    rows = (d for d in line_info.get_catalogue_discounts() if d.promotion_rule_id is None)
    return next(rows, None)


def holds(line_info: Any, price: LinePrice | None) -> bool:
    """Whether the line's money already is what it must be. Compares money, not rows."""
    line = line_info.line
    row = group_discount(line_info)
    if price is None:
        return row is None and own_override_in_force(line) is None
    # A group price keeps the shop's own promotion off the line, so all there is must be ours.
    taken_off = sum((d.amount_value for d in line_info.get_catalogue_discounts()), Decimal(0))
    return (
        taken_off == (price.discount or Decimal(0)) * line.quantity
        and own_override_in_force(line) == price.override
    )


def has_override_reason() -> bool:
    """Saleor has a reason beside the override since 3.23.19."""
    return any(found.name == "price_override_reason" for found in CheckoutLine._meta.get_fields())


def own_override_in_force(line: Any) -> Decimal | None:
    """Our override, if it is what the line's price is now."""
    ours = own_override(line)
    return ours if ours is not None and ours == line.price_override else None
