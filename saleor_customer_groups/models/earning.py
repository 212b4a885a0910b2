"""Earning from orders: the rules, what orders earned, and the queue of orders to look at."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .groups import CustomerGroup
from .pricing import CURRENCY, WINDOW, Schedule


class EarningUnit(models.TextChoices):
    """What an order can earn."""

    POINTS = "points", "Points"
    CASHBACK = "cashback", "Cashback"
    CREDIT = "credit", "Credit"


class EarningRule(Schedule):
    """What orders of a group's members earn: so much for each 1.00 of the order's currency."""

    name = models.CharField(max_length=250)
    group = models.ForeignKey(CustomerGroup, on_delete=models.CASCADE, related_name="earning_rules")
    # None: every channel. A rule goes with its channel.
    channel = models.ForeignKey(
        "channel.Channel", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    unit = models.CharField(max_length=16, choices=EarningUnit.choices)
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
                condition=Q(unit__in=EarningUnit.values), name="earningrule_known_unit"
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


class EarningTarget(models.Model):
    """One thing that a multiplier is for. A category stands for itself and its descendants."""

    multiplier = models.ForeignKey(
        EarningMultiplier, on_delete=models.CASCADE, related_name="targets"
    )
    category = models.ForeignKey(
        "product.Category", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    collection = models.ForeignKey(
        "product.Collection", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    product = models.ForeignKey(
        "product.Product", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    variant = models.ForeignKey(
        "product.ProductVariant", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(category__isnull=False, collection=None, product=None, variant=None)
                    | Q(category=None, collection__isnull=False, product=None, variant=None)
                    | Q(category=None, collection=None, product__isnull=False, variant=None)
                    | Q(category=None, collection=None, product=None, variant__isnull=False)
                ),
                name="earningtarget_exactly_one_thing",
                violation_error_message=(
                    "A target is exactly one category, collection, product or variant."
                ),
            ),
            models.UniqueConstraint(
                fields=["multiplier", "category", "collection", "product", "variant"],
                name="earningtarget_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        for kind in ("category", "collection", "product", "variant"):
            number = getattr(self, f"{kind}_id")
            if number is not None:
                return f"{kind} {number}"
        return "nothing"


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
