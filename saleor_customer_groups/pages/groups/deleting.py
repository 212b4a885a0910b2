"""Deleting a group, or the reasons why it cannot be deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from ...errors import InUse, Reference, Refused
from ...groups import references
from ...importing import emptying
from ..screens import screen
from ..sentences import said
from ..visit import Visit
from .group import context_of, group_or_404

SHOWN: Final = 20  # of what uses the group
# Where each kind of what uses a group can be seen, and by whom.
PAGES: Final = {
    "price rule": ("price-rule", "prices.read"),
    "price list": ("price-list", "prices.read"),
    "rule of the group": ("group-rule", "groups.read"),
    "adjustment": ("adjustment", "loyalty.read"),
    "earning rule": ("earning-rule", "loyalty.read"),
    "broadcast": ("broadcast", "broadcasts.read"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """What uses the group; `address` is empty for who may not see it."""

    kind: str
    name: str
    address: str


@screen("groups.manage")
def delete(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog: first it says what keeps the group, or asks; then the group goes."""
    group = group_or_404(group_id)
    context, found = context_of(group, ""), references.references(group)
    if visit.posted:
        try:
            job = emptying.delete(group, actor=visit.actor)
        except InUse as refusal:
            found = refusal.references
        except Refused as refusal:
            context["refusal"] = said(refusal.message)
        else:
            if job is not None:
                return visit.go(visit.link("group-import", group_id, job.pk))
            toast = _("%(group)s was deleted.") % {"group": group.name}
            return visit.go(visit.link("groups"), toast=toast)
    context["uses"] = [_use(visit, one) for one in found[:SHOWN]]
    context["others"] = max(0, len(found) - SHOWN)
    return visit.form("groups/delete.html", context)


def _use(visit: Visit, one: Reference) -> Use:
    page, act = PAGES[one.kind]
    return Use(one.kind, one.name, visit.link(page, one.id) if visit.may(act) else "")
