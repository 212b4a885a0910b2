"""What loyalty is called on our pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ...loyalty.rules import Amount, from_units
from ...models import (
    Adjustment,
    AdjustmentMode,
    AdjustmentStatus,
    CreditRequestState,
    EarningRule,
    LoyaltyKind,
    LoyaltySource,
    LoyaltyUnit,
    PointRate,
    SkipReason,
)
from ..amounts import amount_text, number_text

UNITS: Final[dict[str, Any]] = {
    LoyaltyUnit.CREDIT: _("Credit"),
    LoyaltyUnit.POINTS: _("Points"),
    LoyaltyUnit.CASHBACK: _("Cashback"),
}
STATUSES: Final[dict[str, Any]] = {
    AdjustmentStatus.DRAFT: _("Draft"),
    AdjustmentStatus.SCHEDULED: _("Scheduled"),
    AdjustmentStatus.RUNNING: _("Running"),
    AdjustmentStatus.PAUSED: _("Paused"),
    AdjustmentStatus.DONE: _("Done"),
    AdjustmentStatus.CANCELLED: _("Cancelled"),
    AdjustmentStatus.FAILED: _("Failed"),
    AdjustmentStatus.REVERSING: _("Being reversed"),
    AdjustmentStatus.REVERSED: _("Reversed"),
}
SKIPS: Final[dict[str, Any]] = {
    SkipReason.DELETED: _("The customer is deleted"),
    SkipReason.INACTIVE: _("The account is deactivated"),
    SkipReason.AT_ZERO: _("There is nothing to subtract"),
    SkipReason.OTHER_CURRENCY: _("The balance is in another currency"),
    SkipReason.UNCHANGED: _("The balance is that already"),
}
ENTRIES: Final[dict[str, Any]] = {
    LoyaltyKind.AWARD: _("Given"),
    LoyaltyKind.EARN: _("Earned"),
    LoyaltyKind.SPEND: _("Spent"),
    LoyaltyKind.HOLD: _("Held for a checkout"),
    LoyaltyKind.RELEASE: _("Released"),
    LoyaltyKind.EXPIRE: _("Has expired"),
    LoyaltyKind.REVERSE: _("Taken back"),
    LoyaltyKind.ADJUST: _("Adjusted"),
    LoyaltyKind.CLAW_BACK: _("Clawed back after a refund"),
    LoyaltyKind.CONVERT: _("Converted"),
    LoyaltyKind.MERGE: _("Moved to another customer"),
}
ORIGINS: Final[dict[str, Any]] = {
    LoyaltySource.MANUAL: _("By hand"),
    LoyaltySource.ORDER: _("Order"),
    LoyaltySource.CHECKOUT: _("Checkout"),
    LoyaltySource.IMPORT: _("Import"),
    LoyaltySource.RULE: _("Rule"),
    LoyaltySource.API: _("Other system"),
    LoyaltySource.SYSTEM: _("System"),
}
REQUESTS: Final[dict[str, Any]] = {
    CreditRequestState.REQUESTED: _("Asked"),
    CreditRequestState.ACCEPTED: _("Accepted"),
    CreditRequestState.REJECTED: _("Refused"),
}
TONES: Final[dict[str, str]] = {
    AdjustmentStatus.RUNNING: "info",
    AdjustmentStatus.PAUSED: "warning",
    AdjustmentStatus.DONE: "success",
    AdjustmentStatus.FAILED: "error",
    AdjustmentStatus.REVERSING: "info",
    AdjustmentStatus.REVERSED: "warning",
    CreditRequestState.ACCEPTED: "success",
    CreditRequestState.REJECTED: "error",
}


def title_of(adjustment: Adjustment) -> str:
    """What it does: "Credit +$10.00", "Points set to 100 points"."""
    unit = UNITS[adjustment.unit]
    amount = amount_text(from_units(abs(adjustment.amount), adjustment.currency),
                         adjustment.currency)  # fmt: skip
    if adjustment.mode == AdjustmentMode.ABSOLUTE:
        return gettext("%(unit)s set to %(amount)s") % {"unit": unit, "amount": amount}
    return f"{unit} {'+' if adjustment.amount > 0 else '−'}{amount}"


def audience_of(adjustment: Adjustment) -> str:
    """Whom it is for."""
    if adjustment.customer_ids is not None:
        number = len(adjustment.customer_ids)
        return ngettext("%(n)s picked customer", "%(n)s picked customers", number) % {"n": number}
    return gettext("A filter") if adjustment.rule is not None else adjustment.group_name


def rate_of(rule: EarningRule) -> str:
    """What a rule gives: "2 points for each 1.00", "5 % cashback"."""
    if rule.unit == LoyaltyUnit.POINTS and rule.rate == int(rule.rate):
        return gettext("%(points)s for each 1.00 spent") % {"points": amount_text(rule.rate, "")}
    if rule.unit == LoyaltyUnit.POINTS:
        number = number_text(rule.rate)
        return gettext("%(number)s points for each 1.00 spent") % {"number": number}
    percent = gettext("%(number)s %%") % {"number": number_text(rule.rate * 100)}
    return gettext("%(percent)s of the order as %(unit)s") % {
        "percent": percent,
        "unit": str(UNITS[rule.unit]).lower(),
    }


def worth_of(rate: PointRate) -> str:
    """What points are worth: "100 points make $1.00"."""
    points, one = amount_text(rate.points, ""), amount_text(Decimal(1), rate.currency)
    return gettext("%(points)s make %(one)s") % {"points": points, "one": one}


def signed(amount: Amount, currency: str) -> str:
    """An amount with its sign."""
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    return sign + amount_text(-amount if amount < 0 else amount, currency)
