"""The form of a trigger: its purpose, and what the purpose wants to know."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _

from ...broadcasts import queries as broadcasts
from ...loyalty.rules import POINTS
from ...models import BroadcastStatus, CustomerGroup, Trigger
from ...triggers.purposes import PURPOSES, act_of
from ..forms import Form, Picked
from ..loyalty.words import UNITS
from .words import PURPOSES as LABELS

# Which purposes want to know what, for fields that are shown for these only.
OF_GROUP: Final = "award members_add members_remove"
NEEDS_GROUP: Final = ("members_add", "members_remove")
BROADCASTS: Final = 100  # the latest that can be chosen
FIXED: Final = _(
    "What a call does cannot become something else: other systems call this address for it."
    " Make another trigger instead."
)


class TriggerForm(Form):
    """A whole trigger."""

    renamed: ClassVar[dict[str, str]] = {"amount": "at_most"}

    name = forms.CharField(max_length=250, label=_("Name"))
    purpose = forms.ChoiceField(
        label=_("What a call does"), help_text=_("Of that, what you may do yourself.")
    )
    group = Picked(kind="groups", single=True, required=False, label=_("Group"))
    unit = forms.ChoiceField(required=False, label=_("Unit"), choices=list(UNITS.items()))
    currency = forms.ChoiceField(required=False, label=_("Currency"))
    at_most = forms.DecimalField(
        required=False, localize=False, min_value=0, max_digits=30, label=_("At most in one call")
    )
    valid_days = forms.IntegerField(
        required=False, min_value=1, label=_("Valid for days"), help_text=_("Empty: for good.")
    )
    broadcast = forms.ChoiceField(required=False, label=_("Broadcast"))
    calls_a_minute = forms.IntegerField(min_value=1, label=_("Calls a minute"))

    def __init__(
        self, *args: Any, may: Callable[[str], bool], trigger: Trigger | None = None, **kwargs: Any
    ) -> None:
        """`trigger`: the one that is changed; then the form has what it is now. `may`: whether who
        asks may do an act.
        """
        if trigger is not None:
            kwargs["initial"] = initial_of(trigger)
        super().__init__(*args, **kwargs)
        kept = {} if trigger is None else trigger.config
        own = None if trigger is None else trigger.purpose
        allowed = [code for code in PURPOSES if code == own or may(act_of(code))]
        self._choices("purpose", [(code, LABELS[code]) for code in allowed])
        channels = apps.get_model("channel", "Channel")._default_manager
        codes = set(channels.order_by().values_list("currency_code", flat=True).distinct())
        codes |= {kept["currency"]} if "currency" in kept else set()
        self._choices("currency", [(code, code) for code in sorted(codes)])
        self._choices("broadcast", _broadcasts(kept.get("broadcast")))
        if trigger is not None:
            self.fields["purpose"].disabled = True
            self.fields["purpose"].help_text = FIXED
            self.fields["enabled"] = forms.BooleanField(required=False, label=_("It takes calls"))

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    @property
    def purpose_now(self) -> str:
        """The purpose as it is chosen, to show the fields of it only."""
        field: Any = self.fields["purpose"]
        first = next(iter(field.choices), ("", ""))
        return str(self["purpose"].value() or first[0])

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
        if purpose == "award" and given.get("unit") == POINTS and _is_part(given.get("at_most")):
            self.add_error("at_most", _("Points are whole numbers."))
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


def initial_of(trigger: Trigger) -> dict[str, Any]:
    """A trigger as the form shows it."""
    config = trigger.config
    group = CustomerGroup.objects.filter(slug=config.get("group", "")).first()
    names = ("name", "purpose", "calls_a_minute", "enabled")
    return {
        **{name: getattr(trigger, name) for name in names},
        **{name: config.get(name) for name in ("unit", "currency", "at_most", "valid_days")},
        "group": [group.pk] if group is not None else [],
        "broadcast": str(config.get("broadcast", "")),
    }


def _broadcasts(chosen: int | None) -> list[tuple[str, str]]:
    """Those that can be started, and the one that is chosen already, also when it has begun."""
    drafts = broadcasts.overview().filter(status=BroadcastStatus.DRAFT)
    rows = dict(drafts.values_list("pk", "title")[:BROADCASTS])
    if chosen is not None and chosen not in rows:
        rows |= dict(broadcasts.overview().filter(pk=chosen).values_list("pk", "title"))
    return [(str(pk), title) for pk, title in rows.items()]


def _is_part(value: Decimal | None) -> bool:
    return value is not None and value != value.to_integral_value()


def _amount(value: Decimal, unit: str) -> int | str:
    """Points are a number, money is a text."""
    return int(value) if unit == POINTS else str(value)
