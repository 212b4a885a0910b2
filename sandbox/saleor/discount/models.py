"""Vouchers, catalogue promotions, and the discounts of checkout and order lines."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from prices import Money, fixed_discount, percentage_discount

from ..channel.models import Channel
from ..core.db.fields import MoneyField
from ..core.models import ModelWithMetadata
from . import DiscountType, DiscountValueType, PromotionType, RewardValueType, VoucherType


class NotApplicable(ValueError):
    """A voucher or promotion does not fit."""


def _discount(kind: str | None, value: Decimal, currency: str) -> Callable[[Money], Money]:
    if kind == DiscountValueType.PERCENTAGE:
        return partial(percentage_discount, percentage=value, rounding=ROUND_HALF_UP)
    return partial(fixed_discount, discount=Money(value, currency))


class VoucherQueryset(models.QuerySet["Voucher"]):
    def active(self, date: Any) -> VoucherQueryset:
        """Vouchers that run at `date` and are not used up."""
        uses = VoucherCode.objects.filter(voucher=models.OuterRef("pk")).order_by()
        used = uses.values("voucher").annotate(total=models.Sum("used")).values("total")
        return self.filter(
            models.Q(end_date__isnull=True) | models.Q(end_date__gte=date),
            models.Q(usage_limit__isnull=True) | models.Q(usage_limit__gt=models.Subquery(used)),
            start_date__lte=date,
        )

    def active_in_channel(self, date: Any, channel_slug: str) -> VoucherQueryset:
        """The same, of those that are listed in the channel."""
        return self.active(date).filter(channel_listings__channel__slug=channel_slug)


class Voucher(ModelWithMetadata):
    type = models.CharField(
        max_length=20, choices=VoucherType.CHOICES, default=VoucherType.ENTIRE_ORDER
    )
    name = models.CharField(max_length=255, null=True, blank=True)
    usage_limit = models.PositiveIntegerField(null=True, blank=True)
    start_date = models.DateTimeField(default=timezone.now)
    end_date = models.DateTimeField(null=True, blank=True)
    apply_once_per_order = models.BooleanField(default=False)
    single_use = models.BooleanField(default=False)
    discount_value_type = models.CharField(
        max_length=10, choices=DiscountValueType.CHOICES, default=DiscountValueType.FIXED
    )

    products = models.ManyToManyField("product.Product", blank=True)
    variants = models.ManyToManyField("product.ProductVariant", blank=True)
    collections = models.ManyToManyField("product.Collection", blank=True)
    categories = models.ManyToManyField("product.Category", blank=True)

    objects = VoucherQueryset.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name or str(self.pk)

    def get_discount_amount_for(self, price: Money, channel: Channel) -> Money:
        """How much the voucher takes off a price. Raises NotApplicable outside its channels."""
        listing = self.channel_listings.filter(channel=channel).first()
        if listing is None:
            raise NotApplicable("This voucher is not assigned to this channel")
        discount = _discount(self.discount_value_type, listing.discount_value, listing.currency)
        return price - max(discount(price), Money(0, price.currency))


class VoucherCode(models.Model):
    id = models.UUIDField(primary_key=True, editable=False, unique=True, default=uuid4)
    code = models.CharField(max_length=255, unique=True, db_index=True)
    used = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    voucher = models.ForeignKey(Voucher, related_name="codes", on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "code")

    def __str__(self) -> str:
        return self.code


class VoucherChannelListing(models.Model):
    voucher = models.ForeignKey(Voucher, related_name="channel_listings", on_delete=models.CASCADE)
    channel = models.ForeignKey(Channel, related_name="voucher_listings", on_delete=models.CASCADE)
    discount_value = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS, decimal_places=settings.DEFAULT_DECIMAL_PLACES
    )
    discount = MoneyField(amount_field="discount_value", currency_field="currency")
    currency = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH)

    class Meta:
        unique_together = (("voucher", "channel"),)
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.voucher} in {self.channel}"


class Promotion(ModelWithMetadata):
    id = models.UUIDField(primary_key=True, editable=False, unique=True, default=uuid4)
    name = models.CharField(max_length=255)
    type = models.CharField(
        max_length=255, choices=PromotionType.CHOICES, default=PromotionType.CATALOGUE
    )
    start_date = models.DateTimeField(default=timezone.now)
    end_date = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class PromotionRule(models.Model):
    id = models.UUIDField(primary_key=True, editable=False, unique=True, default=uuid4)
    name = models.CharField(max_length=255, blank=True, null=True)
    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="rules")
    channels = models.ManyToManyField(Channel)
    reward_value_type = models.CharField(
        max_length=255, choices=RewardValueType.CHOICES, blank=True, null=True
    )
    reward_value = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        null=True,
        blank=True,
    )

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name or str(self.pk)

    def get_discount(self, currency: str) -> Callable[[Money], Money]:
        """A function from a price to the price after this rule."""
        return _discount(self.reward_value_type, self.reward_value or Decimal(0), currency)


class BaseDiscount(models.Model):
    id = models.UUIDField(primary_key=True, editable=False, unique=True, default=uuid4)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    type = models.CharField(
        max_length=64, choices=DiscountType.CHOICES, default=DiscountType.MANUAL
    )
    value_type = models.CharField(
        max_length=10, choices=DiscountValueType.CHOICES, default=DiscountValueType.FIXED
    )
    value = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        default=Decimal("0.0"),
    )
    amount_value = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        default=Decimal("0.0"),
    )
    amount = MoneyField(amount_field="amount_value", currency_field="currency")
    currency = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH)
    name = models.CharField(max_length=255, null=True, blank=True)
    translated_name = models.CharField(max_length=255, null=True, blank=True)
    reason = models.TextField(blank=True, null=True)
    promotion_rule = models.ForeignKey(
        PromotionRule, related_name="+", blank=True, null=True, on_delete=models.SET_NULL
    )
    voucher = models.ForeignKey(
        Voucher, related_name="+", blank=True, null=True, on_delete=models.SET_NULL
    )
    voucher_code = models.CharField(max_length=255, null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name or self.type}: {self.amount_value} {self.currency}"


class OrderLineDiscount(BaseDiscount):
    line = models.ForeignKey(
        "order.OrderLine",
        related_name="discounts",
        blank=True,
        null=True,
        on_delete=models.CASCADE,
    )
    unique_type = models.CharField(
        max_length=64, null=True, blank=True, choices=DiscountType.CHOICES
    )

    class Meta:
        ordering = ("created_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["line_id", "unique_type"], name="unique_orderline_discount_type"
            )
        ]


class CheckoutDiscount(BaseDiscount):
    checkout = models.ForeignKey(
        "checkout.Checkout",
        related_name="discounts",
        blank=True,
        null=True,
        on_delete=models.CASCADE,
    )

    class Meta:
        ordering = ("created_at", "id")
        unique_together = ("checkout_id", "promotion_rule_id")


class CheckoutLineDiscount(BaseDiscount):
    line = models.ForeignKey(
        "checkout.CheckoutLine",
        related_name="discounts",
        blank=True,
        null=True,
        on_delete=models.CASCADE,
    )
    unique_type = models.CharField(
        max_length=64, null=True, blank=True, choices=DiscountType.CHOICES
    )

    class Meta:
        ordering = ("created_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["line_id", "unique_type"], name="unique_checkoutline_discount_type"
            )
        ]
