"""Orders as the earning of loyalty sees them: what each is now, and which ones changed.

An error is logged and never reaches the order that is being saved: the nightly repair asks for
every order that changed lately.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Sum, Value, When
from saleor.order.models import Order, OrderLine
from saleor.payment import TransactionEventType, TransactionKind
from saleor.payment.models import Payment, Transaction, TransactionEvent, TransactionItem

from ..loyalty.earning import settling
from ..loyalty.earning.rules import Line, OrderFacts

logger = logging.getLogger(__name__)

ZERO: Final = Decimal(0)
# Saleor's PaymentMethodType.GIFT_CARD, whose name 3.22 does not have.
GIFT_CARD: Final = "gift_card"
LATEST: Final = 200  # so many orders of one customer are looked at again


def changed(orders: Iterable[Any]) -> None:
    """Orders were made, paid, refunded, cancelled or changed: they are settled soon."""
    try:
        settling.request([order.pk for order in orders])
    except Exception:
        logger.exception("Orders that changed were not asked to be settled.")


def attached(customer: Any) -> None:
    """Saleor may have given guest orders to the customer, untold: those are settled soon."""
    try:
        latest = Order.objects.filter(user_id=customer.pk).order_by("-created_at")
        settling.request(latest.values_list("pk", flat=True)[:LATEST])
    except Exception:
        logger.exception("The orders of customer %s were not asked to be settled.", customer.pk)


def changed_since(moment: datetime) -> Iterator[UUID]:
    """The orders that changed since then, for what no event told."""
    rows = Order.objects.filter(updated_at__gte=moment).order_by("updated_at")
    yield from rows.values_list("pk", flat=True).iterator()


def facts(order_id: UUID) -> OrderFacts | None:
    """What the order is now; None when it is gone. A fixed number of statements."""
    order = _order(order_id)
    if order is None:
        return None
    lines = _lines(order_id)
    by_payments, by_transactions = _payments(order_id), _transactions(order_id)
    return OrderFacts(
        id=order_id,
        customer_id=order.user_id,
        channel_id=order.channel_id,
        currency=order.currency,
        status=order.status,
        placed_at=order.created_at,
        total=order.total_gross_amount,
        held=by_payments.held + by_transactions.held,
        returned=by_payments.returned + by_transactions.returned,
        by_gift_card=_by_gift_card(order, lines),
        gift_charged=by_transactions.by_gift_card,
        lines=lines,
    )


@dataclass(frozen=True, slots=True)
class _Paid:
    """Money in hand, money given back or lost, and what gift cards paid."""

    held: Decimal = ZERO
    returned: Decimal = ZERO
    by_gift_card: Decimal = ZERO


def _order(order_id: UUID) -> Any:
    has_gift_cards = Exists(
        Order.gift_cards.through.objects.filter(order_id=OuterRef("pk")).values("pk")
    )
    return Order.objects.filter(pk=order_id).annotate(has_gift_cards=has_gift_cards).first()


def _by_gift_card(order: Any, lines: Iterable[Line]) -> Decimal:
    """What gift cards of the checkout paid: Saleor takes it off the order's total at once."""
    if not order.has_gift_cards:
        return ZERO
    shipping: Decimal = order.shipping_price_gross_amount
    total: Decimal = order.total_gross_amount
    return max(sum((line.gross for line in lines), shipping) - total, ZERO)


def _payments(order_id: UUID) -> _Paid:
    """Of a gateway's payments. A refund lowers what is captured."""
    captured = Payment.objects.filter(order_id=order_id).aggregate(sum=Sum("captured_amount"))
    kinds = (TransactionKind.REFUND, TransactionKind.REFUND_REVERSED)
    refunds = Transaction.objects.filter(
        payment__order_id=order_id, is_success=True, kind__in=kinds
    )
    signed = Case(
        When(kind=TransactionKind.REFUND, then=F("amount")), default=Value(ZERO) - F("amount")
    )
    refunded = refunds.aggregate(sum=Sum(signed))
    return _Paid(held=captured["sum"] or ZERO, returned=refunded["sum"] or ZERO)


def _transactions(order_id: UUID) -> _Paid:
    """Of an app's transactions. A refund on its way is still in hand: it may fail."""
    rows = TransactionItem.objects.filter(order_id=order_id)
    in_hand = F("charged_value") + F("refund_pending_value")
    lost = _charged_back(order_id)
    held = returned = by_gift_card = ZERO
    columns = ("pk", "in_hand", "refunded_value", *_method_column())
    for row in rows.annotate(in_hand=in_hand).values_list(*columns):
        key, now, refunded, *method = row
        back = refunded + lost.get(key, ZERO)
        if method == [GIFT_CARD]:
            by_gift_card += now + back
        else:
            held, returned = held + now, returned + back
    return _Paid(held, returned, by_gift_card)


@cache
def _method_column() -> tuple[str, ...]:
    """Saleor names the method of a payment since 3.22."""
    names = {field.name for field in TransactionItem._meta.get_fields()}
    return ("payment_method_type",) if "payment_method_type" in names else ()


def _charged_back(order_id: UUID) -> dict[int, Decimal]:
    """What banks took back, by transaction: it lowers what is charged, and is no refund."""
    events = TransactionEvent.objects.filter(
        transaction__order_id=order_id,
        type=TransactionEventType.CHARGE_BACK,
        include_in_calculations=True,
    )
    sums = events.order_by().values_list("transaction_id").annotate(Sum("amount_value"))
    return dict(sums)


def _lines(order_id: UUID) -> tuple[Line, ...]:
    rows = list(
        OrderLine.objects.filter(order_id=order_id)
        .order_by("pk")
        .values_list(
            "total_price_gross_amount",
            "variant_id",
            "variant__product_id",
            "variant__product__category_id",
        )
    )
    above = _categories_above({row[3] for row in rows if row[3] is not None})
    collections = _collections_of({row[2] for row in rows if row[2] is not None})
    return tuple(
        Line(
            gross=gross,
            variant=variant,
            product=product,
            categories=above.get(category, frozenset()),
            collections=collections.get(product, frozenset()),
        )
        for gross, variant, product, category in rows
    )


def _categories_above(category_ids: set[int]) -> dict[int, frozenset[int]]:
    """Each of these categories with all that it lies in."""
    categories: QuerySet[Any] = apps.get_model("product", "Category")._default_manager.all()
    inside = categories.filter(
        pk__in=category_ids,
        tree_id=OuterRef("tree_id"),
        lft__gte=OuterRef("lft"),
        rght__lte=OuterRef("rght"),
    )
    rows = categories.filter(Exists(inside)).order_by()
    places = {key: place for key, *place in rows.values_list("pk", "tree_id", "lft", "rght")}
    return {
        key: frozenset(other for other in places if _lies_in(places[key], places[other]))
        for key in category_ids & places.keys()
    }


def _lies_in(inner: list[int], outer: list[int]) -> bool:
    """Whether a place of the tree (tree, left, right) lies in another, or is it."""
    return inner[0] == outer[0] and outer[1] <= inner[1] and inner[2] <= outer[2]


def _collections_of(product_ids: set[int]) -> dict[int, frozenset[int]]:
    links = apps.get_model("product", "CollectionProduct")._default_manager
    found: dict[int, set[int]] = {}
    rows = links.filter(product_id__in=product_ids).order_by()
    for product, collection in rows.values_list("product_id", "collection_id"):
        found.setdefault(product, set()).add(collection)
    return {product: frozenset(collections) for product, collections in found.items()}
