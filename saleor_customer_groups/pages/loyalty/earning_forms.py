"""The form of an earning rule, and those of its multipliers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.apps import apps
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ...errors import CustomerGroupsError, InvalidInput
from ...loyalty.earning.inputs import EarningRuleInput, MultiplierInput
from ...loyalty.earning.queries import said_by
from ...models import EarningRule, LoyaltyUnit
from ...pricing.inputs import TargetInput
from ..forms import Form, Moment, Picked
from ..sentences import said
from .forms import MONEY
from .words import UNITS

THINGS: Final = {
    "category": Picked(kind="categories", required=False, label=_("Categories, with those below")),
    "collection": Picked(kind="collections", required=False, label=_("Collections")),
    "product": Picked(kind="products", required=False, label=_("Products")),
    "variant": Picked(kind="variants", required=False, label=_("Variants")),
}
MOST: Final = 50  # multipliers of a rule in the form


class EarningForm(Form):
    """A rule without its multipliers."""

    renamed: ClassVar[dict[str, str]] = {"group_id": "group", "channel_id": "channel"}
    money = MONEY

    name = forms.CharField(max_length=250, label=_("Name"))
    group = Picked(kind="groups", single=True, label=_("Orders of the members of"))
    unit = forms.ChoiceField(label=_("They earn"), choices=list(UNITS.items()))
    points = forms.DecimalField(
        required=False, localize=False, label=_("Points for each 1.00 of the order")
    )
    percent = forms.DecimalField(required=False, localize=False, label=_("Percent of the order"))
    channel = forms.TypedChoiceField(
        required=False, label=_("In the channel"), coerce=int, empty_value=None
    )
    pending_days = forms.IntegerField(
        required=False,
        min_value=0,
        label=_("Return window in days"),
        help_text=_("So long it is only promised, and refunds make it less."),
    )
    validity_days = forms.IntegerField(
        required=False, min_value=1, label=_("Valid for days"), help_text=_("Empty: for ever.")
    )
    starts_at = Moment(label=_("Orders from"), help_text=_("Empty: from now on."))
    ends_at = Moment(label=_("Orders until"), help_text=_("Empty: for good."))
    active = forms.BooleanField(required=False, label=_("Switched on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = apps.get_model("channel", "Channel")._default_manager.order_by("name")
        field: Any = self.fields["channel"]
        field.choices = [("", _("every channel")), *channels.values_list("pk", "name")]

    @property
    def by_points(self) -> bool:
        """Whether points are chosen, and not money."""
        return self["unit"].value() in (None, "", LoyaltyUnit.POINTS)

    @property
    def by_money(self) -> bool:
        """The contrary."""
        return not self.by_points

    def clean(self) -> dict[str, Any]:
        """The rate stands in the field of the unit."""
        given = super().clean() or {}
        name = "points" if self._in_points else "percent"
        if given.get(name) is None and name not in self.errors:
            self.add_error(name, self.fields[name].error_messages["required"])
        return given

    def refuse(self, refusal: CustomerGroupsError) -> None:
        """The core knows a rate; the form has it in points or percent."""
        if isinstance(refusal, InvalidInput) and refusal.field == "rate":
            self.add_error("points" if self._in_points else "percent", said(refusal.message))
        else:
            super().refuse(refusal)

    @property
    def _in_points(self) -> bool:
        return bool(self.cleaned_data.get("unit") == LoyaltyUnit.POINTS)

    def rule(self, multipliers: Iterable[MultiplierInput]) -> EarningRuleInput:
        """What was filled in, as the core wants it."""
        given = self.cleaned_data
        names = ("name", "unit", "validity_days", "starts_at", "ends_at", "active")
        return EarningRuleInput(
            **{name: given[name] for name in names},
            group_id=given["group"][0],
            rate=given["points"] if self._in_points else given["percent"] / 100,
            channel_id=given["channel"],
            pending_days=given["pending_days"] or 0,
            multipliers=list(multipliers),
        )


class MultiplierForm(Form):
    """So many times the rate for some things, or for everything, in a window."""

    factor = forms.DecimalField(
        localize=False, label=_("Times the rate"), help_text=_("2 is double, 0 earns nothing.")
    )
    what = forms.ChoiceField(
        label=_("For"),
        choices=[("everything", _("everything")), ("some", _("what is chosen here"))],
    )
    starts_at = Moment(label=_("From"), help_text=_("Empty: at once."))
    ends_at = Moment(label=_("Until"), help_text=_("Empty: for good."))
    category = THINGS["category"]
    collection = THINGS["collection"]
    product = THINGS["product"]
    variant = THINGS["variant"]

    @property
    def number(self) -> str:
        """Which one of the rule's it is."""
        return str(self.prefix).removeprefix("m")

    @property
    def things(self) -> list[Any]:
        """The fields of what it is for."""
        return [self[thing] for thing in THINGS]

    @property
    def for_everything(self) -> bool:
        """Whether nothing need be chosen."""
        return bool(self["what"].value() != "some")

    def clean(self) -> dict[str, Any]:
        """Something must be chosen, and the window must not end before it starts."""
        given = super().clean() or {}
        if given.get("what") == "some" and not any(given.get(thing) for thing in THINGS):
            self.add_error("what", _("Choose what it is for."))
        starts_at, ends_at = given.get("starts_at"), given.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The window must end after it starts."))
        return given

    def multiplier(self) -> MultiplierInput:
        """What was filled in, as the core wants it."""
        given = self.cleaned_data
        everything = given["what"] == "everything"
        things = [] if everything else [(kind, pk) for kind in THINGS for pk in given[kind]]
        return MultiplierInput(
            factor=given["factor"],
            everything=everything,
            targets=[TargetInput(kind, number) for kind, number in things],
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
        )


def sent_multipliers(sent: QueryDict) -> list[MultiplierForm]:
    """The multipliers of a form that was sent."""
    return [MultiplierForm(sent, prefix=f"m{number}") for number in _numbers(sent)]


def unchecked_multipliers(sent: QueryDict, act: str) -> list[MultiplierForm]:
    """The same with one more or one less (act "add", "drop:3"), without a word about errors."""
    numbers = _numbers(sent)
    shown = [
        MultiplierForm(initial=_raw(sent, number), prefix=f"m{number}")
        for number in numbers
        if act != f"drop:{number}"
    ]
    if act == "add" and len(shown) < MOST:
        last = max((int(number) for number in numbers), default=-1)
        shown.append(MultiplierForm(initial={"what": "everything"}, prefix=f"m{last + 1}"))
    return shown


def _numbers(sent: QueryDict) -> list[str]:
    given = sent.getlist("multiplier")
    return [text for text in given if text.isdecimal() and len(text) < 6][:MOST]


def _raw(sent: QueryDict, number: str) -> dict[str, Any]:
    names = [name for name in MultiplierForm.base_fields if name not in THINGS]
    picked = {name: sent.getlist(f"m{number}-{name}") for name in THINGS}
    return {**{name: sent.get(f"m{number}-{name}", "") for name in names}, **picked}


def initial_of_earning(rule: EarningRule) -> tuple[dict[str, Any], list[MultiplierForm]]:
    """The form's content for a rule that is there, and its multipliers."""
    said = said_by(rule)
    names = ("name", "unit", "pending_days", "validity_days", "starts_at", "ends_at", "active")
    in_points = said.unit == LoyaltyUnit.POINTS
    content = {
        **{name: getattr(said, name) for name in names},
        "group": [said.group_id],
        "channel": said.channel_id,
        "points": _plain(said.rate) if in_points else None,
        "percent": None if in_points else _plain(said.rate * 100),
    }
    multipliers = [
        MultiplierForm(initial=_initial(one), prefix=f"m{number}")
        for number, one in enumerate(said.multipliers)
    ]
    return content, multipliers


def _initial(one: MultiplierInput) -> dict[str, Any]:
    picked: dict[str, list[int]] = {kind: [] for kind in THINGS}
    for target in one.targets:
        picked[target.kind].append(target.id)
    what = "everything" if one.everything else "some"
    window = {"starts_at": one.starts_at, "ends_at": one.ends_at}
    return {"factor": _plain(one.factor), "what": what, **window, **picked}


def _plain(number: Decimal) -> str:
    """Without zeros at the end, and never as 1E+2."""
    return f"{number.normalize():f}"
