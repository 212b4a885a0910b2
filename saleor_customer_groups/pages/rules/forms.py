"""The forms beside the builder."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ...models import GroupKind
from ..forms import Form, Picked


class NewForm(Form):
    """What the new group is called, and whether the rule keeps it or only fills it now."""

    name = forms.CharField(max_length=250, label=_("Name of the group"))
    kind = forms.ChoiceField(
        required=False,
        label=_("What the rule does"),
        choices=[
            (GroupKind.DYNAMIC, _("it keeps the group, from now on")),
            (GroupKind.SNAPSHOT, _("it fills a snapshot, once")),
            (GroupKind.MANUAL, _("it fills a group that is kept by hand, once")),
        ],
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        label=_("Days that the snapshot lasts"),
        help_text=_("Empty: as the shop has set."),
    )

    @property
    def hides_days(self) -> bool:
        """Whether what is chosen has no end."""
        return bool(self["kind"].value() != GroupKind.SNAPSHOT)


class ExplainForm(Form):
    """Of which customer the rule is explained."""

    customer = Picked(kind="customers", single=True, label=_("Customer"))
