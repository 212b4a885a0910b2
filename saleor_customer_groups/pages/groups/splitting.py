"""Cutting a group into random parts, for A/B tests and hold-outs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...importing import cutting
from ...models import GroupKind
from ...segments.splits import MAX_SALT, Part
from ..forms import Form, Lines
from ..screens import screen
from ..visit import Visit
from .group import context_of, group_or_404

# A name, and how much: "Hold-out 20 %", "Testers: 500", "A 33,3%".
LINE: Final = re.compile(
    r"(?P<name>.*\S)[\s:;]+(?P<number>\d{1,9}(?:[.,]\d{1,9})?)\s*(?P<percent>%)?"
)
MOST: Final = 100  # parts


class SplitForm(Form):
    """The parts, one a line."""

    parts = Lines(
        rows=5,
        label=gettext_lazy("Parts, one a line"),
        help_text=gettext_lazy(
            "A name and a share, such as “Hold-out 20 %”, or a name and a number of customers, "
            "such as “Testers 500”; all of one sort."
        ),
    )
    salt = forms.CharField(
        required=False,
        max_length=MAX_SALT,
        label=gettext_lazy("Salt"),
        help_text=gettext_lazy("Of a split before, to give every customer the same part again."),
    )

    def clean_parts(self) -> list[Part]:
        """What each line says."""
        lines = [line.strip() for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        if len(lines) > MOST:
            sentence = _("There can be at most %(n)s parts.") % {"n": MOST}
            raise forms.ValidationError(sentence)
        return [_part(line) for line in lines]


def _part(line: str) -> Part:
    found = LINE.fullmatch(line)
    is_share = found is not None and bool(found["percent"])
    if found is None or not (is_share or found["number"].isdecimal()):
        sentence = _("“%(line)s” is not a name with a share or a number.") % {"line": line[:100]}
        raise forms.ValidationError(sentence)
    name = found["name"].rstrip(" :;")
    if is_share:
        return Part(name, percent=Decimal(found["number"].replace(",", ".")))
    return Part(name, count=int(found["number"]))


@screen("members.manage")
def split(visit: Visit, group_id: int) -> HttpResponse:
    """Which parts; then the groups that were made, and the imports that fill them."""
    visit.caller.require("groups.manage")
    group, form = group_or_404(group_id), SplitForm(visit.data)
    if group.kind == GroupKind.GUEST:
        raise Http404
    if visit.posted and form.is_valid():
        given = form.cleaned_data
        with form.refusing():
            cut = cutting.cut(group, given["parts"], salt=given["salt"] or None, actor=visit.actor)
            jobs = {job.group_id: job for job in cut.imports}
            rows = [(made, jobs.get(made.pk)) for made in cut.groups]
            context = {**context_of(group, "settings"), "rows": rows, "salt": cut.salt}
            return visit.render("groups/split_done.html", context)
    return visit.form("groups/split.html", {**context_of(group, "settings"), "form": form})
