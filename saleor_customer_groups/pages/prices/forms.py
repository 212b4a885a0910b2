"""The forms of prices."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _

from ...models import PriceList, PriceRule, RuleKind
from ...pricing.current import list_input, rule_input
from ...pricing.inputs import ListInput, RuleInput, TargetInput
from ..forms import Form, Lines, Moment, Picked
from .words import KINDS

PERCENTAGES: Final = "percentage_off percentage_up"
AMOUNTS: Final = "amount_off fixed_price amount_up"
PICKED: Final = {
    "category": "categories",
    "collection": "collections",
    "product": "products",
    "variant": "variants",
}


class ScheduleForm(Form):
    """What rules and lists have in common: a name, groups, a window, a rank."""

    renamed: ClassVar[dict[str, str]] = {"group_ids": "groups"}

    name = forms.CharField(
        max_length=250, label=_("Name"), help_text=_("Shoppers see it beside the price.")
    )
    groups = Picked(kind="groups", label=_("For the groups"))
    starts_at = Moment(label=_("From"), help_text=_("Empty: at once."))
    ends_at = Moment(label=_("Until"), help_text=_("Empty: for good."))
    priority = forms.IntegerField(
        required=False, label=_("Priority"), help_text=_("A higher number goes first.")
    )
    stand_alone = forms.BooleanField(
        required=False, label=_("Promotions of the shop do not compete with it")
    )
    active = forms.BooleanField(required=False, initial=True, label=_("Switched on"))

    def schedule(self) -> dict[str, Any]:
        """These fields as the core wants them."""
        given = self.cleaned_data
        names = ("name", "starts_at", "ends_at", "stand_alone", "active")
        return {
            **{name: given[name] for name in names},
            "group_ids": given["groups"],
            "priority": given["priority"] or 0,
        }


class RuleForm(ScheduleForm):
    """A whole price rule."""

    renamed: ClassVar[dict[str, str]] = {
        "group_ids": "groups",
        "targets": "what",
        "channel_ids": "channels",
    }

    kind = forms.ChoiceField(label=_("What it does"), choices=list(KINDS.items()))
    percentage = forms.DecimalField(required=False, localize=False, label=_("Percent"))
    what = forms.ChoiceField(
        label=_("Applies to"),
        choices=[("everything", _("everything")), ("some", _("what is chosen here"))],
    )
    channels = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        label=_("In the channels"),
        help_text=_("None chosen: in every channel."),
        widget=forms.CheckboxSelectMultiple,
    )
    min_quantity = forms.IntegerField(
        required=False, initial=1, label=_("From the quantity"), min_value=1
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = apps.get_model("channel", "Channel")._default_manager.order_by("name")
        rows = list(channels.values_list("pk", "name", "currency_code"))
        field: Any = self.fields["channels"]
        field.choices = [(pk, f"{name} ({currency})") for pk, name, currency in rows]
        self.currencies = sorted({currency for _pk, _name, currency in rows})
        for currency in self.currencies:
            label = _("Amount in %(currency)s") % {"currency": currency}
            self.fields[f"amount_{currency}"] = forms.DecimalField(
                required=False, localize=False, label=label
            )
        for thing, kind in PICKED.items():
            self.fields[thing] = Picked(kind=kind, required=False, label=LABELS[thing])
            self.fields[f"not_{thing}"] = Picked(kind=kind, required=False, label=LABELS[thing])

    @property
    def by_percentage(self) -> bool:
        """Whether the chosen kind has a percentage and no amounts."""
        return self["kind"].value() in (None, "", *PERCENTAGES.split())

    @property
    def hides_percentage(self) -> bool:
        """The contrary."""
        return not self.by_percentage

    @property
    def for_everything(self) -> bool:
        """Whether nothing need be chosen."""
        return self["what"].value() in (None, "", "everything")

    @property
    def amounts(self) -> list[Any]:
        """The fields of amounts, one for each currency."""
        return [self[f"amount_{currency}"] for currency in self.currencies]

    @property
    def things(self) -> list[Any]:
        """The fields of what the rule is for."""
        return [self[thing] for thing in PICKED]

    @property
    def exceptions(self) -> list[Any]:
        """The fields of what it is never for."""
        return [self[f"not_{thing}"] for thing in PICKED]

    @property
    def has_exceptions(self) -> bool:
        """Whether there are any: then they are shown at once."""
        return any(field.value() for field in self.exceptions)

    def rule(self) -> RuleInput:
        """What was filled in, as the core wants it."""
        given = self.cleaned_data
        everything = given["what"] == "everything"
        percentage = given["kind"] in PERCENTAGES.split()
        targets = [] if everything else self._targets("", excluded=False)
        return RuleInput(
            **self.schedule(),
            kind=given["kind"],
            percentage=given["percentage"] if percentage else None,
            amounts={} if percentage else self._amounts(),
            channel_ids=given["channels"],
            everything=everything,
            targets=[*targets, *self._targets("not_", excluded=True)],
            min_quantity=given["min_quantity"] or 1,
        )

    def _amounts(self) -> dict[str, Decimal]:
        found = {one: self.cleaned_data[f"amount_{one}"] for one in self.currencies}
        return {currency: amount for currency, amount in found.items() if amount is not None}

    def _targets(self, before: str, *, excluded: bool) -> list[TargetInput]:
        return [
            TargetInput(thing, number, excluded)
            for thing in PICKED
            for number in self.cleaned_data[before + thing]
        ]


LABELS: Final = {
    "category": _("Categories, with those below"),
    "collection": _("Collections"),
    "product": _("Products"),
    "variant": _("Variants"),
}


class ListForm(ScheduleForm):
    """A price list without its prices."""

    def price_list(self) -> ListInput:
        """What was filled in, as the core wants it."""
        return ListInput(**self.schedule())


class PasteForm(Form):
    """Prices from a spreadsheet."""

    renamed: ClassVar[dict[str, str]] = {"text": "lines"}

    lines = Lines(
        rows=12,
        label=_("One price a line"),
        help_text=_("SKU, channel, quantity and amount, copied from a spreadsheet or with ; "),
    )


class AskForm(Form):
    """Who would buy what, how many and where."""

    customer = Picked(kind="customers", single=True, required=False, label=_("Customer"))
    channel = forms.TypedChoiceField(coerce=int, label=_("Channel"))
    variants = Picked(kind="variants", label=_("Variants"))
    quantity = forms.IntegerField(required=False, min_value=1, initial=1, label=_("Quantity"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = apps.get_model("channel", "Channel")._default_manager.order_by("pk")
        field: Any = self.fields["channel"]
        field.choices = list(channels.values_list("pk", "name"))


def initial_of_rule(rule: PriceRule) -> dict[str, Any]:
    """A form's content for a rule that is there."""
    given = rule_input(rule)
    content = {
        **_schedule(given),
        "kind": given.kind,
        "percentage": None if given.percentage is None else plain(given.percentage),
        "what": "everything" if given.everything else "some",
        "channels": list(given.channel_ids),
        "min_quantity": given.min_quantity,
    }
    content |= {f"amount_{one}": plain(amount) for one, amount in given.amounts.items()}
    for thing in PICKED:
        content[thing] = _ids(given.targets, thing, excluded=False)
        content[f"not_{thing}"] = _ids(given.targets, thing, excluded=True)
    return content


def initial_of_list(price_list: PriceList) -> dict[str, Any]:
    """A form's content for a list that is there."""
    return _schedule(list_input(price_list))


def plain(number: Decimal) -> str:
    """10 and 7.5, not 10.0000 and 1E+1."""
    return format(number.normalize(), "f")


def _schedule(given: RuleInput | ListInput) -> dict[str, Any]:
    names = ("name", "starts_at", "ends_at", "priority", "stand_alone", "active")
    return {"groups": list(given.group_ids), **{name: getattr(given, name) for name in names}}


def _ids(targets: Iterable[TargetInput], kind: str, *, excluded: bool) -> list[int]:
    return [one.id for one in targets if one.kind == kind and one.excluded == excluded]


assert set(KINDS) == set(RuleKind)  # noqa: S101 - every kind has a name
