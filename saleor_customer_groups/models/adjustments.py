"""Bulk acts on balances: the job, whom it is for, and who was passed over."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .groups import CustomerGroup
from .loyalty import LoyaltyUnit


class AdjustmentMode(models.TextChoices):
    """What the amount means."""

    CHANGE = "change", "Added, or with a minus subtracted"
    ABSOLUTE = "absolute", "What the balance is set to"


class AdjustmentStatus(models.TextChoices):
    """How far an adjustment is."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"
    REVERSING = "reversing", "Being reversed"
    REVERSED = "reversed", "Reversed"


class SkipReason(models.TextChoices):
    """Why a customer of the audience got nothing."""

    DELETED = "deleted", "The customer is deleted"
    INACTIVE = "inactive", "The account is deactivated"
    AT_ZERO = "at_zero", "There is nothing to subtract"
    OTHER_CURRENCY = "other_currency", "The balance is in another currency"
    UNCHANGED = "unchanged", "The balance is that already"


class Adjustment(models.Model):
    """One bulk act on the balances of an audience: given, taken, or set."""

    unit = models.CharField(max_length=16, choices=LoyaltyUnit.choices)
    currency = models.CharField(max_length=3, blank=True, default="")  # "" for points
    mode = models.CharField(max_length=16, choices=AdjustmentMode.choices)
    amount = models.BigIntegerField()  # in the smallest unit, with its sign
    # When what is given expires: at a moment, or so many days after the start; neither is never.
    expires_at = models.DateTimeField(null=True, blank=True)
    valid_days = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, default="")  # customers may read it
    comment = models.TextField(blank=True, default="")  # only merchants do
    actor = models.CharField(max_length=100, blank=True, default="")
    notify_email = models.BooleanField(default=False)
    notify_sms = models.BooleanField(default=False)
    # The audience: one of the three. A group that is deleted leaves its name.
    group = models.ForeignKey(
        CustomerGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    group_name = models.CharField(max_length=250, blank=True, default="")
    rule = models.JSONField(null=True, blank=True)
    customer_ids = ArrayField(models.IntegerField(), null=True, blank=True)
    # All groups that the audience names, those of the rule too: what keeps them from being deleted.
    group_ids = ArrayField(models.BigIntegerField(), blank=True, default=list)

    status = models.CharField(
        max_length=16, choices=AdjustmentStatus.choices, default=AdjustmentStatus.DRAFT
    )
    scheduled_at = models.DateTimeField(null=True, blank=True)
    # What a paused or cancelled act was doing is known by whether its reversal has begun.
    started_at = models.DateTimeField(null=True, blank=True)
    reversal_began_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    reversed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True, default="")
    # Progress of the step that runs: customers done, of how many, and after whom it goes on.
    total = models.PositiveIntegerField(null=True, blank=True)  # None: not counted yet
    done = models.PositiveIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    # What came of it: entries and their sum; of the reversal what was taken back, and what was
    # spent already.
    changed = models.PositiveIntegerField(default=0)
    moved = models.BigIntegerField(default=0)
    taken_back = models.BigIntegerField(default=0)
    not_taken_back = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    worked_at = models.DateTimeField(null=True, blank=True)  # the last chunk

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=AdjustmentStatus.values), name="adjustment_known_status"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=AdjustmentMode.values), name="adjustment_known_mode"
            ),
            models.CheckConstraint(
                condition=Q(mode=AdjustmentMode.ABSOLUTE, amount__gte=0)
                | (Q(mode=AdjustmentMode.CHANGE) & ~Q(amount=0)),
                name="adjustment_amount_does_something",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(valid_days__isnull=True),
                name="adjustment_expires_in_one_way",
            ),
            models.CheckConstraint(
                condition=~Q(status=AdjustmentStatus.SCHEDULED) | Q(scheduled_at__isnull=False),
                name="adjustment_scheduled_has_a_time",
            ),
        ]
        indexes = [
            # the sweep: what is due, and what a killed worker left
            models.Index(
                fields=["status"],
                condition=Q(
                    status__in=[
                        AdjustmentStatus.SCHEDULED,
                        AdjustmentStatus.RUNNING,
                        AdjustmentStatus.REVERSING,
                    ]
                ),
                name="adjustment_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"adjustment {self.pk}"


class AdjustmentTarget(models.Model):
    """A customer of the audience, as it was frozen at the start. Gone when the act has ended."""

    pk = models.CompositePrimaryKey("adjustment_id", "customer_id")
    adjustment = models.ForeignKey(
        Adjustment, on_delete=models.CASCADE, related_name="targets", db_index=False
    )
    customer_id = models.IntegerField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"customer {self.customer_id} of adjustment {self.adjustment_id}"


class AdjustmentSkip(models.Model):
    """A customer whom the act passed over, and why."""

    adjustment = models.ForeignKey(
        Adjustment, on_delete=models.CASCADE, related_name="skips", db_index=False
    )
    customer_id = models.IntegerField()
    reason = models.CharField(max_length=16, choices=SkipReason.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["adjustment", "customer_id"], name="adjustmentskip_once"
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id"], name="adjustmentskip_customer"),  # erasing
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id}: {self.reason}"
