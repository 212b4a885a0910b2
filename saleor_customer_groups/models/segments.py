"""Segments: the rules that keep groups, what they look at, and how fresh they are."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .groups import CustomerGroup


class Segment(models.Model):
    """The rule of a group that is kept by one (kinds `dynamic` and `channel`)."""

    group = models.OneToOneField(CustomerGroup, on_delete=models.CASCADE, related_name="segment")
    rule = models.JSONField()  # the tree: docs/segments.md
    # Made of the rule when it is saved (segments/editing.py): which facts about a customer it
    # looks at, the groups that it names, and after how many seconds the clock alone may change
    # its answer.
    facts = ArrayField(models.CharField(max_length=32), default=list)
    refers_to = models.ManyToManyField(CustomerGroup, related_name="named_by_segments", blank=True)
    every_seconds = models.PositiveIntegerField(null=True, blank=True)
    # The members were last right at `right_at`; the full run that said so took `took_ms`.
    right_at = models.DateTimeField(null=True, blank=True)
    took_ms = models.PositiveIntegerField(null=True, blank=True)
    # The next full run; who runs it holds it until `leased_until`.
    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True, default="")  # why the last run failed
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            # the sweep that starts the full runs that are due
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="segment_due"),
        ]

    def __str__(self) -> str:
        return f"the rule of {self.group}"


class SegmentPin(models.Model):
    """A customer who is in the group, or is not, whatever the rule says."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="pins")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    included = models.BooleanField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["segment", "customer"], name="segmentpin_once"),
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id} always {'in' if self.included else 'out'}"


class SegmentRun(models.Model):
    """One full run and what it changed; a repair that changed something found drift."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="runs")
    repair = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    took_ms = models.PositiveIntegerField()
    joined = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    members = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["segment", "-id"], name="segmentrun_latest")]

    def __str__(self) -> str:
        return f"{self.joined} joined, {self.left} left"


class CustomerChange(models.Model):
    """A fact about a customer that changed: a queue, deleted when segments were asked again.

    No foreign key: written in hooks of the host, for customers who may be going away.
    """

    customer_id = models.IntegerField()
    fact = models.CharField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.fact} of customer {self.customer_id}"


class CustomerChannel(models.Model):
    """A customer registered through a channel. (Who bought in it is told by the orders.)"""

    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    channel = models.ForeignKey("channel.Channel", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            # Its index (channel first) lists the customers of a channel.
            models.UniqueConstraint(fields=["channel", "customer"], name="customerchannel_once"),
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id} of channel {self.channel_id}"
