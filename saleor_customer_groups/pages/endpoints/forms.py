"""The forms of endpoints."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ...events import CATALOGUE
from ...models import WebhookEndpoint
from ..forms import Form, Moment
from . import events


class EndpointForm(Form):
    """Where an endpoint is, and what it hears."""

    name = forms.CharField(max_length=250, label=_("Name"))
    url = forms.CharField(
        max_length=2000,
        label=_("Address"),
        help_text=_("Events are sent there by POST, signed as Standard Webhooks say."),
        widget=forms.TextInput(attrs={"placeholder": "https://", "inputmode": "url"}),
    )
    hears = forms.ChoiceField(
        label=_("Hears"),
        choices=[("everything", _("all events, also those to come")), ("some", _("these events"))],
    )
    names = forms.MultipleChoiceField(
        required=False, label=_("Events"), choices=[(name, name) for name in CATALOGUE]
    )

    @property
    def sections(self) -> list[tuple[Any, list[tuple[events.Choice, bool]]]]:
        """The events to choose from, and whether each is chosen."""
        chosen = set(self["names"].value() or [])
        return [
            (label, [(one, one.name in chosen) for one in choices])
            for label, choices in events.sections()
        ]

    @property
    def hears_everything(self) -> bool:
        """Whether nothing need be chosen."""
        return str(self["hears"].value()) != "some"

    def clean(self) -> dict[str, Any]:
        """Some events are at least one."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("hears") == "some" and not given.get("names") and not self.errors:
            self.add_error("names", _("Choose at least one event, or all."))
        return given

    def subscription(self) -> list[str] | None:
        """The names of the events, None for all."""
        given = self.cleaned_data
        return None if given["hears"] == "everything" else given["names"]


def initial_of(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """An endpoint as the form shows it."""
    return {
        "name": endpoint.name,
        "url": endpoint.url,
        "hears": "everything" if endpoint.everything else "some",
        "names": endpoint.names,
    }


class ReplayForm(Form):
    """Which events are sent again."""

    what = forms.ChoiceField(
        label=_("What"),
        choices=[
            ("failed", _("what was given up")),
            ("all", _("everything that happened, delivered or not")),
        ],
    )
    since = Moment(label=_("Since"), required=True)
    until = Moment(label=_("Before"), help_text=_("Empty: until now."))
