"""What our forms are made of: fields that say what is wrong at their own place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django import forms
from django.forms.renderers import DjangoTemplates

from ..errors import CustomerGroupsError, InvalidInput
from .ids import numbers_of
from .sentences import said


class Form(forms.Form):
    """A form of our pages. Rendered by Django's own templates, whatever the host has set."""

    default_renderer = DjangoTemplates
    use_required_attribute = False
    # Where the core names a field otherwise than the form: {"channel": "channel_id"}.
    renamed: ClassVar[dict[str, str]] = {}

    def refuse(self, refusal: CustomerGroupsError) -> None:
        """Show what the core refused: at its field where the form has it, else above the form."""
        field = refusal.field if isinstance(refusal, InvalidInput) else ""
        field = self.renamed.get(field, field)
        self.add_error(field if field in self.fields else None, said(refusal.message))

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """`refuse` what the core refuses of the statements within; the view goes on after them."""
        try:
            yield
        except CustomerGroupsError as refusal:
            self.refuse(refusal)


class Lines(forms.CharField):
    """Many lines of text."""

    def __init__(self, *, rows: int = 6, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class Moment(forms.DateTimeField):
    """A moment in the shop's time zone, as browsers write it; one need not be given."""

    def __init__(self, *, required: bool = False, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(required=required, widget=widget, **kwargs)


class Picked(forms.Field):
    """What was chosen with the select-with-search (parts/picker.html): a list of ids."""

    def __init__(self, *, kind: str, single: bool = False, **kwargs: Any) -> None:
        super().__init__(widget=forms.MultipleHiddenInput, **kwargs)
        self.kind, self.single = kind, single

    def to_python(self, value: Any) -> list[int]:
        """The ids, each once, in the order chosen; what is no id is left out."""
        given = value if isinstance(value, list | tuple) else [value]
        return list(dict.fromkeys(numbers_of(map(str, filter(None, given)))))
