"""Payments of both kinds: a gateway's `Payment`, and the newer `TransactionItem` of apps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from ..core.models import ModelWithMetadata


def _amount() -> Any:
    return models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        default=Decimal(0),
    )


def _currency() -> Any:
    return models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH)


class TransactionItem(ModelWithMetadata):
    token = models.UUIDField(unique=True, default=uuid4)
    created_at = models.DateTimeField(auto_now_add=True)
    currency = _currency()
    charged_value = _amount()
    refunded_value = _amount()
    refund_pending_value = _amount()
    order = models.ForeignKey(
        "order.Order", related_name="payment_transactions", null=True, on_delete=models.PROTECT
    )
    payment_method_type = models.CharField(max_length=32, blank=True, null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.token)


class TransactionEvent(models.Model):
    created_at = models.DateTimeField(default=timezone.now)
    psp_reference = models.CharField(max_length=512, blank=True, null=True)
    transaction = models.ForeignKey(
        TransactionItem, related_name="events", on_delete=models.CASCADE
    )
    currency = _currency()
    type = models.CharField(max_length=128)
    amount_value = _amount()
    include_in_calculations = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.type


class Payment(ModelWithMetadata):
    gateway = models.CharField(max_length=255)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    total = _amount()
    captured_amount = _amount()
    currency = _currency()
    order = models.ForeignKey(
        "order.Order", related_name="payments", null=True, on_delete=models.PROTECT
    )

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.gateway


class Transaction(models.Model):
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    payment = models.ForeignKey(Payment, related_name="transactions", on_delete=models.PROTECT)
    kind = models.CharField(max_length=25)
    is_success = models.BooleanField(default=False)
    currency = _currency()
    amount = _amount()
    gateway_response = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.kind
