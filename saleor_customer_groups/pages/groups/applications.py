"""Customers who ask to be in a group: what waits for a decision, and what was decided."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...groups import applications, editing
from ...models import Application, ApplicationStatus
from ..actors import names_of
from ..forms import Form
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from .group import BY_HAND, context_of, group_or_404

# What waits comes first, the oldest of it on top.
SORTS: Final = {"asked": ("pk",), "decided": ("-decided_at", "pk")}
READ: Final = "members.read"
DECIDE: Final = "members.manage"


class DecisionForm(Form):
    """Why; the customer is told when it is declined."""

    reason = forms.CharField(required=False, max_length=500, label=gettext_lazy("Reason"))


class DoorForm(Form):
    """Whether customers may apply, and whose applications are approved at once."""

    renamed: ClassVar[dict[str, str]] = {"approved_domains": "domains"}

    open = forms.BooleanField(required=False, label=gettext_lazy("Customers may apply"))
    domains = forms.CharField(
        required=False,
        label=gettext_lazy("Approve these e-mail domains at once"),
        help_text=gettext_lazy("For example example.com, example.org. Only confirmed addresses."),
    )

    def details(self) -> dict[str, Any]:
        """What the core calls it."""
        domains = self.cleaned_data["domains"].replace(",", " ").split()
        return {"applications_open": self.cleaned_data["open"], "approved_domains": domains}


@screen(READ, change="groups.manage")
def all_applications(visit: Visit, group_id: int) -> HttpResponse:
    """The applications tab; sent, it opens or closes the group."""
    group = group_or_404(group_id, BY_HAND)
    initial = {"open": group.applications_open, "domains": ", ".join(group.approved_domains)}
    form = DoorForm(visit.data, initial=initial)
    if visit.posted and form.is_valid():
        with form.refusing():
            editing.update_group(group, actor=visit.actor, **form.details())
            return visit.go(visit.link("group-applications", group_id), toast=_("Saved."))
    waits = visit.asked("state") != "decided"
    pending = ApplicationStatus.PENDING
    found = Application.objects.filter(group=group).select_related("customer")
    found = found.filter(status=pending) if waits else found.exclude(status=pending)
    sort = "asked" if waits else "decided"
    page = listing(visit, found, sorts={sort: SORTS[sort]}, default=sort, keep=("state",))
    context = {
        **context_of(group, "applications"),
        "list": page,
        "actors": names_of(one.decided_by for one in page.rows),
        "waits": waits,
        "form": form,
    }
    rows = visit.wants("rows")
    return visit.form("applications/rows.html" if rows else "applications/list.html", context)


@screen(DECIDE)
def approve(visit: Visit, group_id: int, application_id: int) -> HttpResponse:
    """The dialog that lets a customer in."""
    return _decide(visit, group_id, application_id, approves=True)


@screen(DECIDE)
def decline(visit: Visit, group_id: int, application_id: int) -> HttpResponse:
    """The dialog that says no, and why."""
    return _decide(visit, group_id, application_id, approves=False)


def _decide(visit: Visit, group_id: int, application_id: int, *, approves: bool) -> HttpResponse:
    asked = Application.objects.select_related("customer", "group")
    found = get_object_or_404(asked, pk=application_id, group=group_id)
    form = DecisionForm(visit.data)
    if visit.posted and form.is_valid():
        decide = applications.approve if approves else applications.decline
        with form.refusing():
            decide(found, actor=visit.actor, reason=form.cleaned_data["reason"])
            toast = _("%(customer)s was let in.") if approves else _("%(customer)s was declined.")
            toast %= {"customer": found.customer.email}
            return visit.go(visit.link("group-applications", group_id), toast=toast)
    context = {"group": found.group, "application": found, "form": form, "approves": approves}
    return visit.form("applications/decide.html", context)
