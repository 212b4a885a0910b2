"""Deleting a group, or the reasons why it cannot be deleted."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from ...errors import InUse, Refused
from ...groups import references
from ...importing import emptying
from ..screens import screen
from ..sentences import said
from ..visit import Visit
from .group import context_of, group_or_404

SHOWN: Final = 20  # of what uses the group


@screen("groups.manage")
def delete(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog: first it says what keeps the group, or asks; then the group goes."""
    group = group_or_404(group_id)
    context = {**context_of(group, ""), "references": references.references(group)}
    if visit.posted:
        try:
            job = emptying.delete(group, actor=visit.actor)
        except InUse as refusal:
            context["references"] = refusal.references
        except Refused as refusal:
            context["refusal"] = said(refusal.message)
        else:
            if job is not None:
                return visit.go(visit.link("group-import", group_id, job.pk))
            toast = _("%(group)s was deleted.") % {"group": group.name}
            return visit.go(visit.link("groups"), toast=toast)
    others = max(0, len(context["references"]) - SHOWN)
    return visit.form("groups/delete.html", {**context, "others": others, "shown": f":{SHOWN}"})
