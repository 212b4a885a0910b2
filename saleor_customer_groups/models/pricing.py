"""Price rules and price lists."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from .groups import CustomerGroup
from .targets import THINGS, Target

CURRENCY = r"^[A-Z]{3}$"
MAX_DIGITS = 20  # as Saleor's own money columns
DECIMAL_PLACES = 3


class RuleKind(models.TextChoices):
    """What a price rule does to the price."""

    PERCENTAGE_OFF = "percentage_off", "Percentage off"
    AMOUNT_OFF = "amount_off", "Amount off"
    FIXED_PRICE = "fixed_price", "Fixed price"
    PERCENTAGE_UP = "percentage_up", "Percentage up"
    AMOUNT_UP = "amount_up", "Amount up"


PERCENTAGE_KINDS = (RuleKind.PERCENTAGE_OFF, RuleKind.PERCENTAGE_UP)


class Schedule(models.Model):
    """When something holds: switched on, and inside its window (start included, end not)."""

    active = models.BooleanField(default=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def clean(self) -> None:
        """A window must end after it starts."""
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": "The window must end after it starts."})


WINDOW = Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at"))


class PriceRule(Schedule):
    """Who (groups) × where (channels) × what (targets) × when × from which quantity -> a price.

    Percentages stand here, amounts in `PriceRuleAmount`, one
    for each currency.
    """

    name = models.CharField(max_length=250)
    groups = models.ManyToManyField(CustomerGroup, related_name="price_rules")
    channels = models.ManyToManyField("channel.Channel", blank=True, related_name="+")
    # Two explicit marks: a rule that lost its last channel or target must match nothing, not
    # everything.
    every_channel = models.BooleanField(default=True)
    kind = models.CharField(max_length=16, choices=RuleKind.choices)
    percentage = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    everything = models.BooleanField(default=False)
    min_quantity = models.PositiveIntegerField(default=1)
    priority = models.IntegerField(default=0)  # a higher number goes first
    # True: the shop's own promotion does not compete with this price.
    stand_alone = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-priority", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=RuleKind.values), name="pricerule_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PERCENTAGE_KINDS, percentage__isnull=False)
                | (~Q(kind__in=PERCENTAGE_KINDS) & Q(percentage__isnull=True)),
                name="pricerule_percentage_by_kind",
                violation_error_message="A percentage rule needs a percentage, others have none.",
            ),
            models.CheckConstraint(
                condition=Q(percentage__isnull=True) | Q(percentage__gt=0),
                name="pricerule_percentage_positive",
                violation_error_message="The percentage must be more than 0.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RuleKind.PERCENTAGE_OFF) | Q(percentage__lte=100),
                name="pricerule_percentage_off_at_most_100",
                violation_error_message="The percentage off must be at most 100.",
            ),
            models.CheckConstraint(
                condition=Q(min_quantity__gte=1),
                name="pricerule_min_quantity",
                violation_error_message="The minimum quantity must be at least 1.",
            ),
            models.CheckConstraint(
                condition=WINDOW,
                name="pricerule_window",
                violation_error_message="The window must end after it starts.",
            ),
        ]
        indexes = [
            # the sweep that notices windows that open or close (repricing)
            models.Index(
                fields=["starts_at"], condition=Q(starts_at__isnull=False), name="pricerule_starts"
            ),
            models.Index(
                fields=["ends_at"], condition=Q(ends_at__isnull=False), name="pricerule_ends"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PriceRuleAmount(models.Model):
    """The amount of an amount_off, fixed_price or amount_up rule in one currency."""

    rule = models.ForeignKey(PriceRule, on_delete=models.CASCADE, related_name="amounts")
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "currency"], name="priceruleamount_once_a_currency"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=CURRENCY), name="priceruleamount_currency_code"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="priceruleamount_not_negative",
                violation_error_message="The amount must not be negative.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class PriceRuleTarget(Target):
    """One thing that a rule applies to, or (excluded) never applies to."""

    rule = models.ForeignKey(PriceRule, on_delete=models.CASCADE, related_name="targets")
    excluded = models.BooleanField(default=False)

    class Meta(Target.Meta):
        constraints = [
            *Target.Meta.constraints,
            models.UniqueConstraint(
                fields=["rule", "excluded", *THINGS],
                name="priceruletarget_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"not {super().__str__()}" if self.excluded else super().__str__()


class PriceList(Schedule):
    """Many fixed prices for groups; its entries say for which variant, channel and quantity."""

    name = models.CharField(max_length=250)
    groups = models.ManyToManyField(CustomerGroup, related_name="price_lists")
    priority = models.IntegerField(default=0)  # a higher number goes first
    stand_alone = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-priority", "id"]
        constraints = [
            models.CheckConstraint(
                condition=WINDOW,
                name="pricelist_window",
                violation_error_message="The window must end after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PriceListEntry(models.Model):
    """The price of a variant in a channel from a quantity on."""

    price_list = models.ForeignKey(
        PriceList, on_delete=models.CASCADE, related_name="entries", db_index=False
    )
    variant = models.ForeignKey(
        "product.ProductVariant", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    channel = models.ForeignKey(
        "channel.Channel", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    min_quantity = models.PositiveIntegerField(default=1)
    # In the channel's currency, which Saleor never lets change.
    amount = models.DecimalField(max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)

    class Meta:
        ordering = ["id"]
        constraints = [
            # Variant first: pricing asks for the entries of a basket's variants. It also holds the
            # amount, so that they are read from the index alone and not from all over the table.
            models.UniqueConstraint(
                fields=["variant", "channel", "price_list", "min_quantity"],
                include=["amount"],
                name="pricelistentry_once",
                violation_error_message=(
                    "The list has a price for this variant, channel and quantity already."
                ),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="pricelistentry_not_negative",
                violation_error_message="The amount must not be negative.",
            ),
            models.CheckConstraint(
                condition=Q(min_quantity__gte=1),
                name="pricelistentry_min_quantity",
                violation_error_message="The minimum quantity must be at least 1.",
            ),
        ]
        indexes = [
            models.Index(fields=["price_list"], name="pricelistentry_list"),  # a list's own page
            models.Index(fields=["channel"], name="pricelistentry_channel"),  # channel deletion
        ]

    def __str__(self) -> str:
        return f"{self.amount} from {self.min_quantity}"
