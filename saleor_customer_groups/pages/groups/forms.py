"""The forms of groups."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _

from ...groups import kinds
from ...importing.identifiers import Key
from ...importing.pasted import AUTO
from ...models import CustomerGroup, GroupKind
from ..forms import Form, Lines, Moment, Picked
from ..words import KINDS

# Told apart in both themes, also by people who see no red or green.
PALETTE: Final = (
    "#1f77b4",
    "#0f9d8f",
    "#2e9e44",
    "#8bbf2f",
    "#e3b505",
    "#f28322",
    "#d64550",
    "#c2529b",
    "#7e57c2",
    "#6b7280",
)
# A dynamic group begins with its rule, and a rule has a page of its own.
OFFERED: Final = (GroupKind.MANUAL, GroupKind.CHANNEL, GroupKind.SNAPSHOT, GroupKind.GUEST)


FOR_GOOD: Final = _("Empty: for good.")


class GroupForm(Form):
    """What a group is: for a new one with its kind, for an old one with what its kind has."""

    renamed: ClassVar[dict[str, str]] = {"channel": "channel_id"}

    name = forms.CharField(max_length=250, label=_("Name"))
    slug = forms.SlugField(
        max_length=255,
        required=False,
        label=_("Slug"),
        help_text=_("The name for other systems; made of the name when empty."),
    )
    description = Lines(rows=3, required=False, label=_("Description"))
    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind, KINDS[kind]) for kind in OFFERED])
    channel_id = forms.TypedChoiceField(
        required=False, label=_("Channel"), coerce=int, empty_value=None
    )
    expires_at = Moment(
        label=_("Expires"),
        help_text=_("From then on it starts nothing new. Empty: as the shop has set."),
    )
    priority = forms.IntegerField(
        required=False,
        label=_("Priority"),
        help_text=_("Of several groups of a customer the one with the higher number goes first."),
    )
    member_limit = forms.IntegerField(
        required=False,
        min_value=1,
        label=_("Member limit"),
        help_text=_("Empty: no limit of its own."),
    )
    colour = forms.ChoiceField(required=False, label=_("Colour"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, group: CustomerGroup | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [group.colour] if group and group.colour and group.colour not in PALETTE else []
        self.colours = ["", *PALETTE, *own]
        self._field("colour").choices = [(colour, colour) for colour in self.colours]
        channels = apps.get_model("channel", "Channel")._default_manager.order_by("name")
        self._field("channel_id").choices = [("", "—"), *channels.values_list("pk", "name")]
        if group is not None:
            del self.fields["kind"], self.fields["channel_id"]
            if group.kind != GroupKind.SNAPSHOT:
                del self.fields["expires_at"]
            if group.kind not in (GroupKind.MANUAL, GroupKind.SNAPSHOT):
                del self.fields["member_limit"]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    @property
    def chosen_colour(self) -> str:
        """The colour that is ticked."""
        return str(self["colour"].value() or "")

    @property
    def hides_channel(self) -> bool:
        """Whether the chosen kind has no channel; likewise the end and the limit below."""
        return bool(self["kind"].value() != GroupKind.CHANNEL)

    @property
    def hides_end(self) -> bool:
        """Whether the chosen kind has no end."""
        return bool(self["kind"].value() != GroupKind.SNAPSHOT)

    @property
    def hides_limit(self) -> bool:
        """Whether the chosen kind has no member limit."""
        return self["kind"].value() not in (GroupKind.MANUAL, GroupKind.SNAPSHOT)

    def details(self) -> dict[str, Any]:
        """What was filled in, as the core wants it; without what the chosen kind does not have."""
        details = dict(self.cleaned_data)
        details["priority"] = details["priority"] or 0
        kind = details.get("kind")
        if kind is not None:
            if kind != GroupKind.CHANNEL:
                del details["channel_id"]
            if kind != GroupKind.SNAPSHOT:
                del details["expires_at"]
            if kind not in (GroupKind.MANUAL, GroupKind.SNAPSHOT):
                del details["member_limit"]
        return details


class CopyForm(Form):
    """A copy's name, and whether the members come along."""

    renamed: ClassVar[dict[str, str]] = {"group": ""}

    name = forms.CharField(max_length=250, label=_("Name of the copy"))
    with_members = forms.BooleanField(required=False, label=_("With its members"))


class DefaultForm(Form):
    """For whom the group is the default: the shop or a channel."""

    channel_id = forms.TypedChoiceField(
        required=False, label=_("New customers of"), coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = apps.get_model("channel", "Channel")._default_manager.order_by("name")
        field: Any = self.fields["channel_id"]
        field.choices = [("", _("the whole shop")), *channels.values_list("pk", "name")]


class KindForm(Form):
    """Another kind, of those that the group may become, and until when a snapshot lasts."""

    kind = forms.ChoiceField(label=_("Kind"))
    expires_at = Moment(
        label=_("Expires"),
        help_text=_("From then on it starts nothing new. Empty: as the shop has set."),
    )

    def __init__(self, *args: Any, group: CustomerGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = kinds.successors(group.kind)
        field: Any = self.fields["kind"]
        field.choices = [(kind, KINDS[kind]) for kind in offered]
        field.initial = offered[0]
        if GroupKind.SNAPSHOT not in offered:
            del self.fields["expires_at"]

    @property
    def hides_end(self) -> bool:
        """Whether the chosen kind has no end."""
        return bool(self["kind"].value() != GroupKind.SNAPSHOT)

    def details(self) -> dict[str, Any]:
        """What the core is to change."""
        details = dict(self.cleaned_data)
        if details["kind"] != GroupKind.SNAPSHOT:
            details.pop("expires_at", None)
        return details


class MembersForm(Form):
    """Customers who are picked, and until when they are in."""

    customers = Picked(kind="customers", label=_("Customers"))
    until = Moment(label=_("Until"), help_text=FOR_GOOD)
    reason = forms.CharField(required=False, max_length=500, label=_("Reason"))


class UntilForm(Form):
    """Until when they are in."""

    until = Moment(label=_("Until"), help_text=FOR_GOOD)
    reason = forms.CharField(required=False, max_length=500, label=_("Reason"))


class MoveForm(Form):
    """Which group they enter in the place of this one, and until when."""

    # All that the core refuses is about the group that they enter.
    renamed: ClassVar[dict[str, str]] = {"": "into", "group": "into"}

    into = Picked(kind="groups", single=True, label=_("Into the group"))
    until = Moment(label=_("Until"), help_text=FOR_GOOD)
    reason = forms.CharField(required=False, max_length=500, label=_("Reason"))


class PinForm(Form):
    """Who is in the group, or is not, whatever its rule says."""

    customers = Picked(kind="customers", label=_("Customers"))
    how = forms.ChoiceField(
        label=_("Whatever the rule says"),
        choices=[("in", _("they are always in")), ("out", _("they are never in"))],
    )


class PasteForm(Form):
    """Lines that name customers."""

    renamed: ClassVar[dict[str, str]] = {"text": "lines"}

    lines = Lines(
        rows=10,
        label=_("One customer a line"),
        help_text=_("Telephone numbers, e-mail addresses, external references or ids."),
    )
    by = forms.ChoiceField(
        label=_("What the lines are"),
        choices=[
            (AUTO, _("By their looks")),
            (Key.PHONE.value, _("Telephone numbers")),
            (Key.EMAIL.value, _("E-mail addresses")),
            (Key.REFERENCE.value, _("External references")),
            (Key.ID.value, _("Ids")),
        ],
    )
    region = forms.RegexField(
        r"^[A-Za-z]{2}$",
        required=False,
        label=_("Country of numbers without a country code"),
        help_text=_("Two letters, for example PL."),
    )
