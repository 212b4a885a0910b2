"""Group prices inside Saleor's own recalculation: the one file that wraps functions of Saleor.

Four names are wrapped (docs/adr/0001). Two are where Saleor recomputes the discounts of a
checkout, when prices expired and in mutations: there the group prices of the lines are worked
out. The third is where Saleor decides the catalogue discount of each line: for lines with a
group price that discount is the group's, and Saleor writes it, sums it, taxes it and copies it
to the order as it does with its own. The fourth is the discounted price of a line that vouchers
for products and for the cheapest line look at.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, wraps
from importlib import import_module
from typing import Any, Final
from uuid import UUID

from prices import Money
from saleor.discount import DiscountType, DiscountValueType

from . import prices, vouchers
from .db import on_writer
from .lines import Decision, LinePrice, group_discount, read_record

# Where the decision about a line waits, on Saleor's line info, for the third function.
DECISION: Final = "customer_groups_decision"
WRAPPED: Final = "__customer_groups_original__"


@dataclass(frozen=True, slots=True)
class Seam:
    """A function of Saleor that we wrap, and what must be true of it."""

    module: str
    name: str
    parameters: tuple[str, ...]
    called_by: tuple[str, str]  # module and function that must look the name up when called


EXPIRED = Seam(
    "saleor.checkout.calculations",
    "create_or_update_discount_objects_from_promotion_for_checkout",
    ("checkout_info", "lines_info", "database_connection_name"),
    ("saleor.checkout.calculations", "recalculate_discounts"),
)
CHANGED = Seam(
    "saleor.checkout.utils",
    "recalculate_checkout_discounts",
    ("checkout_info", "lines", "manager"),
    ("saleor.checkout.utils", "invalidate_checkout"),
)
CATALOGUE = Seam(
    "saleor.discount.utils.checkout",
    "prepare_checkout_line_discount_objects_for_catalogue_promotions",
    ("lines_info",),
    (
        "saleor.discount.utils.checkout",
        "create_checkout_line_discount_objects_for_catalogue_promotions",
    ),
)
SEAMS: Final = (EXPIRED, CHANGED, CATALOGUE)
LINE_INFO: Final = ("saleor.checkout.fetch", "CheckoutLineInfo", "variant_discounted_price")


def install() -> bool:
    """Wrap the seams, once a process. Wraps nothing and answers False when one has changed.

    Nobody is charged a wrong price then: the check before an order (host/guard.py) refuses it,
    and the system check says what is missing.
    """
    if problems():
        return False
    for seam, wrapper in ((EXPIRED, _expired), (CHANGED, _changed), (CATALOGUE, _catalogue)):
        module = import_module(seam.module)
        original = getattr(module, seam.name)
        if not hasattr(original, WRAPPED):
            setattr(module, seam.name, wrapper(original))
    line_info = getattr(import_module(LINE_INFO[0]), LINE_INFO[1])
    if not hasattr(line_info, WRAPPED):
        setattr(line_info, WRAPPED, line_info.__dict__[LINE_INFO[2]])
        _discounted_price(line_info)
    return True


def problems() -> list[str]:
    """What the host no longer offers, a sentence each; empty when all is well."""
    found = [problem for seam in SEAMS if (problem := _problem(seam))]
    line_info = getattr(import_module(LINE_INFO[0]), LINE_INFO[1], None)
    if not isinstance(getattr(line_info, "__dict__", {}).get(LINE_INFO[2]), cached_property):
        found.append(f"{'.'.join(LINE_INFO)} is no cached property any more.")
    return found


def _problem(seam: Seam) -> str | None:
    try:
        function = getattr(import_module(seam.module), seam.name)
        caller = inspect.unwrap(getattr(import_module(seam.called_by[0]), seam.called_by[1]))
    except (ImportError, AttributeError) as error:
        return f"{seam.module}.{seam.name} is gone: {error}."
    parameters = tuple(inspect.signature(function).parameters)
    if parameters != seam.parameters:
        return f"{seam.module}.{seam.name} takes {parameters}, not {seam.parameters}."
    if seam.name not in caller.__code__.co_names:
        return f"{'.'.join(seam.called_by)} no longer calls {seam.name}."
    return None


def _expired(original: Callable[..., Any]) -> Callable[..., Any]:
    """The discounts of a checkout whose prices expired."""

    @wraps(original)
    def wrapper(checkout_info: Any, lines_info: Any, *args: Any, **kwargs: Any) -> Any:
        before = vouchers.totals_before_voucher(lines_info) if checkout_info.voucher else None
        touched = _attach(checkout_info, lines_info)
        # The very list: Saleor puts gift lines into it and takes them out.
        answer = original(checkout_info, lines_info, *args, **kwargs)
        if before is not None and touched:
            after = vouchers.totals_before_voucher(lines_info)
            if any(before[line_id] != after.get(line_id) for line_id in touched):
                on_writer(vouchers.recompute)(checkout_info, lines_info)
        return answer

    setattr(wrapper, WRAPPED, original)
    return wrapper


def _changed(original: Callable[..., Any]) -> Callable[..., Any]:
    """The discounts of a checkout that a mutation changed, its voucher included."""

    @wraps(original)
    def wrapper(checkout_info: Any, lines: Any, manager: Any) -> Any:
        _attach(checkout_info, lines)
        return original(checkout_info, lines, manager)

    setattr(wrapper, WRAPPED, original)
    return wrapper


def _attach(checkout_info: Any, lines: Sequence[Any]) -> set[UUID]:
    """Work out the group prices and leave each line its decision.

    Answers the lines on which a group has a say, or had one.
    """
    had = {line_info.line.pk for line_info in lines if read_record(line_info.line) is not None}
    decisions = on_writer(prices.price_lines)(checkout_info, lines)
    for line_info in lines:
        setattr(line_info, DECISION, decisions.get(line_info.line.pk))
    return had | {line_id for line_id, decision in decisions.items() if decision.price is not None}


def _catalogue(original: Callable[..., Any]) -> Callable[..., Any]:
    """The catalogue discount of each line: the group's, or what Saleor says."""

    @wraps(original)
    def wrapper(lines_info: Any) -> Any:
        for line in lines_info:
            # What is cached was computed on the discounts before, also where there is none now.
            line.__dict__.pop(LINE_INFO[2], None)
        ours = [(line, price) for line in lines_info if (price := _price(line)) is not None]
        if not ours:
            return original(lines_info)
        taken = {id(line) for line, _ in ours}
        answer = original([line for line in lines_info if id(line) not in taken])
        nothing: tuple[list[Any], list[Any], list[Any], list[str], None] = ([], [], [], [], None)
        creates, updates, removes, fields, end = answer or nothing
        for line_info, price in ours:
            existing = list(line_info.get_catalogue_discounts())
            wanted = _discount(line_info, price)
            if wanted is None:
                removes.extend(existing)
            elif not existing:
                creates.append(wanted)
            else:
                removes.extend(existing[1:])
                if changed := _changes(existing[0], wanted):
                    updates.append(existing[0])
                    fields.extend(name for name in changed if name not in fields)
        return creates, updates, removes, fields, end

    setattr(wrapper, WRAPPED, original)
    return wrapper


def _price(line_info: Any) -> LinePrice | None:
    decision: Decision | None = getattr(line_info, DECISION, None)
    return decision.price if decision is not None else None


def _discount(line_info: Any, price: LinePrice) -> dict[str, Any] | None:
    """The columns of the line's discount row, as Saleor's own catalogue promotion has them.

    Fixed and per unit: Saleor computes the amount anew from it when staff change the quantity
    of an order line. No promotion rule: that is how we and Saleor know it is no promotion's.
    """
    if price.discount is None:
        return None
    line = line_info.line
    return {
        "line": line,
        "type": DiscountType.PROMOTION,
        "value_type": DiscountValueType.FIXED,
        "value": price.discount,
        "amount_value": price.discount * line.quantity,
        "currency": line.currency,
        "name": price.name,
        "translated_name": "",
        "reason": price.reason,
        "promotion_rule": None,
        "unique_type": DiscountType.PROMOTION,
    }


def _changes(row: Any, wanted: dict[str, Any]) -> list[str]:
    """Bring the row to what is wanted; the names of the fields that differed."""
    attributes = {**wanted, "promotion_rule_id": None}
    del attributes["line"], attributes["promotion_rule"]
    changed = [name for name, value in attributes.items() if getattr(row, name) != value]
    for name in changed:
        if name == "promotion_rule_id":
            row.promotion_rule = None
        else:
            setattr(row, name, attributes[name])
    return changed


def _discounted_price(line_info_class: type) -> None:
    """Let vouchers for products and for the cheapest line see the group price.

    Saleor takes a line's discounted price from the channel listing, which knows no groups, so a
    voucher would be booked with more than it takes off, or find another cheapest line.
    """
    original = getattr(line_info_class, WRAPPED)

    @wraps(original.func)
    def variant_discounted_price(line_info: Any) -> Any:
        row = group_discount(line_info)
        if row is None or line_info.line.price_override is not None:
            return original.func(line_info)
        listing = line_info.channel_listing
        if listing is None or listing.price_amount is None:
            return original.func(line_info)
        # The row's value is per unit, so it survives a change of the quantity.
        return Money(max(listing.price_amount - row.value, Decimal(0)), line_info.line.currency)

    replacement = cached_property(variant_discounted_price)
    setattr(line_info_class, LINE_INFO[2], replacement)
    replacement.__set_name__(line_info_class, LINE_INFO[2])
