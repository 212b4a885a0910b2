"""The ledger under loyalty: accounts, immutable entries, and the lots that entries fill and use.

All amounts are whole numbers of the smallest unit: cents of USD, yen, fils of KWD, points. The
database adds integers; Decimal begins where people look (loyalty/rules.py).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

# What a balance can hold: far from where a bigint ends.
MOST = 10**18


class LoyaltyUnit(models.TextChoices):
    """What an account counts. Credit and cashback are money in a currency; points have none."""

    POINTS = "points", "Points"
    CREDIT = "credit", "Credit"
    CASHBACK = "cashback", "Cashback"


class LoyaltyKind(models.TextChoices):
    """What an entry does."""

    AWARD = "award", "Awarded"
    EARN = "earn", "Earned"
    SPEND = "spend", "Spent"
    HOLD = "hold", "Held for a checkout"
    RELEASE = "release", "Released"
    EXPIRE = "expire", "Expired"
    REVERSE = "reverse", "Reversed"
    ADJUST = "adjust", "Adjusted"
    CLAW_BACK = "claw_back", "Clawed back"
    CONVERT = "convert", "Converted"
    MERGE = "merge", "Moved to another customer"


class LoyaltySource(models.TextChoices):
    """What an entry comes from."""

    MANUAL = "manual", "Manual"
    ORDER = "order", "Order"
    CHECKOUT = "checkout", "Checkout"
    IMPORT = "import", "Import"
    RULE = "rule", "Rule"
    API = "api", "API"
    SYSTEM = "system", "System"


# Kinds whose entries only give, and only take. The others do both.
GIVING_KINDS = (LoyaltyKind.AWARD, LoyaltyKind.EARN, LoyaltyKind.RELEASE)
TAKING_KINDS = (LoyaltyKind.SPEND, LoyaltyKind.HOLD, LoyaltyKind.EXPIRE, LoyaltyKind.CLAW_BACK)
# Kinds that may find nothing to take: an entry of 0 is the record of that.
EMPTY_KINDS = (LoyaltyKind.REVERSE, LoyaltyKind.CLAW_BACK, LoyaltyKind.ADJUST)


class LoyaltyAccount(models.Model):
    """What one customer has of one unit. Stays, without its customer, when they are erased."""

    # The database itself sets it to NULL when the customer goes (migration 0014), so that Django
    # need not know of it: db_constraint is False here only because it cannot say so.
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    unit = models.CharField(max_length=16, choices=LoyaltyUnit.choices)
    currency = models.CharField(max_length=3, blank=True, default="")
    balance = models.BigIntegerField(default=0)
    entries = models.PositiveIntegerField(default=0)  # how many; the number of the last one
    digest = models.BinaryField()  # that of the last entry, see LoyaltyEntry.digest
    created_at = models.DateTimeField(default=timezone.now)
    # When the words about its entries went after the customer (loyalty/erasure.py).
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            # Its index (customer first) also finds a customer's accounts.
            models.UniqueConstraint(
                fields=["customer", "unit", "currency"], name="loyaltyaccount_one_of_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0, balance__lte=MOST), name="loyaltyaccount_balance"
            ),
            models.CheckConstraint(
                condition=Q(unit=LoyaltyUnit.POINTS, currency="")
                | (Q(unit__in=[LoyaltyUnit.CREDIT, LoyaltyUnit.CASHBACK]) & ~Q(currency="")),
                name="loyaltyaccount_money_has_a_currency",
            ),
        ]
        indexes = [
            # the job that forgets: whose customers have gone
            models.Index(
                fields=["id"],
                condition=Q(customer__isnull=True, forgotten_at__isnull=True),
                name="loyaltyaccount_to_forget",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.currency}".strip() + f" of customer {self.customer_id}"


class LoyaltyEntry(models.Model):
    """One line of the ledger. The database refuses to change or remove it (migration 0014).

    It names an account and no person: words, actor and reference are in `LoyaltyNote`.
    """

    account = models.ForeignKey(
        LoyaltyAccount, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()  # 1, 2, 3 … in the account
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    # By how much less it took than was asked for, because no more was there.
    shortfall = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=16, choices=LoyaltyKind.choices)
    source = models.CharField(max_length=16, choices=LoyaltySource.choices)
    # The caller's idempotency key, which never expires, and what it was used for.
    key = models.CharField(max_length=100, null=True, blank=True)  # NULL: it has none
    fingerprint = models.BinaryField(null=True, blank=True)
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)  # of the lot that it makes
    reverses = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,  # entries never go
    )
    # The bulk act that made it: with account and kind its idempotency key.
    adjustment_id = models.BigIntegerField(null=True, blank=True)
    # sha256 of the digest of the account's entry before and of this row (loyalty/statements.py).
    digest = models.BinaryField()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Its index also reads an account's statement.
            models.UniqueConstraint(fields=["account", "number"], name="loyaltyentry_numbered"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(key__isnull=False), name="loyaltyentry_one_of_a_key"
            ),
            models.UniqueConstraint(
                fields=["adjustment_id", "account", "kind"],
                condition=Q(adjustment_id__isnull=False),
                name="loyaltyentry_one_of_an_adjustment",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LoyaltyKind.values), name="loyaltyentry_known_kind"
            ),
            models.CheckConstraint(
                condition=(Q(amount__gt=0) & ~Q(kind__in=TAKING_KINDS))
                | (Q(amount__lt=0) & ~Q(kind__in=GIVING_KINDS))
                | Q(amount=0, kind__in=EMPTY_KINDS),
                name="loyaltyentry_sign_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(balance_after__gte=0), name="loyaltyentry_balance_not_negative"
            ),
        ]
        indexes = [
            # what was reversed of an entry
            models.Index(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="loyaltyentry_reverses",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+d} in account {self.account_id}"


class LoyaltyNote(models.Model):
    """The words about an entry: the personal part, which goes when the customer is erased."""

    entry = models.OneToOneField(
        LoyaltyEntry, primary_key=True, on_delete=models.PROTECT, related_name="note"
    )
    # Erasing finds them by it.
    account = models.ForeignKey(
        LoyaltyAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    reason = models.CharField(max_length=500, blank=True, default="")
    actor = models.CharField(max_length=100, blank=True, default="")  # "User:1", "App:3", "system"
    reference = models.CharField(max_length=200, blank=True, default="")  # "Order:…"

    class Meta:
        ordering = ["entry"]

    def __str__(self) -> str:
        return f"note about entry {self.entry_id}"


class LoyaltyLot(models.Model):
    """What a giving entry brought, and what is left of it. A balance is the sum of its lots.

    Written in the statement that writes the entry, which never goes; that the database checks both
    keys again would be a fifth of the time of a bulk act.
    """

    entry = models.OneToOneField(
        LoyaltyEntry,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="lot",
        db_constraint=False,
    )
    account = models.ForeignKey(
        LoyaltyAccount,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True, blank=True)  # None: never

    class Meta:
        ordering = ["entry"]
        constraints = [
            models.CheckConstraint(
                condition=Q(remaining__gte=0, remaining__lte=F("amount")),
                name="loyaltylot_remaining_within_amount",
            ),
        ]
        indexes = [
            # spending: an account's lots, the first to expire first
            models.Index(
                fields=["account", "expires_at", "entry"],
                condition=Q(remaining__gt=0),
                name="loyaltylot_to_spend",
            ),
            # the job that expires
            models.Index(
                fields=["expires_at"],
                condition=Q(remaining__gt=0, expires_at__isnull=False),
                name="loyaltylot_to_expire",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining} of {self.amount} of entry {self.entry_id}"


class LoyaltyDraw(models.Model):
    """What an entry took out of a lot; negative: gave back to it. Append-only as entries are."""

    entry = models.ForeignKey(LoyaltyEntry, on_delete=models.PROTECT, related_name="draws")
    lot = models.ForeignKey(LoyaltyLot, on_delete=models.PROTECT, related_name="draws")
    amount = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="loyaltydraw_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+d} of lot {self.lot_id}"


class HoldState(models.TextChoices):
    """What became of a hold."""

    OPEN = "open", "Open"
    CAPTURED = "captured", "Captured"
    RELEASED = "released", "Released"


class LoyaltyHold(models.Model):
    """What a checkout reserved: its entry took it already; it is spent, or given back."""

    entry = models.OneToOneField(
        LoyaltyEntry, primary_key=True, on_delete=models.PROTECT, related_name="hold"
    )
    account = models.ForeignKey(LoyaltyAccount, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=HoldState.choices, default=HoldState.OPEN)
    amount = models.BigIntegerField()
    captured = models.BigIntegerField(default=0)
    reference = models.CharField(max_length=200, blank=True, default="")
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["entry"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[HoldState.OPEN, HoldState.RELEASED], captured=0)
                | Q(state=HoldState.CAPTURED, captured__gt=0, captured__lte=F("amount")),
                name="loyaltyhold_captured_within_amount",
            ),
        ]
        indexes = [
            # the job that frees holds whose limit is over
            models.Index(
                fields=["expires_at"], condition=Q(state=HoldState.OPEN), name="loyaltyhold_open"
            ),
            # the open holds of a checkout
            models.Index(
                fields=["reference"],
                condition=Q(state=HoldState.OPEN) & ~Q(reference=""),
                name="loyaltyhold_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} hold of {self.amount} in account {self.account_id}"
