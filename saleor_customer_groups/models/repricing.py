"""The queue of whose open checkouts must be priced again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class RepricingRequest(models.Model):
    """Open checkouts of one customer, of a group's members, or (neither given) of everybody.

    Written in the transaction of the change, deleted when the checkouts were expired twice: the
    row is the truth, the task that works it off may be killed and run again.
    """

    customer_id = models.IntegerField(null=True, blank=True)
    group_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expired_at = models.DateTimeField(null=True, blank=True)  # the first time

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(customer_id__isnull=True) | Q(group_id__isnull=True),
                name="repricingrequest_names_one_thing",
            ),
        ]

    def __str__(self) -> str:
        if self.customer_id is not None:
            return f"open checkouts of customer {self.customer_id}"
        if self.group_id is not None:
            return f"open checkouts of group {self.group_id}"
        return "all open checkouts"


class RepricingClock(models.Model):
    """Up to when windows and membership ends have been looked at; one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    swept_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="repricingclock_one_row"),
        ]

    def __str__(self) -> str:
        return f"swept until {self.swept_until:%Y-%m-%d %H:%M:%S}"
