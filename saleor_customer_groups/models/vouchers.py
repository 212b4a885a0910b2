"""Vouchers of the shop that customers got for their points."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .loyalty import LoyaltyEntry


class PointVoucher(models.Model):
    """A voucher that an entry of the ledger paid for with points, and whose it is.

    The voucher is the host's; here is its code's key, and never the code itself. Whether it was
    used, only the host knows.
    """

    entry = models.OneToOneField(
        LoyaltyEntry, primary_key=True, on_delete=models.PROTECT, related_name="voucher"
    )
    # The database itself sets it to NULL when the customer goes (migration 0024), so that Django
    # need not know of it: db_constraint is False here only because it cannot say so.
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    code_id = models.UUIDField(unique=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()  # what it is worth, in smallest units
    expires_at = models.DateTimeField(null=True, blank=True)  # None: never
    # The checkout that is being completed with it, and until when that is believed.
    claimed_by = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    # When it was switched off: its points were given back, or its customer went.
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["entry"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="pointvoucher_amount_positive"),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_until__isnull=True)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="pointvoucher_claim_has_an_end",
            ),
        ]
        indexes = [
            # forgetting: whose customers have gone
            models.Index(
                fields=["entry"],
                condition=Q(customer__isnull=True, ended_at__isnull=True),
                name="pointvoucher_to_end",
            ),
        ]

    def __str__(self) -> str:
        return f"voucher of {self.amount} {self.currency} for entry {self.entry_id}"
