"""From a checkout to the group prices of its lines, and what is written on the lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connections
from django.utils import timezone
from saleor.checkout.models import Checkout, CheckoutLine

from .. import conf
from ..groups import defaults, queries
from ..pricing import book as books
from ..pricing.book import Book
from ..pricing.quote import Quote, quote
from ..pricing.rules import Item
from .lines import (
    RECORD_KEY,
    Decision,
    decide,
    has_override_reason,
    item_of,
    own_override_in_force,
)

# A book is kept on the plugin object, which lives as long as a request, and not longer than this.
MEMO_AGE: Final = timedelta(seconds=5)


@dataclass(slots=True)
class Memo:
    """The book of the request: Saleor recalculates a checkout several times in one."""

    key: tuple[Any, ...] = ()
    loaded_at: datetime | None = None
    book: Book | None = field(default=None)


def plugin_of(manager: Any) -> Any | None:
    """Our plugin as this request's manager knows it; None when the merchant switched it off."""
    plugins = manager.get_plugins(active_only=True, plugin_ids=[conf.PLUGIN_ID])
    # Saleor's own tests pass managers that are mocks, and must not notice us.
    return plugins[0] if isinstance(plugins, list) and plugins else None


def price_lines(checkout_info: Any, lines: Sequence[Any]) -> dict[UUID, Decision]:
    """Decide the price of each line, write overrides and records that changed.

    Answers nothing for a plugin that is switched off: then Saleor alone decides.
    """
    if not lines or _is_no_concern_of_ours(checkout_info.checkout, lines):
        return {}
    plugin = plugin_of(checkout_info.manager)
    if plugin is None:
        return {}
    decisions = decide_lines(checkout_info, lines, memo=plugin.memo)
    _write(checkout_info.checkout, lines, decisions)
    return decisions


def _is_no_concern_of_ours(checkout: Any, lines: Sequence[Any]) -> bool:
    """A guest who stands in no group, and in whose basket no price of ours is left.

    Asked first because it is free: whether the plugin is on costs a statement in a query.
    """
    return (
        checkout.user_id is None
        and queries.guest_group_id() is None
        and all(RECORD_KEY not in (one.line.private_metadata or {}) for one in lines)
    )


def decide_lines(
    checkout_info: Any, lines: Sequence[Any], *, memo: Memo | None = None
) -> dict[UUID, Decision]:
    """What each line must hold for the checkout's customer, by line id. Without a memo: fresh."""
    items = {line_info.line.pk: item_of(line_info) for line_info in lines}
    wanted = [item for item in items.values() if item is not None]
    book = _book(checkout_info, wanted, memo) if wanted else None
    currency = checkout_info.checkout.currency
    return {
        line_info.line.pk: decide(items[line_info.line.pk], book, currency) for line_info in lines
    }


def quote_lines(checkout_info: Any, lines: Sequence[Any]) -> dict[UUID, Quote | None]:
    """The quote of each line for the checkout's customer, by line id, from the database.

    None for a line whose price is not ours to set.
    """
    items = {line_info.line.pk: item_of(line_info) for line_info in lines}
    wanted = [item for item in items.values() if item is not None]
    if not wanted:
        return dict.fromkeys(items)
    book, currency = _book(checkout_info, wanted, None), checkout_info.checkout.currency
    return {
        line_id: None if item is None else quote(item, book, currency)
        for line_id, item in items.items()
    }


def _book(checkout_info: Any, items: list[Item], memo: Memo | None) -> Book:
    now = timezone.now()
    checkout = checkout_info.checkout
    key = (checkout.user_id, checkout.channel_id, frozenset(item.variant_id for item in items))
    if memo is not None and memo.book is not None and memo.key == key:
        assert memo.loaded_at is not None  # noqa: S101 - set together with the book
        if now - memo.loaded_at < MEMO_AGE:
            return memo.book
    book = _load(checkout, items, now=now, fresh=memo is None)
    if memo is not None:
        memo.key, memo.loaded_at, memo.book = key, now, book
    return book


def _load(checkout: Any, items: list[Item], *, now: datetime, fresh: bool) -> Book:
    arguments = {
        "channel_id": checkout.channel_id,
        "currency": checkout.currency,
        "items": items,
        "now": now,
        "fresh": fresh,
    }
    book = books.load(checkout.user_id, **arguments)
    # The event of the registration may still be on its way to the worker: assign now.
    if book.customer_has_no_group and defaults.ensure_default(
        checkout.user_id, channel_id=checkout.channel_id
    ):
        # The membership began after `now`.
        return books.load(checkout.user_id, **{**arguments, "now": timezone.now()})
    return book


def _write(checkout: Any, lines: Iterable[Any], decisions: dict[UUID, Decision]) -> None:
    """Write the overrides and records that changed, in one statement, and show them to Saleor."""
    changes = [
        change
        for line_info in lines
        if (change := _change(line_info, decisions[line_info.line.pk])) is not None
    ]
    if not changes:
        return
    _update_lines(checkout, changes)
    for change in changes:
        change.show()


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one line's override and record."""

    line_info: Any
    override: Decimal | None
    reason: str | None
    record: str | None

    def show(self) -> None:
        """Let the objects in hand say what the database says now."""
        line = self.line_info.line
        metadata = dict(line.private_metadata or {})
        metadata.pop(RECORD_KEY, None)
        if self.record is not None:
            metadata[RECORD_KEY] = self.record
        line.private_metadata = metadata
        if line.price_override == self.override:
            return
        line.price_override = self.override
        if has_override_reason():
            line.price_override_reason = self.reason
        for name in ("undiscounted_unit_price", "variant_discounted_price"):
            self.line_info.__dict__.pop(name, None)
        line.undiscounted_unit_price = self.line_info.undiscounted_unit_price


def _change(line_info: Any, decision: Decision) -> Change | None:
    line = line_info.line
    override, reason = line.price_override, getattr(line, "price_override_reason", None)
    wanted = decision.price.override if decision.price else None
    if wanted is not None and decision.price is not None:
        override, reason = wanted, decision.price.reason
    elif own_override_in_force(line) is not None:
        override, reason = None, None
    record = (line.private_metadata or {}).get(RECORD_KEY)
    if override == line.price_override and record == decision.record:
        return None
    return Change(line_info, override, reason, decision.record)


def _update_lines(checkout: Any, changes: Sequence[Change]) -> None:
    """One UPDATE for all lines. A line whose override somebody changed meanwhile is left alone.

    It locks in Saleor's order, the checkout and then its lines: a line is only reached through
    the locked row.
    """
    reason = "price_override_reason = change.reason," if has_override_reason() else ""
    sql = f"""
        WITH checkout AS MATERIALIZED (
            SELECT token FROM {Checkout._meta.db_table} WHERE token = %s FOR UPDATE
        )
        UPDATE {CheckoutLine._meta.db_table} AS line
           SET price_override = change.override, {reason}
               private_metadata = CASE
                   WHEN change.record IS NULL
                   THEN COALESCE(line.private_metadata, '{{}}') - %s
                   ELSE COALESCE(line.private_metadata, '{{}}')
                        || jsonb_build_object(%s, change.record)
               END
          FROM checkout, unnest(%s::uuid[], %s::numeric[], %s::numeric[], %s::text[], %s::text[])
               AS change (id, was, override, reason, record)
         WHERE line.checkout_id = checkout.token AND line.id = change.id
           AND line.price_override IS NOT DISTINCT FROM change.was
    """  # noqa: S608 - names of our own, no input
    columns = [
        [change.line_info.line.pk for change in changes],
        [change.line_info.line.price_override for change in changes],
        [change.override for change in changes],
        [change.reason for change in changes],
        [change.record for change in changes],
    ]
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, [checkout.pk, RECORD_KEY, RECORD_KEY, *columns])
