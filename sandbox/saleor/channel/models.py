"""The channel table."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from ..core.models import ModelWithMetadata


class Channel(ModelWithMetadata):
    name = models.CharField(max_length=250)
    is_active = models.BooleanField(default=False)
    slug = models.SlugField(max_length=255, unique=True)
    currency_code = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH)
    default_country = models.CharField(max_length=2)
    allow_unpaid_orders = models.BooleanField(default=False)
    use_legacy_line_discount_propagation_for_order = models.BooleanField(default=True)

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug
