"""The forms of what is booked for one customer; sent twice, each books once."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...errors import CustomerGroupsError, Refused
from ...loyalty.rules import POINTS, Amount, Posting, Short
from ...models import LoyaltyKind, LoyaltySource, PointRate
from ..forms import Form, Moment
from ..sentences import said
from . import words
from .forms import MONEY, currencies, whole_points
from .words import UNITS

PREFIX: Final = "page:"  # keys of these pages never meet those of the API, nor the ledger's own


def reason_field() -> forms.CharField:
    """Why, in words that the customer may read."""
    return forms.CharField(
        required=False, max_length=500, label=_("Reason"), help_text=_("Customers may read it.")
    )


class Booking(Form):
    """What is booked once, however often this form is sent: its key is made with the dialog."""

    # The field of what the core refuses by these codes.
    at: ClassVar[dict[str, str]] = {}

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    @property
    def its_key(self) -> str:
        """The key of the act for the ledger."""
        return f"{PREFIX}{self.cleaned_data['key']}"

    def clean(self) -> dict[str, Any]:
        """Nobody sees the field of the key."""
        given = super().clean() or {}
        if "key" in self.errors:
            self.add_error(None, _("The dialog is not complete. Close it and open it again."))
        return given

    def refuse(self, refusal: CustomerGroupsError) -> None:
        """Where the state of things forbids it, at the field that would change that."""
        code = refusal.code if isinstance(refusal, Refused) else ""
        if code == "key_used":
            text = _(
                "This dialog has booked something else already; the statement shows it. Close the "
                "dialog, and open it again to book more."
            )
            self.add_error(None, text)
        elif code in self.at:
            self.add_error(self.at[code], said(refusal.message))
        else:
            super().refuse(refusal)


class EntryForm(Booking):
    """What is given to a customer, or taken."""

    at: ClassVar[dict[str, str]] = {"too_little": "amount"}
    money = MONEY

    direction = forms.ChoiceField(
        label=_("What is done"), choices=[("give", _("give")), ("take", _("take"))]
    )
    unit = forms.ChoiceField(label=_("What"), choices=list(UNITS.items()))
    amount = forms.DecimalField(label=_("Amount"), min_value=0, max_digits=30, localize=False)
    currency = forms.ChoiceField(required=False, label=_("Currency"))
    validity = forms.ChoiceField(
        required=False,
        label=_("It expires"),
        choices=[("never", _("never")), ("date", _("at a date"))],
    )
    expires_at = Moment(label=_("Date"))
    take_left = forms.BooleanField(
        required=False, label=_("Where less is there, take what is there")
    )
    reason = reason_field()

    def __init__(self, *args: Any, known: Iterable[str] = (), **kwargs: Any) -> None:
        """`known`: currencies that the customer has, perhaps of channels that are gone."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["currency"]
        field.choices = [(one, one) for one in sorted({*currencies(), *filter(None, known)})]

    @property
    def hides(self) -> dict[str, bool]:
        """The fields that the choices so far have no use for."""
        takes = self["direction"].value() == "take"
        return {
            "currency": self["unit"].value() == POINTS,
            "validity": takes,
            "expires_at": self["validity"].value() != "date",
            "take_left": not takes,
        }

    def clean_amount(self) -> Amount:
        """Points are whole."""
        return whole_points(self.cleaned_data["amount"], self.cleaned_data.get("unit", ""))

    def clean(self) -> dict[str, Any]:
        """A date that was asked for must be there."""
        given = super().clean()
        is_dated = given.get("direction") == "give" and given.get("validity") == "date"
        if is_dated and not given.get("expires_at") and "expires_at" not in self.errors:
            self.add_error("expires_at", self.fields["expires_at"].error_messages["required"])
        return given

    def posting(self, customer_id: int, *, actor: str) -> Posting:
        """What was filled in, as the ledger wants it."""
        given = self.cleaned_data
        gives = given["direction"] == "give"
        is_dated = gives and given["validity"] == "date"
        return Posting(
            customer_id=customer_id,
            unit=given["unit"],
            currency="" if given["unit"] == POINTS else given["currency"],
            amount=given["amount"] if gives else -given["amount"],
            kind=LoyaltyKind.AWARD if gives else LoyaltyKind.ADJUST,
            key=self.its_key,
            source=LoyaltySource.MANUAL,
            expires_at=given["expires_at"] if is_dated else None,
            short=Short.TAKE_LEFT if given["take_left"] and not gives else Short.REFUSE,
            reason=given["reason"],
            actor=actor,
        )


class PartForm(Form):
    """How much of something, in its unit; nothing: all of it."""

    amount = forms.DecimalField(
        required=False, label=_("Amount"), min_value=0, max_digits=30, localize=False
    )

    def __init__(self, *args: Any, unit: str, all_of_it: str, **kwargs: Any) -> None:
        """`all_of_it` is how much that is, in words."""
        super().__init__(*args, **kwargs)
        self.unit = unit
        self.fields["amount"].help_text = gettext("Empty: all, %(amount)s.") % {"amount": all_of_it}

    def clean_amount(self) -> Amount | None:
        """Points are whole."""
        amount: Decimal | None = self.cleaned_data["amount"]
        return None if amount is None else whole_points(amount, self.unit)


class TakeBackForm(PartForm, Booking):
    """How much of an entry is taken back, and why."""

    at: ClassVar[dict[str, str]] = {"too_little": "amount", "already_reversed": "amount"}

    take_left = forms.BooleanField(
        required=False, label=_("Where a part is spent or has expired, take what is left")
    )
    reason = reason_field()


class CaptureForm(PartForm):
    """How much of a hold is spent, and on what."""

    reference = forms.CharField(
        required=False,
        max_length=200,
        label=_("What for"),
        help_text=_("Such as the number of a receipt. It stands in the statement."),
    )

    def refuse(self, refusal: CustomerGroupsError) -> None:
        """More than is held is wrong with the amount."""
        if isinstance(refusal, Refused) and refusal.code == "too_little":
            self.add_error("amount", said(refusal.message))
        else:
            super().refuse(refusal)


class ConvertForm(Booking):
    """How many points become what."""

    at: ClassVar[dict[str, str]] = {
        "too_little": "points",
        "no_rate": "currency",
        "no_channel": "currency",
    }

    points = forms.IntegerField(label=_("Points"), min_value=1, max_value=10**15)
    currency = forms.ChoiceField(label=_("At the rate"))
    into = forms.ChoiceField(
        label=_("They become"), choices=[("credit", _("credit")), ("voucher", _("a voucher"))]
    )

    def __init__(self, *args: Any, rates: Iterable[PointRate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["currency"]
        field.choices = [(one.currency, words.worth_of(one)) for one in rates]


class GiveBackForm(Booking):
    """Why a voucher becomes points again."""

    reason = reason_field()


class RateForm(Form):
    """What points are worth in a currency."""

    points = forms.IntegerField(min_value=1, max_value=10**9)
    minimum = forms.IntegerField(
        min_value=1, max_value=10**9, label=_("At least"), help_text=_("Points at once.")
    )
    step = forms.IntegerField(
        min_value=1,
        max_value=10**9,
        label=_("In steps of"),
        help_text=_("Only multiples of so many points."),
    )
    valid_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=36_500,
        label=_("Valid for days"),
        help_text=_("Of the credit or the voucher. Empty: for ever."),
    )

    def __init__(self, *args: Any, one: str, **kwargs: Any) -> None:
        """`one` is the whole unit of the currency that the points make."""
        super().__init__(*args, **kwargs)
        self.fields["points"].label = gettext("Points that make %(one)s") % {"one": one}
