"""Broadcasts: one message to many customers, whom it is for, and what became of each."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .groups import CustomerGroup


class BroadcastChannel(models.TextChoices):
    """Over what a message reaches a customer."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    MESSENGER = "messenger", "Messenger"
    LINE = "line", "LINE"
    PUSH = "push", "Push"


class BroadcastVia(models.TextChoices):
    """Who sends it. A sender of another kind is one more line here and in sending.HANDOVERS."""

    WEBHOOK = "webhook", "Webhook"


class BroadcastFormat(models.TextChoices):
    """What the text is. In HTML what is put in for a placeholder is escaped."""

    PLAIN = "plain", "Plain text"
    HTML = "html", "HTML"


class BroadcastAudience(models.TextChoices):
    """What says whom it is for."""

    GROUP = "group", "Group"
    RULE = "rule", "Rule"
    PICKED = "picked", "Picked customers"


class BroadcastStatus(models.TextChoices):
    """How far a broadcast is; the last two are ends."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    HELD = "held", "Held"  # it asks a person: `held_because`
    SENDING = "sending", "Sending"
    PAUSED = "paused", "Paused"
    FINISHED = "finished", "Finished"
    CANCELLED = "cancelled", "Cancelled"


ENDED = (BroadcastStatus.FINISHED, BroadcastStatus.CANCELLED)


class Broadcast(models.Model):
    """A message: title and text with placeholders, one channel, one audience."""

    title = models.CharField(max_length=250)
    text = models.TextField()
    format = models.CharField(
        max_length=8, choices=BroadcastFormat.choices, default=BroadcastFormat.PLAIN
    )
    channel = models.CharField(max_length=16, choices=BroadcastChannel.choices)
    via = models.CharField(
        max_length=16, choices=BroadcastVia.choices, default=BroadcastVia.WEBHOOK
    )
    # Only to those who accept marketing (setting MARKETING_CONSENT_KEY).
    marketing_only = models.BooleanField(default=True)

    audience = models.CharField(max_length=8, choices=BroadcastAudience.choices)
    group = models.ForeignKey(
        CustomerGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="broadcasts"
    )
    group_name = models.CharField(max_length=250, blank=True, default="")  # outlives the group
    rule = models.JSONField(null=True, blank=True)
    # No foreign keys, here and in the recipients: deleting a customer never waits for a broadcast.
    customer_ids = ArrayField(models.IntegerField(), blank=True, default=list)
    # All groups that the audience depends on: its own, or those that the rule names.
    group_ids = ArrayField(models.BigIntegerField(), blank=True, default=list)

    status = models.CharField(
        max_length=16, choices=BroadcastStatus.choices, default=BroadcastStatus.DRAFT
    )
    held_because = models.CharField(max_length=500, blank=True, default="")
    scheduled_for = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)  # whose audience: of this moment
    frozen_at = models.DateTimeField(null=True, blank=True)  # when the last recipient was written
    finished_at = models.DateTimeField(null=True, blank=True)
    # Where to go on: customers up to this one are recipients; recipients up to this one are in a
    # batch or were skipped, and there are so many batches.
    last_customer_id = models.IntegerField(default=0)
    last_recipient_id = models.BigIntegerField(default=0)
    batches = models.PositiveIntegerField(default=0)
    # Somebody works on it until then; so many began since something was written.
    leased_until = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    actor = models.CharField(max_length=100, blank=True, default="")  # who made it
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=BroadcastChannel.values), name="broadcast_known_channel"
            ),
            models.CheckConstraint(
                condition=Q(via__in=BroadcastVia.values), name="broadcast_known_via"
            ),
            models.CheckConstraint(
                condition=Q(format=BroadcastFormat.PLAIN)
                | Q(format=BroadcastFormat.HTML, channel=BroadcastChannel.EMAIL),
                name="broadcast_only_email_is_html",
            ),
            # also: the audience is a known one. A group may have gone since.
            models.CheckConstraint(
                condition=Q(audience=BroadcastAudience.GROUP, rule__isnull=True, customer_ids=[])
                | Q(audience=BroadcastAudience.RULE, rule__isnull=False, group=None)
                | Q(audience=BroadcastAudience.PICKED, rule__isnull=True, group=None),
                name="broadcast_one_audience",
            ),
            # also: the status is a known one
            models.CheckConstraint(
                condition=Q(status=BroadcastStatus.DRAFT, scheduled_for=None, started_at=None)
                | Q(status=BroadcastStatus.SCHEDULED, scheduled_for__isnull=False, started_at=None)
                | Q(status=BroadcastStatus.HELD)
                | Q(
                    status__in=[
                        BroadcastStatus.SENDING,
                        BroadcastStatus.PAUSED,
                        BroadcastStatus.FINISHED,
                    ],
                    started_at__isnull=False,
                )
                | Q(status=BroadcastStatus.CANCELLED),
                name="broadcast_status_fits_times",
            ),
            models.CheckConstraint(
                condition=(Q(status__in=ENDED) & Q(finished_at__isnull=False))
                | (~Q(status__in=ENDED) & Q(finished_at__isnull=True)),
                name="broadcast_ends_once",
            ),
            models.CheckConstraint(
                condition=~Q(status=BroadcastStatus.FINISHED) | Q(frozen_at__isnull=False),
                name="broadcast_finished_is_frozen",
            ),
        ]
        indexes = [
            # the sweep: whose time has come
            models.Index(
                fields=["scheduled_for"],
                condition=Q(status=BroadcastStatus.SCHEDULED),
                name="broadcast_scheduled",
            ),
            # the sweep: what a killed task left
            models.Index(
                fields=["leased_until"],
                condition=Q(status=BroadcastStatus.SENDING),
                name="broadcast_sending",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class BroadcastBatch(models.Model):
    """Some recipients of a broadcast whom a sender was asked to write to, once."""

    # Also the id of the event that asked: what a sender sees twice is the same request.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    broadcast = models.ForeignKey(
        Broadcast, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()  # from 1
    size = models.PositiveSmallIntegerField()
    requested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["broadcast", "number"]
        constraints = [
            models.UniqueConstraint(fields=["broadcast", "number"], name="broadcastbatch_once"),
            models.CheckConstraint(condition=Q(size__gte=1), name="broadcastbatch_not_empty"),
        ]

    def __str__(self) -> str:
        return f"batch {self.number} of broadcast {self.broadcast_id}"


class RecipientStatus(models.TextChoices):
    """What became of a recipient."""

    PENDING = "pending", "Pending"  # in no batch yet
    REQUESTED = "requested", "Requested"  # in a batch of which nobody has reported
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"  # in a batch, and it cannot be known any more
    SKIPPED = "skipped", "Skipped"


class BroadcastRecipient(models.Model):
    """A customer of a broadcast's frozen audience, reached or not.

    The address is not kept: it is read when the batch is made. Only its digest is, so that nobody
    is written to twice. Who was erased is a row without customer that still counts.
    """

    broadcast = models.ForeignKey(
        Broadcast, on_delete=models.CASCADE, related_name="recipients", db_index=False
    )
    customer_id = models.IntegerField(null=True)
    status = models.CharField(max_length=16, choices=RecipientStatus.choices)
    # Of a skipped one a code (statements.py); of a failed one what its sender said.
    reason = models.CharField(max_length=200, blank=True, default="")
    address_key = models.UUIDField(null=True)
    # One column: a recipient is in one batch, or in none.
    batch = models.ForeignKey(
        BroadcastBatch, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            # Its index (customer first) also finds the recipients of who is erased.
            models.UniqueConstraint(
                fields=["customer_id", "broadcast"], name="broadcastrecipient_once"
            ),
            # Its index (broadcast first) also lists the recipients of a broadcast.
            models.UniqueConstraint(
                fields=["broadcast", "address_key"], name="broadcastrecipient_address_once"
            ),
            # also: the status is a known one
            models.CheckConstraint(
                condition=Q(status=RecipientStatus.PENDING, batch=None, reason="")
                | Q(
                    status__in=[
                        RecipientStatus.REQUESTED,
                        RecipientStatus.SENT,
                        RecipientStatus.FAILED,
                        RecipientStatus.UNKNOWN,
                    ],
                    batch__isnull=False,
                )
                | (Q(status=RecipientStatus.SKIPPED, batch=None) & ~Q(reason="")),
                name="broadcastrecipient_status_fits_batch",
            ),
        ]
        indexes = [
            # making batches: who waits
            models.Index(
                fields=["broadcast", "id"],
                condition=Q(status=RecipientStatus.PENDING),
                name="broadcastrecipient_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"a recipient of broadcast {self.broadcast_id}: {self.status}"
