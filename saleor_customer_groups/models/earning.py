"""Earning from orders: the rules, what orders earned, and the queue of orders to look at."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .groups import CustomerGroup
from .loyalty import LoyaltyAccount, LoyaltyUnit
from .pricing import DECIMAL_PLACES, MAX_DIGITS, WINDOW, Schedule
from .targets import THINGS, Target


class EarningRule(Schedule):
    """What orders of a group's members earn: so much for each 1.00 of the order's currency."""

    name = models.CharField(max_length=250)
    group = models.ForeignKey(CustomerGroup, on_delete=models.CASCADE, related_name="earning_rules")
    # None: every channel. A rule goes with its channel.
    channel = models.ForeignKey(
        "channel.Channel", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    unit = models.CharField(max_length=16, choices=LoyaltyUnit.choices)
    rate = models.DecimalField(max_digits=14, decimal_places=6)
    validity_days = models.PositiveIntegerField(null=True, blank=True)  # None: it never expires
    pending_days = models.PositiveIntegerField(default=0)  # the return window
    # Never open to the past by oversight: an old order may be heard of again at any time.
    starts_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__in=LoyaltyUnit.values), name="earningrule_known_unit"
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0),
                name="earningrule_rate_positive",
                violation_error_message="The rate must be more than 0.",
            ),
            models.CheckConstraint(
                condition=Q(validity_days__isnull=True) | Q(validity_days__gte=1),
                name="earningrule_validity",
                violation_error_message="What is earned must be valid for a day at least.",
            ),
            models.CheckConstraint(
                condition=WINDOW,
                name="earningrule_window",
                violation_error_message="The window must end after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EarningMultiplier(models.Model):
    """So many times the rule's rate for some things, or for everything, in a window."""

    rule = models.ForeignKey(EarningRule, on_delete=models.CASCADE, related_name="multipliers")
    factor = models.DecimalField(max_digits=8, decimal_places=4)
    everything = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(factor__gte=0),
                name="earningmultiplier_not_negative",
                violation_error_message="The factor must not be negative.",
            ),
            models.CheckConstraint(
                condition=WINDOW,
                name="earningmultiplier_window",
                violation_error_message="The window must end after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"× {self.factor}"


class EarningTarget(Target):
    """One thing that a multiplier is for."""

    multiplier = models.ForeignKey(
        EarningMultiplier, on_delete=models.CASCADE, related_name="targets"
    )

    class Meta(Target.Meta):
        constraints = [
            *Target.Meta.constraints,
            models.UniqueConstraint(
                fields=["multiplier", *THINGS],
                name="earningtarget_once",
                nulls_distinct=False,
            ),
        ]


def _customer() -> Any:
    """The database itself sets it to NULL when the customer goes (migration 0016)."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )


class Earning(models.Model):
    """What an order earned a customer in a unit, how much of it stays, and what was posted of it.

    Amounts are in smallest units. An order that moves to another customer has a row for each.
    """

    order_id = models.UUIDField()
    customer = _customer()
    unit = models.CharField(max_length=16, choices=LoyaltyUnit.choices)
    currency = models.CharField(max_length=3, blank=True, default="")  # none for points
    rule = models.ForeignKey(
        EarningRule, null=True, on_delete=models.SET_NULL, related_name="earnings"
    )
    rule_name = models.CharField(max_length=250)
    # As it was when the order was paid: what rules become later is not for this order.
    money = models.DecimalField(max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)
    earned = models.BigIntegerField()
    validity_days = models.PositiveIntegerField(null=True, blank=True)
    available_at = models.DateTimeField()
    # What stays of it after refunds. Once posted, the rest of that was clawed back, had lapsed
    # before, or is a shortfall.
    kept = models.BigIntegerField()
    posted_at = models.DateTimeField(null=True, blank=True)  # None: pending
    posted = models.BigIntegerField(default=0)
    clawed_back = models.BigIntegerField(default=0)
    # to be clawed back, but expired or reversed already
    lapsed = models.BigIntegerField(default=0)
    shortfall = models.BigIntegerField(default=0)  # to be clawed back, but spent already
    bookings = models.PositiveIntegerField(default=0)  # how many; part of their keys
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order_id", "customer", "unit", "currency"], name="earning_once"
            ),
            models.CheckConstraint(
                condition=Q(earned__gt=0, kept__gte=0, kept__lte=F("earned")),
                name="earning_kept_within_earned",
            ),
            models.CheckConstraint(
                condition=Q(clawed_back__gte=0, lapsed__gte=0, shortfall__gte=0),
                name="earning_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(posted_at__isnull=True, posted=0, clawed_back=0, lapsed=0, shortfall=0)
                | Q(
                    posted_at__isnull=False,
                    posted=F("kept") + F("clawed_back") + F("lapsed") + F("shortfall"),
                ),
                name="earning_adds_up",
            ),
        ]
        indexes = [
            # a customer's earnings; what is owed of earlier ones
            models.Index(fields=["customer", "unit", "currency"], name="earning_customer"),
            # the sweep: what is due
            models.Index(
                fields=["available_at"],
                condition=Q(posted_at__isnull=True, kept__gt=0),
                name="earning_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.earned} {self.unit} of order {self.order_id}"


class LoyaltyRequest(models.Model):
    """An order about which something changed: a queue, deleted when it was settled."""

    order_id = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        indexes = [
            # settling: all requests of one order
            models.Index(fields=["order_id"], name="loyaltyrequest_order"),
        ]

    def __str__(self) -> str:
        return f"order {self.order_id}"


class CreditRequestState(models.TextChoices):
    """What the other system said."""

    REQUESTED = "requested", "Requested"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"


class CreditRequest(models.Model):
    """What another system, which keeps the ledger, was asked to give or take, and its answer."""

    key = models.CharField(max_length=100, unique=True)
    customer = _customer()
    unit = models.CharField(max_length=16, choices=LoyaltyUnit.choices)
    currency = models.CharField(max_length=3, blank=True, default="")
    amount = models.BigIntegerField()  # in smallest units; negative: to take
    reason = models.CharField(max_length=500, blank=True, default="")
    order_id = models.UUIDField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(
        max_length=16, choices=CreditRequestState.choices, default=CreditRequestState.REQUESTED
    )
    reference = models.CharField(max_length=200, blank=True, default="")  # the other system's
    requested_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="creditrequest_not_zero"),
            models.CheckConstraint(
                condition=Q(state__in=CreditRequestState.values), name="creditrequest_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state=CreditRequestState.REQUESTED, answered_at__isnull=True)
                | (~Q(state=CreditRequestState.REQUESTED) & Q(answered_at__isnull=False)),
                name="creditrequest_answered_when",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "id"], name="creditrequest_customer"),
            # what nobody answered
            models.Index(
                fields=["requested_at"],
                condition=Q(state="requested"),
                name="creditrequest_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.key}"


class ExpiryWarning(models.Model):
    """A customer was told that lots of an account expire on a day. Gone when the day is over."""

    account = models.ForeignKey(LoyaltyAccount, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "day"], name="expirywarning_once"),
        ]
        indexes = [models.Index(fields=["day"], name="expirywarning_day")]  # the purge

    def __str__(self) -> str:
        return f"account {self.account_id} on {self.day}"
