"""Fields of the customer's baskets, vouchers, gift cards and channels."""

from __future__ import annotations

from typing import Final, cast

from ..tree import Leaf
from ..values import Duration, day
from .base import Asked, Condition, Field, Members
from .orders import CHANNEL, OPTIONS, ORDERS, READS, check_window, counted

HOLDERS: Final = ("created_by", "used_by", "assigned_to")


def _basket(leaf: Leaf, asked: Asked) -> Members:
    """Who has a checkout with lines that nobody touched for so long."""
    line = asked.table("checkout.CheckoutLine")
    sql = (
        f"SELECT basket.user_id FROM {asked.table('checkout.Checkout')} AS basket"
        " WHERE basket.user_id IS NOT NULL AND basket.last_change < %s"
        f" AND EXISTS (SELECT 1 FROM {line} AS line WHERE line.checkout_id = basket.token)"
        f"{asked.only('basket.user_id')}"
    )
    params: list[object] = [cast(Duration, leaf.value).before(asked.now)]
    if channel := leaf.option("channel"):
        channels = asked.table("channel.Channel")
        sql += f" AND basket.channel_id = (SELECT id FROM {channels} WHERE slug = %s)"
        params.append(channel)
    return Members(sql, params)


def _vouchers(leaf: Leaf, asked: Asked) -> Members:
    rows = counted(leaf, asked)
    used = Condition("o.voucher_code <> ''")
    if leaf.operator == "one_of":
        used = Condition("o.voucher_code = ANY(%s)", [list(cast(tuple[str, ...], leaf.value))])
    sql = f"SELECT o.user_id FROM {asked.table('order.Order')} AS o WHERE {rows.sql} AND {used.sql}"
    return Members(sql, [*rows.params, *used.params])


def _gift_cards(leaf: Leaf, asked: Asked) -> Members:
    """Who bought, used or was assigned a card that is active and not empty, and no purse of ours:
    else everybody with credit would hold one.
    """
    card, purse = asked.table("giftcard.GiftCard"), asked.table("saleor_customer_groups.Purse")
    lacking = {"assigned_to"} - {one.rpartition(".")[2] for one in asked.columns}
    held = [
        f"SELECT card.{holder}_id FROM {card} AS card WHERE card.{holder}_id IS NOT NULL"
        " AND card.is_active AND card.current_balance_amount > 0"
        " AND (card.expiry_date IS NULL OR card.expiry_date >= %s)"
        f" AND NOT EXISTS (SELECT 1 FROM {purse} AS purse WHERE purse.gift_card_id = card.id)"
        f"{asked.only(f'card.{holder}_id')}"
        for holder in HOLDERS
        if holder not in lacking
    ]
    params = [day(asked.now, asked.now)] * len(held)
    return Members(" UNION ALL ".join(held), list(params), negated=not leaf.value)


def _source(leaf: Leaf, asked: Asked) -> Members:
    """Who registered through the channel."""
    slugs = list(cast(tuple[str, ...], leaf.value if leaf.operator == "one_of" else (leaf.value,)))
    registered = asked.table("saleor_customer_groups.CustomerChannel")
    sql = (
        f"SELECT came.customer_id FROM {registered} AS came"
        f" WHERE came.channel_id IN ({_channels(asked)}){asked.only('came.customer_id')}"
    )
    return Members(sql, [slugs])


def _channel(leaf: Leaf, asked: Asked) -> Members:
    """Who registered through the channel, or has an order in it that counts."""
    came, rows = _source(leaf, asked), counted(leaf, asked)
    sql = (
        f"{came.sql} UNION ALL SELECT o.user_id FROM {asked.table('order.Order')} AS o"
        f" WHERE {rows.sql} AND o.channel_id IN ({_channels(asked)})"
    )
    return Members(sql, [*came.params, *rows.params, *came.params])


def _channels(asked: Asked) -> str:
    return f"SELECT id FROM {asked.table('channel.Channel')} WHERE slug = ANY(%s)"


FIELDS: Final = (
    Field(
        "open_basket_older_than",
        "Open basket older than",
        "age",
        frozenset({"baskets"}),
        ("checkout.Checkout", "checkout.CheckoutLine", "channel.Channel"),
        _basket,
        (CHANNEL,),
    ),
    Field(
        "vouchers_used",
        "Vouchers used",
        "vouchers",
        ORDERS,
        READS,
        _vouchers,
        OPTIONS,
        check=check_window,
    ),
    Field(
        "gift_card_holder",
        "Gift card holder",
        "boolean",
        frozenset({"gift_cards"}),
        ("giftcard.GiftCard", "saleor_customer_groups.Purse"),
        _gift_cards,
        clock=86_400,  # cards expire
    ),
    Field(
        "channel",
        "Channel",
        "name",
        frozenset({"profile", "orders"}),
        (*READS, "saleor_customer_groups.CustomerChannel"),
        _channel,
    ),
    Field(
        "source",
        "Source",
        "name",
        frozenset({"profile"}),
        ("channel.Channel", "saleor_customer_groups.CustomerChannel"),
        _source,
    ),
)
