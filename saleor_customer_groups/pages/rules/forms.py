"""The forms beside the builder."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ..forms import Form, Picked


class NewForm(Form):
    """What the new group is called."""

    name = forms.CharField(max_length=250, label=_("Name of the group"))


class ExplainForm(Form):
    """Of which customer the rule is explained."""

    customer = Picked(kind="customers", single=True, label=_("Customer"))
