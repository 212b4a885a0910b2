"""The forms of bulk acts on balances."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.apps import apps
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...loyalty.adjustments.drafts import Draft
from ...loyalty.rules import Amount, from_units
from ...models import Adjustment, AdjustmentMode, LoyaltyUnit
from ...segments.audience import Audience
from ..forms import Form, Lines, Moment, Picked
from .words import UNITS

MONEY: Final = f"{LoyaltyUnit.CREDIT} {LoyaltyUnit.CASHBACK}"
DIRECTIONS: Final = [("add", _("add")), ("subtract", _("subtract")), ("set", _("set to"))]
VALIDITIES: Final = [
    ("never", _("never")),
    ("days", _("some days after the start")),
    ("date", _("at a date")),
]


def whole_points(amount: Decimal, unit: str) -> Amount:
    """The amount as its unit has it. ValidationError: points with a fraction."""
    if unit != LoyaltyUnit.POINTS:
        return amount
    if amount != int(amount):
        raise forms.ValidationError(gettext("Points are whole numbers."))
    return int(amount)


class AdjustmentForm(Form):
    """What is done to whose balances."""

    renamed: ClassVar[dict[str, str]] = {
        "customer_ids": "customers",
        "valid_days": "days",
        "group_id": "group",
    }

    unit = forms.ChoiceField(label=_("What"), choices=list(UNITS.items()))
    direction = forms.ChoiceField(label=_("Balances"), choices=DIRECTIONS)
    # A longer number, such as 1E999999, cannot be made whole in any memory.
    amount = forms.DecimalField(label=_("Amount"), min_value=0, max_digits=30, localize=False)
    currency = forms.ChoiceField(required=False, label=_("Currency"))
    audience = forms.ChoiceField(label=_("For whom"))
    group = Picked(kind="groups", single=True, required=False, label=_("Group"))
    customers = Picked(kind="customers", required=False, label=_("Customers"))
    validity = forms.ChoiceField(label=_("It expires"), choices=VALIDITIES)
    days = forms.IntegerField(required=False, label=_("Days"), min_value=1)
    expires_at = Moment(label=_("Date"))
    reason = forms.CharField(
        required=False, max_length=500, label=_("Reason"), help_text=_("Customers may read it.")
    )
    comment = Lines(
        rows=2, required=False, label=_("Comment"), help_text=_("For your colleagues only.")
    )
    notify_email = forms.BooleanField(required=False, label=_("Tell them by e-mail"))
    notify_sms = forms.BooleanField(required=False, label=_("Tell them by SMS"))

    def __init__(self, *args: Any, may_filter: bool, may_pick: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("group", _("a group"))]
        choices += [("rule", _("everybody whom a filter finds"))] if may_filter else []
        choices += [("customers", _("picked customers"))] if may_pick else []
        self._choices("audience", choices)
        self._choices("currency", [(one, one) for one in currencies()])

    def _choices(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def shows(self, name: str, *values: str | None) -> bool:
        """Whether a choice has one of these values."""
        return self[name].value() in values

    @property
    def hides(self) -> dict[str, bool]:
        """The fields that the choices so far have no use for."""
        return {
            "currency": self.shows("unit", LoyaltyUnit.POINTS),
            "group": not self.shows("audience", "group", None, ""),
            "rule": not self.shows("audience", "rule"),
            "customers": not self.shows("audience", "customers"),
            "validity": self.shows("direction", "subtract"),
            "days": not self.shows("validity", "days"),
            "expires_at": not self.shows("validity", "date"),
        }

    def clean_amount(self) -> Amount:
        """Points are whole."""
        return whole_points(self.cleaned_data["amount"], self.cleaned_data.get("unit", ""))

    def draft(self) -> Draft:
        """What was filled in, as the core wants it."""
        given = self.cleaned_data
        takes = given["direction"] == "subtract"
        validity = "never" if takes else given["validity"]
        is_points = given["unit"] == LoyaltyUnit.POINTS
        names = ("unit", "reason", "comment", "notify_email", "notify_sms")
        return Draft(
            **{name: given[name] for name in names},
            amount=-given["amount"] if takes else given["amount"],
            currency="" if is_points else given["currency"],
            absolute=given["direction"] == "set",
            expires_at=given["expires_at"] if validity == "date" else None,
            valid_days=given["days"] if validity == "days" else None,
        )

    def clean(self) -> dict[str, Any]:
        """What the choices ask for must be there."""
        given = super().clean() or {}
        needs = {
            "group": given.get("audience") == "group",
            "customers": given.get("audience") == "customers",
            "days": given.get("validity") == "days" and given.get("direction") != "subtract",
            "expires_at": given.get("validity") == "date" and given.get("direction") != "subtract",
        }
        for name, is_needed in needs.items():
            if is_needed and not given.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return given

    def for_whom(self, rule: Any) -> Audience:
        """The audience; `rule` is what the builder made."""
        given = self.cleaned_data
        if given["audience"] == "rule":
            return Audience(rule=rule)
        if given["audience"] == "customers":
            return Audience(customer_ids=given["customers"])
        return Audience(group_id=given["group"][0])


class StartForm(Form):
    """When it begins by itself."""

    scheduled_at = Moment(label=_("Starts at"), required=True)


def currencies() -> list[str]:
    """Those of the shop's channels."""
    channels = apps.get_model("channel", "Channel")._default_manager.order_by()
    return sorted(set(channels.values_list("currency_code", flat=True)))


def initial_of(adjustment: Adjustment) -> dict[str, Any]:
    """A form's content for one that is there."""
    is_set = adjustment.mode == AdjustmentMode.ABSOLUTE
    audience = "group"
    if adjustment.rule is not None:
        audience = "rule"
    elif adjustment.customer_ids is not None:
        audience = "customers"
    names = ("unit", "currency", "reason", "comment", "notify_email", "notify_sms", "expires_at")
    return {
        **{name: getattr(adjustment, name) for name in names},
        "direction": "set" if is_set else "add" if adjustment.amount > 0 else "subtract",
        "amount": from_units(abs(adjustment.amount), adjustment.currency),
        "audience": audience,
        "group": [adjustment.group_id] if adjustment.group_id else [],
        "customers": adjustment.customer_ids or [],
        "validity": "days" if adjustment.valid_days else "date" if adjustment.expires_at
        else "never",
        "days": adjustment.valid_days,
    }  # fmt: skip
