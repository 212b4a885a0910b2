"""The outbox: what happened, written in the transaction in which it happened."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class OutboxEvent(models.Model):
    """One event of the catalogue (events.py). Kept until it is delivered and some days old."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField(default=1)
    subject = models.CharField(max_length=100)
    body = models.TextField()  # the very text that is sent and signed
    created_at = models.DateTimeField(default=timezone.now)
    # When it was handed to the endpoints and to Saleor's own webhooks.
    dispatched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            # the dispatcher: what waits
            models.Index(
                fields=["id"], condition=Q(dispatched_at__isnull=True), name="outboxevent_waiting"
            ),
            # the purge, and replays of a span of time
            models.Index(fields=["created_at"], name="outboxevent_created_at"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.subject}"
