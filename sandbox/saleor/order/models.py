"""Orders and their lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import connection, models
from django.utils.timezone import now

from ..channel.models import Channel
from ..core.db.fields import MoneyField, TaxedMoneyField
from ..core.models import ModelWithMetadata
from ..discount import DiscountValueType
from ..discount.models import Voucher
from ..giftcard.models import GiftCard
from . import OrderOrigin, OrderStatus


def _amount(**options: Any) -> Any:
    return models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        **options,
    )


def _taxed(prefix: str) -> TaxedMoneyField:
    return TaxedMoneyField(f"{prefix}_net_amount", f"{prefix}_gross_amount")


def get_order_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('order_order_number_seq')")
        return int(cursor.fetchone()[0])


class Order(ModelWithMetadata):
    id = models.UUIDField(primary_key=True, editable=False, unique=True, default=uuid4)
    number = models.IntegerField(unique=True, default=get_order_number, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False, db_index=True)
    status = models.CharField(
        max_length=32, default=OrderStatus.UNFULFILLED, choices=OrderStatus.CHOICES
    )
    user = models.ForeignKey(
        "account.User", blank=True, null=True, related_name="orders", on_delete=models.SET_NULL
    )
    user_email = models.EmailField(blank=True, default="")
    origin = models.CharField(max_length=32, choices=OrderOrigin.CHOICES)
    currency = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH)
    channel = models.ForeignKey(Channel, related_name="orders", on_delete=models.PROTECT)
    checkout_token = models.CharField(max_length=36, blank=True)
    lines_count = models.PositiveIntegerField()
    total_net_amount = _amount(default=Decimal("0.0"))
    total_gross_amount = _amount(default=Decimal("0.0"))
    total = _taxed("total")
    undiscounted_total_net_amount = _amount(default=Decimal("0.0"))
    undiscounted_total_gross_amount = _amount(default=Decimal("0.0"))
    undiscounted_total = _taxed("undiscounted_total")
    subtotal_net_amount = _amount(default=Decimal(0))
    subtotal_gross_amount = _amount(default=Decimal(0))
    subtotal = _taxed("subtotal")
    voucher = models.ForeignKey(
        Voucher, blank=True, null=True, related_name="+", on_delete=models.SET_NULL
    )
    voucher_code = models.CharField(max_length=255, null=True, blank=True)
    gift_cards = models.ManyToManyField(GiftCard, blank=True, related_name="orders")
    should_refresh_prices = models.BooleanField(default=True)

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"#{self.number}"


class OrderLine(ModelWithMetadata):
    id = models.UUIDField(primary_key=True, editable=False, unique=True, default=uuid4)
    created_at = models.DateTimeField(auto_now_add=True)
    order = models.ForeignKey(Order, related_name="lines", editable=False, on_delete=models.CASCADE)
    variant = models.ForeignKey(
        "product.ProductVariant",
        related_name="order_lines",
        on_delete=models.SET_NULL,
        blank=True,
        null=True,
    )
    product_name = models.CharField(max_length=386)
    variant_name = models.CharField(max_length=255, default="", blank=True)
    product_sku = models.CharField(max_length=255, null=True, blank=True)
    is_shipping_required = models.BooleanField()
    is_gift_card = models.BooleanField()
    quantity = models.IntegerField(validators=[MinValueValidator(1)])
    is_gift = models.BooleanField(default=False)
    currency = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH)
    unit_discount_amount = _amount(default=Decimal("0.0"))
    unit_discount = MoneyField(amount_field="unit_discount_amount", currency_field="currency")
    unit_discount_type = models.CharField(
        max_length=10, choices=DiscountValueType.CHOICES, null=True, blank=True
    )
    unit_discount_reason = models.TextField(blank=True, null=True)
    unit_discount_value = _amount(default=Decimal("0.0"))
    unit_price_net_amount = _amount()
    unit_price_gross_amount = _amount()
    unit_price = _taxed("unit_price")
    total_price_net_amount = _amount()
    total_price_gross_amount = _amount()
    total_price = _taxed("total_price")
    undiscounted_unit_price_gross_amount = _amount(default=Decimal("0.0"))
    undiscounted_unit_price_net_amount = _amount(default=Decimal("0.0"))
    undiscounted_unit_price = _taxed("undiscounted_unit_price")
    undiscounted_total_price_gross_amount = _amount(default=Decimal("0.0"))
    undiscounted_total_price_net_amount = _amount(default=Decimal("0.0"))
    undiscounted_total_price = _taxed("undiscounted_total_price")
    base_unit_price_amount = _amount(default=Decimal("0.0"))
    base_unit_price = MoneyField(amount_field="base_unit_price_amount", currency_field="currency")
    undiscounted_base_unit_price_amount = _amount(default=Decimal("0.0"))
    undiscounted_base_unit_price = MoneyField(
        amount_field="undiscounted_base_unit_price_amount", currency_field="currency"
    )
    voucher_code = models.CharField(max_length=255, null=True, blank=True)
    is_price_overridden = models.BooleanField(null=True, blank=True)
    price_override_reason = models.CharField(max_length=255, null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        parts = (self.product_name, f"({self.variant_name})" if self.variant_name else "")
        return " ".join(filter(None, parts))
