"""Who is in a group, putting customers in, and what happened."""

from __future__ import annotations

from collections import Counter
from typing import Final

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import access
from ...groups import listing as groups_listing
from ...groups import membership
from ...groups.kinds import KEPT_BY_RULE
from ...importing import pasted
from ...models import MembershipSource
from ...segments import queries as segments
from ..actors import names_of
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from .forms import MembersForm, PasteForm
from .group import context_of, group_or_404

SORTS: Final = {
    "joined": ("-pk",),
    "email": ("customer__email", "pk"),
    "until": ("until", "pk"),
}
EVENTS: Final = {"at": ("-pk",)}
READ: Final = "members.read"
ADD: Final = "members.manage"


@screen("groups.read")
def members(visit: Visit, group_id: int) -> HttpResponse:
    """The members tab, which is the group's first page: for who may not see members the way to the
    other tabs.
    """
    group = group_or_404(group_id)
    if not visit.may(READ):
        permissions = access.Forbidden(READ).permissions
        context = {**context_of(group, "members"), "permissions": permissions}
        return visit.render("groups/closed.html", context)
    found = groups_listing.members_named(group, visit.asked("q"), now=timezone.now())
    page = listing(visit, found, sorts=SORTS, default="joined")
    context = {**context_of(group, "members"), "list": page, "q": visit.asked("q")}
    if group.kind in KEPT_BY_RULE:
        context["pinned"] = segments.pinned(group, [one.customer_id for one in page.rows])
    return visit.listed("groups/members.html", "groups/member_rows.html", context)


@screen(ADD)
def add(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that puts picked customers in."""
    group, form = group_or_404(group_id), MembersForm(visit.data)
    if visit.posted and form.is_valid():
        given = form.cleaned_data
        with form.refusing():
            result = membership.add(
                group,
                given["customers"],
                source=MembershipSource.MANUAL,
                until=given["until"],
                reason=given["reason"],
                actor=visit.actor,
            )
            return visit.go(visit.link("group", group_id), toast=added(result))
    return visit.form("groups/add.html", {"group": group, "form": form})


def added(result: membership.Added) -> str:
    """How many joined, and why others did not, in a sentence."""
    return counted(len(result.added), already=len(result.already), full=len(result.full))


def counted(added: int, *, already: int, full: int) -> str:
    """The same of numbers."""
    parts = [ngettext("%(n)s customer added", "%(n)s customers added", added) % {"n": added}]
    if already:
        parts.append(_("%(n)s were in already") % {"n": already})
    if full:
        parts.append(_("%(n)s found no room") % {"n": full})
    return ", ".join(parts) + "."


@screen(ADD)
def paste(visit: Visit, group_id: int) -> HttpResponse:
    """Lines that name customers, each with its answer."""
    group, form = group_or_404(group_id), PasteForm(visit.data)
    context = {**context_of(group, "members"), "form": form}
    if visit.posted and form.is_valid():
        given = form.cleaned_data
        with form.refusing():
            result = pasted.add_pasted(
                group,
                given["lines"],
                by=given["by"],
                region=given["region"].upper() or None,
                source=MembershipSource.MANUAL,
                actor=visit.actor,
            )
            counts = Counter(line.answer for line in result.lines).most_common()
            done = {**context_of(group, "members"), "lines": result.lines, "counts": counts}
            return visit.render("groups/pasted.html", done)
    return visit.form("groups/paste.html", context)


@screen(READ)
def history(visit: Visit, group_id: int) -> HttpResponse:
    """What happened in the group, the latest first."""
    group = group_or_404(group_id)
    page = listing(visit, groups_listing.latest_of_group(group_id), sorts=EVENTS, default="at")
    ids = {event.customer_id for event in page.rows}
    emails = dict(get_user_model()._default_manager.filter(pk__in=ids).values_list("pk", "email"))
    rows = [(event, emails.get(event.customer_id)) for event in page.rows]
    actors = names_of(event.actor for event in page.rows)
    context = {**context_of(group, "history"), "list": page, "rows": rows, "actors": actors}
    return visit.listed("groups/history.html", "groups/history_rows.html", context)
