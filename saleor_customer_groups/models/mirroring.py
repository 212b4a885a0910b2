"""The queue of customers whose groups must be told to the host again."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class MirrorRequest(models.Model):
    """A customer whose groups changed; written only where a setting asks for a mirror.

    Deleted in the transaction that tells the host, so a killed task loses nothing.
    """

    customer_id = models.IntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"groups of customer {self.customer_id}"
