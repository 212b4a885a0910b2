"""Gift cards, whose they are, and what happened to them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ..core.db.fields import MoneyField
from ..core.models import ModelWithMetadata
from ..core.utils.json_serializer import CustomJsonEncoder
from . import GiftCardEvents


def _amount() -> Any:
    return models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS, decimal_places=settings.DEFAULT_DECIMAL_PLACES
    )


class GiftCardQueryset(models.QuerySet["GiftCard"]):
    def active(self, date: Any) -> GiftCardQueryset:
        return self.filter(Q(expiry_date__isnull=True) | Q(expiry_date__gte=date), is_active=True)


class GiftCard(ModelWithMetadata):
    code = models.CharField(max_length=16, unique=True, db_index=True)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        blank=True,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        blank=True,
        null=True,
        on_delete=models.SET_NULL,
        related_name="gift_cards",
    )
    used_by_email = models.EmailField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="assigned_gift_cards",
    )
    assigned_to_email = models.EmailField(null=True, blank=True)
    expiry_date = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    last_used_on = models.DateTimeField(null=True, blank=True)
    currency = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH, default="USD")
    initial_balance_amount = _amount()
    initial_balance = MoneyField(amount_field="initial_balance_amount", currency_field="currency")
    current_balance_amount = _amount()
    current_balance = MoneyField(amount_field="current_balance_amount", currency_field="currency")

    objects = GiftCardQueryset.as_manager()

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=Q(current_balance_amount__gte=0),
                name="giftcard_current_balance_non_negative",
            )
        ]

    def __str__(self) -> str:
        return self.code

    def usage_restriction_reason(self, user_id: int | None) -> str | None:
        """Why this customer may not use the card, or None."""
        if self.assigned_to_email and not self.assigned_to_id:
            return "restricted to a deleted customer"
        if self.assigned_to_id and self.assigned_to_id != user_id:
            return "restricted to another customer"
        return None


class GiftCardEvent(models.Model):
    date = models.DateTimeField(default=timezone.now, editable=False)
    type = models.CharField(max_length=255, choices=GiftCardEvents.CHOICES)
    parameters = models.JSONField(blank=True, default=dict, encoder=CustomJsonEncoder)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="gift_card_events",
        on_delete=models.SET_NULL,
        null=True,
    )
    order = models.ForeignKey("order.Order", null=True, on_delete=models.SET_NULL)
    gift_card = models.ForeignKey(GiftCard, related_name="events", on_delete=models.CASCADE)

    class Meta:
        ordering = ("date",)

    def __str__(self) -> str:
        return self.type
