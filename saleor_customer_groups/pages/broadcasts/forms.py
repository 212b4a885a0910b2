"""The forms of broadcasts."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from ... import conf
from ...broadcasts.compose import CUSTOMER
from ...broadcasts.editing import BroadcastDetails
from ...broadcasts.statements import ID_SETTINGS
from ...models import (
    Broadcast,
    BroadcastAudience,
    BroadcastChannel,
    BroadcastFormat,
    CustomerGroup,
)
from ..forms import Form, Lines, Moment, Picked
from .words import CHANNELS

GROUP, PICKED, RULE = BroadcastAudience.GROUP, BroadcastAudience.PICKED, BroadcastAudience.RULE


class BroadcastForm(Form):
    """A message and whom it is for."""

    renamed: ClassVar[dict[str, str]] = {"customer_ids": "customers"}

    title = forms.CharField(max_length=250, label=_("Title"))
    text = Lines(rows=12, label=_("Text"))
    channel = forms.ChoiceField(label=_("Channel"))
    format = forms.ChoiceField(
        required=False,
        label=_("Format"),
        choices=[(BroadcastFormat.PLAIN, _("Plain text")), (BroadcastFormat.HTML, "HTML")],
    )
    audience = forms.ChoiceField(label=_("For whom"))
    group = Picked(kind="groups", single=True, required=False, label=_("Group"))
    customers = Picked(kind="customers", required=False, label=_("Customers"))
    marketing_only = forms.BooleanField(
        required=False,
        label=_("Only to those who accept marketing"),
        help_text=_("Leave it on, unless it is something that everybody must know."),
    )

    def __init__(self, *args: Any, broadcast: Broadcast | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[Any] = [(GROUP, _("a group")), (PICKED, _("picked customers"))]
        if broadcast is not None and broadcast.audience == RULE:
            choices.append((RULE, _("the filter that it has")))
        self._choices("audience", choices)
        self._choices("channel", [(one, CHANNELS[one]) for one in channels()])

    def _choices(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    @property
    def hides(self) -> dict[str, bool]:
        """The fields that the choices so far have no use for."""
        audience, channel = self["audience"].value(), self["channel"].value()
        return {
            "group": audience not in (GROUP, None, ""),
            "customers": audience != PICKED,
            "format": channel not in (BroadcastChannel.EMAIL, None, ""),
        }

    @property
    def placeholders(self) -> list[str]:
        """What may be put into title and text; that of the group only where there is one."""
        return [*(f"customer.{name}" for name in CUSTOMER), "group.name"]

    def clean(self) -> dict[str, Any]:
        """An audience must be chosen."""
        given = super().clean() or {}
        for name, audience in (("group", GROUP), ("customers", PICKED)):
            is_needed = given.get("audience") == audience
            if is_needed and not given.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        if given.get("group") and given.get("audience") == GROUP:
            self.chosen = CustomerGroup.objects.filter(pk=given["group"][0]).first()
            if self.chosen is None:
                self.add_error("group", _("There is no such group any more."))
        return given

    def details(self) -> BroadcastDetails:
        """What was filled in, as the core wants it."""
        given = self.cleaned_data
        is_mail = given["channel"] == BroadcastChannel.EMAIL
        details: BroadcastDetails = {
            "title": given["title"],
            "text": given["text"],
            "channel": given["channel"],
            "format": given["format"] or BroadcastFormat.PLAIN if is_mail
            else BroadcastFormat.PLAIN,
            "marketing_only": given["marketing_only"],
        }  # fmt: skip
        if given["audience"] == GROUP:
            details["group"] = self.chosen
        elif given["audience"] == PICKED:
            details["customer_ids"] = given["customers"]
        return details


class StartForm(Form):
    """When it begins by itself."""

    scheduled_for = Moment(label=_("Starts at"), required=True)


def channels() -> list[BroadcastChannel]:
    """Those over which customers can be reached."""
    return [
        one
        for one in BroadcastChannel
        if one not in ID_SETTINGS or conf.get(ID_SETTINGS[one]) is not None
    ]


def initial_of(broadcast: Broadcast) -> dict[str, Any]:
    """A form's content for one that is there."""
    names = ("title", "text", "channel", "format", "audience", "marketing_only")
    return {
        **{name: getattr(broadcast, name) for name in names},
        "group": [broadcast.group_id] if broadcast.group_id else [],
        "customers": broadcast.customer_ids,
    }
