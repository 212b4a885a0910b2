"""What a new export holds."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from ...exporting.columns import COLUMNS, LOYALTY
from ...models import ExportFormat
from ..forms import Form
from .words import SECTIONS, label_of

USUAL: Final = ("id", "email", "first_name", "last_name")


class ExportForm(Form):
    """The columns, in the order of the sections, and the kind of file."""

    renamed: ClassVar[dict[str, str]] = {"group": ""}

    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        error_messages={"required": _("Choose at least one column.")},
    )
    format = forms.ChoiceField(
        label=_("Kind of file"),
        choices=[(ExportFormat.CSV.value, "CSV"), (ExportFormat.XLSX.value, "XLSX (Excel)")],
    )

    def __init__(self, data: Any, *, with_loyalty: bool) -> None:
        super().__init__(data, initial={"columns": USUAL, "format": ExportFormat.CSV.value})
        self.offered = [one for one in COLUMNS.values() if with_loyalty or one.section != LOYALTY]
        field: Any = self.fields["columns"]
        field.choices = [(one.code, label_of(one.code)) for one in self.offered]

    def sections(self) -> list[tuple[Any, list[tuple[str, Any, bool]]]]:
        """The columns to tick, as they are offered: by section the code, the label, whether on."""
        ticked = set(self["columns"].value() or ())
        found: dict[str, list[tuple[str, Any, bool]]] = {}
        for column in self.offered:
            one = (column.code, label_of(column.code), column.code in ticked)
            found.setdefault(column.section, []).append(one)
        return [(SECTIONS.get(name, name), columns) for name, columns in found.items()]
