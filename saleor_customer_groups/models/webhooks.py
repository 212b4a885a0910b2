"""Endpoints of other systems, what is on its way to them, and each try."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .outbox import OutboxEvent


class OffReason(models.TextChoices):
    """Why an endpoint is off."""

    BY_HAND = "by_hand", "Switched off by hand"
    GONE = "gone", "It answered 410 Gone"
    FAILING = "failing", "It failed for days"


class WebhookEndpoint(models.Model):
    """Where events are sent to. Its secrets are sealed (vault.py), and shown once only."""

    name = models.CharField(max_length=250)
    url = models.CharField(max_length=2000)
    # All events, or those of these names.
    everything = models.BooleanField(default=False)
    names = ArrayField(models.CharField(max_length=64), blank=True, default=list)
    secret = models.TextField()
    # After a rotation the secret before signs too, until then.
    old_secret = models.TextField(blank=True, default="")
    old_secret_until = models.DateTimeField(null=True, blank=True)
    # On, or off since then and why. While it is off nothing new is written for it.
    off_since = models.DateTimeField(null=True, blank=True)
    off_reason = models.CharField(max_length=16, choices=OffReason.choices, blank=True, default="")
    # The first failure after the last success, and when that was last said aloud.
    failing_since = models.DateTimeField(null=True, blank=True)
    alerted_at = models.DateTimeField(null=True, blank=True)
    last_delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True, default="")
    # So many calls in a row failed in a way that is about the endpoint, not about one event; from
    # some number on it is called by one probe at a time, the next one then.
    trouble = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)
    # Who delivers has the lease until then.
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(everything=True, names=[]) | (Q(everything=False) & ~Q(names=[])),
                name="webhookendpoint_all_or_some",
            ),
            models.CheckConstraint(
                condition=Q(off_since__isnull=True, off_reason="")
                | Q(off_since__isnull=False, off_reason__in=OffReason.values),
                name="webhookendpoint_off_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(old_secret="", old_secret_until__isnull=True)
                | (~Q(old_secret="") & Q(old_secret_until__isnull=False)),
                name="webhookendpoint_old_secret_ends",
            ),
            models.CheckConstraint(
                condition=Q(lease__isnull=True, leased_until__isnull=True)
                | Q(lease__isnull=False, leased_until__isnull=False),
                name="webhookendpoint_lease_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        """Whether events are sent to it."""
        return self.off_since is None


class DeliveryState(models.TextChoices):
    """Whether an event has reached an endpoint."""

    PENDING = "pending", "On its way"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint.

    Of one subject the pending delivery of the earliest event goes first; the others wait for it.
    """

    # no index of its own: that of webhookdelivery_once begins with it
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event = models.ForeignKey(OutboxEvent, on_delete=models.PROTECT, related_name="deliveries")
    subject = models.CharField(max_length=100)  # the event's
    state = models.CharField(
        max_length=16, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    due_at = models.DateTimeField(default=timezone.now)  # never empty: it is always looked at
    # Tries since it was written or asked for again, and the first of them.
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    replays = models.PositiveIntegerField(default=0)  # how often it was asked for again
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            # an event is dispatched to an endpoint once, whoever dispatches it again
            models.UniqueConstraint(fields=["endpoint", "event"], name="webhookdelivery_once"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.PENDING, finished_at__isnull=True)
                | Q(
                    state__in=[DeliveryState.DELIVERED, DeliveryState.FAILED],
                    finished_at__isnull=False,
                ),
                name="webhookdelivery_finished_once",
            ),
        ]
        indexes = [
            # the worker: the first pending one of each subject
            models.Index(
                fields=["endpoint", "subject", "event"],
                condition=Q(state=DeliveryState.PENDING),
                name="webhookdelivery_heads",
            ),
            # the sweep: endpoints with something due
            models.Index(
                fields=["endpoint", "due_at"],
                condition=Q(state=DeliveryState.PENDING),
                name="webhookdelivery_due",
            ),
            # replays of what failed
            models.Index(
                fields=["endpoint", "finished_at"],
                condition=Q(state=DeliveryState.FAILED),
                name="webhookdelivery_failed",
            ),
            # the purge
            models.Index(
                fields=["finished_at"],
                condition=Q(state=DeliveryState.DELIVERED),
                name="webhookdelivery_delivered",
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.event_id} to endpoint {self.endpoint_id}: {self.state}"


class AttemptOutcome(models.TextChoices):
    """What came of a try. Unknown: it was begun, and nobody lived to say how it ended."""

    UNKNOWN = "unknown", "Unknown"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class DeliveryAttempt(models.Model):
    """One try: what was sent and what came back. Written before the call, completed after it.

    The body that was sent is the event's.
    """

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    url = models.CharField(max_length=2000)
    sent_headers = models.JSONField()
    outcome = models.CharField(
        max_length=16, choices=AttemptOutcome.choices, default=AttemptOutcome.UNKNOWN
    )
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True, default="")
    answer_headers = models.JSONField(default=dict)
    answer = models.TextField(blank=True, default="")  # its beginning
    took_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=AttemptOutcome.UNKNOWN, took_ms__isnull=True)
                | Q(
                    outcome__in=[AttemptOutcome.DELIVERED, AttemptOutcome.FAILED],
                    took_ms__isnull=False,
                ),
                name="deliveryattempt_known_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"try of delivery {self.delivery_id}: {self.outcome}"
