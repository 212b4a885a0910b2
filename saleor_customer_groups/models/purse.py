"""Purses: the gift cards by which customers spend their credit and cashback in the shop."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Purse(models.Model):
    """A customer's gift card in one currency, and which checkout is spending it just now.

    The card is the host's: a plain number, for it may be deleted there. The ledger is the truth;
    the card follows (host/spending.py). The row goes with its customer.
    """

    customer_id = models.IntegerField()
    currency = models.CharField(max_length=3)
    gift_card_id = models.IntegerField(null=True, blank=True, unique=True)
    # The newest event of the card that was read.
    last_event_id = models.BigIntegerField(default=0)
    # The checkout that is being completed with this card, and until when that is believed.
    claimed_by = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    # How many claims there were: a part of the keys of their holds.
    claims = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    synced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "currency"], name="purse_one_each"),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_until__isnull=True)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="purse_claim_has_an_end",
            ),
        ]
        indexes = [
            # the sweep: claims whose limit is over
            models.Index(
                fields=["claimed_until"],
                condition=Q(claimed_until__isnull=False),
                name="purse_claimed_until",
            ),
            # the sweep: up to which event cards were read
            models.Index(fields=["last_event_id"], name="purse_last_event"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} purse of customer {self.customer_id}"


class PurseEventKind(models.TextChoices):
    """What the shop did to a card."""

    USED = "used", "Used in an order"
    REFUNDED = "refunded", "Refunded to the card"
    ADJUSTED = "adjusted", "Changed by staff or an app"


class PurseEvent(models.Model):
    """What the shop did to a purse's card, and what became of it in the ledger: once each.

    Stays when the purse goes; it names no person. Amounts are whole smallest units.
    """

    # The event's number in the host.
    event_id = models.BigIntegerField(unique=True)
    purse_id = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=PurseEventKind.choices)
    order_id = models.UUIDField(null=True, blank=True)
    # Whether the host gives back itself what this order spent (a payment that can be refunded).
    is_refundable = models.BooleanField(default=False)
    amount = models.BigIntegerField()  # what it gave the card; negative: took
    # By how much the ledger had less than the card paid: the shop bears it.
    shortfall = models.BigIntegerField(default=0)
    # The entries of the ledger that record it.
    entry_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["event_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shortfall=0) | Q(shortfall__gt=0, amount__lte=-F("shortfall")),
                name="purseevent_shortfall_within_amount",
            ),
        ]
        indexes = [
            # what an order spent, when it is cancelled or refunded
            models.Index(
                fields=["order_id"], condition=Q(order_id__isnull=False), name="purseevent_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+d} in purse {self.purse_id}"


class PurseRequest(models.Model):
    """A customer whose card may no longer be what the ledger says.

    Written in the ledger's transaction; deleted in the one that sets the card.
    """

    customer_id = models.IntegerField(db_index=True)  # deleting all of a customer
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"purse of customer {self.customer_id}"


class PointRate(models.Model):
    """How many points make one whole unit of a currency when a customer turns them into credit."""

    currency = models.CharField(max_length=3, unique=True)
    points = models.PositiveIntegerField()  # for 1.00
    minimum = models.PositiveIntegerField(default=1)  # points at once
    step = models.PositiveIntegerField(default=1)  # only multiples of it
    # For how many days the credit is good; None: for ever.
    valid_days = models.PositiveIntegerField(null=True, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["currency"]
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=1, minimum__gte=1, step__gte=1)
                & (Q(valid_days__isnull=True) | Q(valid_days__gte=1)),
                name="pointrate_positive",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="pointrate_currency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} points for 1 {self.currency}"
