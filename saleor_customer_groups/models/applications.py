"""Customers who ask to be in a group."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .groups import CustomerGroup


class ApplicationStatus(models.TextChoices):
    """What became of an application."""

    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Application(models.Model):
    """A customer asks to be in a group; staff, or the domain of the e-mail, decides."""

    group = models.ForeignKey(CustomerGroup, on_delete=models.CASCADE, related_name="applications")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    status = models.CharField(
        max_length=16, choices=ApplicationStatus.choices, default=ApplicationStatus.PENDING
    )
    message = models.CharField(max_length=1_000, blank=True, default="")  # the customer's
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=100, blank=True, default="")  # an actor
    answer = models.CharField(max_length=500, blank=True, default="")  # why

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ApplicationStatus.values), name="application_known_status"
            ),
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.PENDING, decided_at__isnull=True)
                | (~Q(status=ApplicationStatus.PENDING) & Q(decided_at__isnull=False)),
                name="application_decided_once",
            ),
            models.UniqueConstraint(
                fields=["group", "customer"],
                condition=Q(status=ApplicationStatus.PENDING),
                name="application_one_pending",
                violation_error_message="The customer has applied for this group already.",
            ),
        ]
        indexes = [
            # the merchant's list of one group, and what waits for a decision
            models.Index(fields=["group", "status", "id"], name="application_by_status"),
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id} for {self.group}: {self.status}"
