"""Triggers: addresses that other systems call, signed, and a log of the calls."""

from __future__ import annotations

import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Trigger(models.Model):
    """What a signed call of this address may set off. Its secrets are sealed (vault.py)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # in the address
    name = models.CharField(max_length=250)
    purpose = models.CharField(max_length=64)  # which handler gets the call
    config = models.JSONField(default=dict, blank=True)  # what the handler wants to know
    secret = models.TextField()
    # After a rotation the secret before is accepted too, until then.
    old_secret = models.TextField(blank=True, default="")
    old_secret_until = models.DateTimeField(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    # So many calls a minute, all at once or spread. A call is refused while `full_until` is more
    # than a minute ahead: each call moves it by its share of a minute.
    calls_a_minute = models.PositiveIntegerField(default=60)
    full_until = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(calls_a_minute__gte=1, calls_a_minute__lte=6_000),
                name="trigger_sensible_rate",
            ),
            models.CheckConstraint(
                condition=Q(old_secret="", old_secret_until__isnull=True)
                | (~Q(old_secret="") & Q(old_secret_until__isnull=False)),
                name="trigger_old_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CallOutcome(models.TextChoices):
    """What came of a call."""

    DONE = "done", "Done"
    REPEATED = "repeated", "Answered as the first time"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed for now"


class TriggerCall(models.Model):
    """One call, or several that were refused alike within a minute. Of a body only a digest."""

    trigger = models.ForeignKey(Trigger, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    message_id = models.CharField(max_length=255, blank=True, default="")  # when it was signed
    digest = models.CharField(max_length=64, blank=True, default="")  # SHA-256 of the body
    outcome = models.CharField(max_length=16, choices=CallOutcome.choices)
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=64, blank=True, default="")  # of the error
    # Of what was done; encoded as the first answer was.
    answer = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # what is done is done once
            models.UniqueConstraint(
                fields=["trigger", "message_id"],
                condition=Q(outcome="done"),
                name="triggercall_done_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=CallOutcome.values), name="triggercall_known_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(outcome=CallOutcome.DONE) | Q(answer__isnull=False),
                name="triggercall_done_has_an_answer",
            ),
        ]
        indexes = [
            # the log of a trigger, newest first, and calls that are counted together
            models.Index(fields=["trigger", "-at"], name="triggercall_log"),
            # the purge
            models.Index(fields=["at"], name="triggercall_at"),
        ]

    def __str__(self) -> str:
        return f"call of trigger {self.trigger_id}: {self.status}"
