"""The form of a trigger: its purpose, and what the purpose wants to know."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _

from ...broadcasts import queries as broadcasts
from ...loyalty.rules import POINTS
from ...models import BroadcastStatus, CustomerGroup
from ...triggers.purposes import PURPOSES
from ..forms import Form, Picked
from ..loyalty.words import UNITS
from .words import PURPOSES as LABELS

# Which purposes want to know what, for fields that are shown for these only.
OF_GROUP: Final = "award members_add members_remove"
NEEDS_GROUP: Final = ("members_add", "members_remove")
BROADCASTS: Final = 100  # the latest that can be chosen


class TriggerForm(Form):
    """A whole trigger."""

    name = forms.CharField(max_length=250, label=_("Name"))
    purpose = forms.ChoiceField(
        label=_("What a call does"), choices=[(code, LABELS[code]) for code in PURPOSES]
    )
    group = Picked(kind="groups", single=True, required=False, label=_("Group"))
    unit = forms.ChoiceField(required=False, label=_("Unit"), choices=list(UNITS.items()))
    currency = forms.ChoiceField(required=False, label=_("Currency"))
    at_most = forms.DecimalField(
        required=False, localize=False, min_value=0, label=_("At most in one call")
    )
    valid_days = forms.IntegerField(
        required=False, min_value=1, label=_("Valid for days"), help_text=_("Empty: for good.")
    )
    broadcast = forms.ChoiceField(required=False, label=_("Broadcast"))
    calls_a_minute = forms.IntegerField(min_value=1, label=_("Calls a minute"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = apps.get_model("channel", "Channel")._default_manager
        codes = channels.order_by("currency_code").values_list("currency_code", flat=True)
        self._choices("currency", [(code, code) for code in codes.distinct()])
        drafts = broadcasts.overview().filter(status=BroadcastStatus.DRAFT)
        rows = drafts.values_list("pk", "title")[:BROADCASTS]
        self._choices("broadcast", [(str(pk), title) for pk, title in rows])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    @property
    def purpose_now(self) -> str:
        """The purpose as it is chosen, to show the fields of it only."""
        return self["purpose"].value() or next(iter(PURPOSES))

    @property
    def wants_group(self) -> bool:
        """Whether the purpose has to do with a group."""
        return self.purpose_now in OF_GROUP.split()

    @property
    def wants_unit(self) -> bool:
        """Whether it gives something."""
        return self.purpose_now == "award"

    @property
    def wants_currency(self) -> bool:
        """Whether what it gives is money."""
        return str(self["unit"].value()) != POINTS

    @property
    def wants_broadcast(self) -> bool:
        """Whether it has to do with a broadcast."""
        return self.purpose_now == "broadcast_start"

    def clean(self) -> dict[str, Any]:
        """What the chosen purpose cannot do without."""
        given: dict[str, Any] = super().clean() or {}
        purpose = given.get("purpose")
        if purpose in NEEDS_GROUP and not given.get("group"):
            self.add_error("group", _("Choose a group."))
        if purpose == "broadcast_start" and not given.get("broadcast"):
            self.add_error("broadcast", _("Choose a broadcast; prepare one first."))
        return given

    def config(self) -> dict[str, Any]:
        """What the purpose wants to know, as the core keeps it."""
        given = self.cleaned_data
        purpose = given["purpose"]
        if purpose == "award":
            return {**self._group(), **self._award()}
        if purpose == "broadcast_start":
            return {"broadcast": int(given["broadcast"])}
        return self._group() if purpose in NEEDS_GROUP else {}

    def _group(self) -> dict[str, Any]:
        ids = self.cleaned_data["group"]
        group = CustomerGroup.objects.filter(pk__in=ids[-1:]).first()
        return {"group": group.slug} if group is not None else {}

    def _award(self) -> dict[str, Any]:
        given = self.cleaned_data
        unit = given["unit"]
        config: dict[str, Any] = {"unit": unit}
        if unit != POINTS:
            config["currency"] = given["currency"]
        if given["valid_days"] is not None:
            config["valid_days"] = given["valid_days"]
        if given["at_most"] is not None:
            config["at_most"] = _amount(given["at_most"], unit)
        return config


def _amount(value: Decimal, unit: str) -> int | str:
    """Points are whole numbers, money is a text; points with a fraction are left to be refused."""
    return int(value) if unit == POINTS and value == value.to_integral_value() else str(value)
