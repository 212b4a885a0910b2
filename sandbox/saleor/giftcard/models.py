"""Gift cards and whose they are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from ..core.db.fields import MoneyField
from ..core.models import ModelWithMetadata


def _amount() -> Any:
    return models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS, decimal_places=settings.DEFAULT_DECIMAL_PLACES
    )


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
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="assigned_gift_cards",
    )
    expiry_date = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    currency = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH, default="USD")
    initial_balance_amount = _amount()
    initial_balance = MoneyField(amount_field="initial_balance_amount", currency_field="currency")
    current_balance_amount = _amount()
    current_balance = MoneyField(amount_field="current_balance_amount", currency_field="currency")

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code
