"""The forms of imports: the file, and what its columns mean."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from ...importing.columns import OptionsGiven
from ...importing.identifiers import Key
from ...importing.sampling import Sample
from ...models import Import, ImportMode
from ..forms import Form
from .words import MEANINGS, MODES

KEYS: Final = (Key.EMAIL, Key.PHONE, Key.REFERENCE, Key.ID)
ENCODINGS: Final = ("utf-8", "cp1250", "cp1252", "iso-8859-2", "utf-16")


class UploadForm(Form):
    """A file, what is done with whom it names, and what may be said about how it is written."""

    renamed: ClassVar[dict[str, str]] = {"data": "file", "group": ""}

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX with a column of e-mails, telephone numbers, references or ids."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
    mode = forms.ChoiceField(
        label=_("What is done"),
        choices=[(mode, MODES[mode]) for mode in ImportMode],
        initial=ImportMode.APPEND,
        help_text=_("Append: they join. Replace: they join, all others leave. Remove: they leave."),
    )
    region = forms.RegexField(
        r"^[A-Za-z]{2}$",
        required=False,
        label=_("Country of numbers without a country code"),
        help_text=_("Two letters, for example PL."),
    )
    delimiter = forms.ChoiceField(
        required=False,
        label=_("Between the cells"),
        choices=[
            ("", _("as the file shows")),
            (",", _("comma")),
            (";", _("semicolon")),
            ("\t", _("tab")),
            ("|", _("vertical bar")),
        ],
    )
    encoding = forms.ChoiceField(
        required=False,
        label=_("Encoding"),
        choices=[("", _("as the file shows")), *((name, name.upper()) for name in ENCODINGS)],
    )

    def options(self) -> OptionsGiven:
        """What was said about the file."""
        given: OptionsGiven = {}
        if self.cleaned_data["region"]:
            given["region"] = self.cleaned_data["region"].upper()
        if self.cleaned_data["delimiter"]:
            given["delimiter"] = self.cleaned_data["delimiter"]
        if self.cleaned_data["encoding"]:
            given["encoding"] = self.cleaned_data["encoding"]
        return given


class ColumnsForm(Form):
    """What each column of the file means; as it was recognised, and changeable."""

    header = forms.BooleanField(required=False, label=_("The first line names the columns"))
    key = forms.ChoiceField(
        label=_("Customers are named by"), choices=[(key.value, MEANINGS[key]) for key in KEYS]
    )

    def __init__(self, data: Any, *, job: Import, sample: Sample) -> None:
        self.job, self.sample = job, sample
        initial: dict[str, Any] = {"header": sample.has_header, "key": sample.key or Key.EMAIL}
        super().__init__(data, initial=initial)
        for position, name in enumerate(sample.header):
            self.fields[f"column{position}"] = forms.ChoiceField(
                required=False,
                label=name or now("Column %(number)s") % {"number": position + 1},
                choices=[("", _("not used")), *MEANINGS.items()],
                initial=sample.meanings.get(position, ""),
            )

    def columns(self) -> list[Any]:
        """The fields of the columns, in the order of the file, each with cells of the sample."""
        rows = self.sample.rows
        return [
            (self[f"column{place}"], [row[place] for row in rows if place < len(row)])
            for place in range(len(self.sample.header))
        ]

    def clean(self) -> dict[str, Any]:
        """Each meaning once, and one of the columns names the customers."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        meanings: set[str] = set()
        for place in range(len(self.sample.header)):
            meaning = cleaned.get(f"column{place}")
            if meaning and meaning in meanings:
                self.add_error(f"column{place}", now("Another column means that already."))
            meanings.add(meaning or "")
        if cleaned.get("key") and cleaned["key"] not in meanings:
            self.add_error("key", now("Choose the column of it below."))
        return cleaned

    def options(self) -> OptionsGiven:
        """The options of the import with these columns and no others."""
        cleaned = self.cleaned_data
        columns: dict[str, str | int] = {
            cleaned[f"column{place}"]: place + 1
            for place in range(len(self.sample.header))
            if cleaned[f"column{place}"]
        }
        options: OptionsGiven = {
            "columns": columns,
            "key": cleaned["key"],
            "header": cleaned["header"],
            "guess": False,
        }
        for name in ("encoding", "delimiter", "region"):
            if name in self.job.options:
                options[name] = self.job.options[name]
        return options
