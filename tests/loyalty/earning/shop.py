"""Orders and what was paid for them, on either host, and settling them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps

from saleor_customer_groups.host import orders
from saleor_customer_groups.loyalty.earning import settling
from saleor_customer_groups.models import LoyaltyEntry, LoyaltyRequest, OutboxEvent
from tests.loyalty.conftest import NOW


def model(label: str) -> Any:
    return apps.get_model(label)._default_manager


def order(
    customer: Any, channel: Any, *lines: tuple[str, Any], total: str | None = None, **fields: Any
) -> Any:
    """An order of lines (gross, variant or None); its total is their sum unless said otherwise."""
    gross = Decimal(total) if total else sum((Decimal(amount) for amount, _ in lines), Decimal(0))
    made = model("order.Order").create(
        user=customer,
        channel=channel,
        currency=channel.currency_code,
        total_gross_amount=gross,
        total_net_amount=gross,
        lines_count=len(lines),
        **{"origin": "checkout", "status": "unfulfilled", **fields},
    )
    for amount, variant in lines:
        model("order.OrderLine").create(
            order=made,
            variant=variant,
            quantity=1,
            product_name="Thing",
            is_shipping_required=False,
            is_gift_card=False,
            currency=made.currency,
            unit_price_net_amount=amount,
            unit_price_gross_amount=amount,
            total_price_net_amount=amount,
            total_price_gross_amount=amount,
        )
    return made


def charge(order: Any, amount: str, **fields: Any) -> Any:
    """An app's transaction that charged so much."""
    return model("payment.TransactionItem").create(
        order=order, currency=order.currency, charged_value=Decimal(amount), **fields
    )


def refund(transaction: Any, amount: str) -> None:
    """As Saleor keeps the sums: what is refunded is charged no longer."""
    transaction.charged_value -= Decimal(amount)
    transaction.refunded_value += Decimal(amount)
    transaction.save()


def capture(order: Any, amount: str) -> Any:
    """A gateway's payment that captured so much."""
    return model("payment.Payment").create(
        order=order,
        gateway="dummy",
        currency=order.currency,
        total=Decimal(amount),
        captured_amount=Decimal(amount),
    )


def refund_payment(payment: Any, amount: str, kind: str = "refund") -> None:
    """As Saleor keeps it: a line of its own, and less is captured ("refund_reversed": more)."""
    model("payment.Transaction").create(
        payment=payment,
        kind=kind,
        is_success=True,
        currency=payment.currency,
        amount=Decimal(amount),
        gateway_response={},
    )
    sign = 1 if kind == "refund_reversed" else -1
    payment.captured_amount += sign * Decimal(amount)
    payment.save()


def catalogue() -> dict[str, Any]:
    """Clothes > shirts: a shirt. Kitchen: a mug, in a collection."""
    kind = model("product.ProductType").create(name="Thing", slug="thing", kind="normal")
    categories = model("product.Category")
    clothes = categories.create(name="Clothes", slug="clothes")
    shirts = categories.create(name="Shirts", slug="shirts", parent=clothes)
    kitchen = categories.create(name="Kitchen", slug="kitchen")
    made: dict[str, Any] = {"clothes": clothes, "shirts": shirts, "kitchen": kitchen}
    for name, category in (("shirt", shirts), ("mug", kitchen), ("thing", None)):
        product = model("product.Product").create(
            name=name, slug=name, product_type=kind, category=category
        )
        made[f"{name}_product"] = product
        made[name] = model("product.ProductVariant").create(sku=name, product=product)
    made["gifts"] = model("product.Collection").create(name="Gifts", slug="gifts")
    model("product.CollectionProduct").create(collection=made["gifts"], product=made["mug_product"])
    return made


def settle(*several: Any, now: datetime = NOW, times: int = 1) -> None:
    """As after so many events of each order."""
    settling.request([order.pk for order in several] * times)
    settling.work_off(orders.facts, now=now)
    assert not LoyaltyRequest.objects.exists()


def entries(kind: str | None = None) -> list[int]:
    """The amounts of the ledger's entries, oldest first."""
    rows = LoyaltyEntry.objects.order_by("id")
    return [row.amount for row in (rows.filter(kind=kind) if kind else rows)]


def told(name: str) -> int:
    """How many events of this name were recorded."""
    return OutboxEvent.objects.filter(name=name).count()
