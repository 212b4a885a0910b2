"""The checkout and its lines."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from prices import Money

from ..channel.models import Channel
from ..core.db.connection import allow_writer
from ..core.db.fields import MoneyField, TaxedMoneyField
from ..core.models import ModelWithMetadata
from ..giftcard.models import GiftCard


def _amount(**options: Any) -> Any:
    return models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        **options,
    )


class Checkout(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)
    last_change = models.DateTimeField(auto_now=True, db_index=True)
    completing_started_at = models.DateTimeField(blank=True, null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        blank=True,
        null=True,
        related_name="checkouts",
        on_delete=models.CASCADE,
    )
    email = models.EmailField(blank=True, null=True)
    token = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    channel = models.ForeignKey(Channel, related_name="checkouts", on_delete=models.PROTECT)
    billing_address = models.ForeignKey(
        "account.Address",
        related_name="+",
        editable=False,
        null=True,
        on_delete=models.SET_NULL,
    )
    shipping_address = models.ForeignKey(
        "account.Address",
        related_name="+",
        editable=False,
        null=True,
        on_delete=models.SET_NULL,
    )
    currency = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH)
    country = models.CharField(max_length=2, default="US")
    total_net_amount = _amount(default=Decimal(0))
    total_gross_amount = _amount(default=Decimal(0))
    total = TaxedMoneyField(
        net_amount_field="total_net_amount", gross_amount_field="total_gross_amount"
    )
    subtotal_net_amount = _amount(default=Decimal(0))
    subtotal_gross_amount = _amount(default=Decimal(0))
    subtotal = TaxedMoneyField(
        net_amount_field="subtotal_net_amount", gross_amount_field="subtotal_gross_amount"
    )
    price_expiration = models.DateTimeField(default=timezone.now)
    discount_expiration = models.DateTimeField(default=timezone.now)
    discount_amount = _amount(default=Decimal("0.0"))
    discount = MoneyField(amount_field="discount_amount", currency_field="currency")
    discount_name = models.CharField(max_length=255, blank=True, null=True)
    translated_discount_name = models.CharField(max_length=255, blank=True, null=True)
    voucher_code = models.CharField(max_length=255, blank=True, null=True)
    gift_cards = models.ManyToManyField(GiftCard, blank=True, related_name="checkouts")
    redirect_url = models.URLField(blank=True, null=True)
    language_code = models.CharField(
        max_length=35, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    tax_error = models.CharField(max_length=255, blank=True, null=True)

    class Meta:
        ordering = ("-last_change", "pk")

    def __str__(self) -> str:
        return str(self.token)

    def safe_update(self, update_fields: list[str]) -> None:
        """Save these fields of a checkout that still exists. Raises Checkout.DoesNotExist."""
        with allow_writer(), transaction.atomic():
            Checkout.objects.select_for_update().only("pk").get(pk=self.pk)
            self.save(update_fields=update_fields)

    def get_customer_email(self) -> str | None:
        return self.email or (self.user.email if self.user else None)

    def get_country(self) -> str:
        address = self.shipping_address or self.billing_address
        return address.country if address else self.country

    def get_total_gift_cards_balance(
        self, database_connection_name: str = settings.DATABASE_CONNECTION_DEFAULT_NAME
    ) -> Money:
        """What the cards on the checkout hold."""
        cards = GiftCard.objects.using(database_connection_name).filter(checkouts=self.pk)
        active = cards.active(date=datetime.now(UTC).date())
        balance = active.aggregate(sum=models.Sum("current_balance_amount"))["sum"]
        return Money(balance or 0, self.currency)


class CheckoutLine(ModelWithMetadata):
    id = models.UUIDField(primary_key=True, editable=False, unique=True, default=uuid4)
    created_at = models.DateTimeField(auto_now_add=True)
    checkout = models.ForeignKey(Checkout, related_name="lines", on_delete=models.CASCADE)
    variant = models.ForeignKey(
        "product.ProductVariant", related_name="+", on_delete=models.CASCADE
    )
    quantity = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    is_gift = models.BooleanField(default=False)
    price_override = _amount(blank=True, null=True)
    price_override_reason = models.CharField(max_length=255, null=True, blank=True)
    currency = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH)
    undiscounted_unit_price_amount = _amount(default=Decimal(0))
    undiscounted_unit_price = MoneyField(
        amount_field="undiscounted_unit_price_amount", currency_field="currency"
    )
    total_price_net_amount = _amount(default=Decimal(0))
    total_price_gross_amount = _amount(default=Decimal(0))
    total_price = TaxedMoneyField(
        net_amount_field="total_price_net_amount", gross_amount_field="total_price_gross_amount"
    )

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant}"


class CheckoutMetadata(ModelWithMetadata):
    checkout = models.OneToOneField(
        Checkout, related_name="metadata_storage", on_delete=models.CASCADE
    )

    def __str__(self) -> str:
        return str(self.checkout_id)
