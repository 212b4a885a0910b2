"""Addresses that other systems call: their list, making one, and the log of its calls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.db.models import Max
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from ... import conf
from ...errors import CustomerGroupsError
from ...models import Broadcast, CallOutcome, CustomerGroup, Trigger, TriggerCall
from ...triggers import purposes
from ...webhooks import triggers as core
from ...webhooks.triggers import IssuedTrigger
from ..addresses import base_of
from ..amounts import amount_text
from ..lists import listing
from ..loyalty.words import UNITS
from ..screens import screen
from ..visit import Visit
from .trigger_forms import OF_GROUP, TriggerForm
from .words import CALLS

SORTS: Final = {"name": ("name", "pk"), "added": ("pk",), "purpose": ("purpose", "pk")}
LOG: Final = {"at": ("-at", "-pk")}


@screen("endpoints.read")
def triggers(visit: Visit) -> HttpResponse:
    """All triggers, found by name, and when each was last called."""
    text = visit.asked("q")
    found = Trigger.objects.filter(name__icontains=text) if text else Trigger.objects.all()
    page = listing(visit, found, sorts=SORTS, default="added")
    ids = [one.pk for one in page.rows]
    called = dict(
        TriggerCall.objects.filter(trigger__in=ids)
        .order_by()
        .values_list("trigger")
        .annotate(last=Max("at"))
    )
    context = {
        "area": "endpoints",
        "section": "triggers",
        "list": page,
        "rows": [(one, called.get(one.pk)) for one in page.rows],
        "q": text,
    }
    part = visit.wants("rows")
    return visit.render("triggers/rows.html" if part else "triggers/list.html", context)


@screen("endpoints.manage")
def new(visit: Visit) -> HttpResponse:
    """A new trigger; then its secret, this once."""
    form = TriggerForm(visit.data, initial={"calls_a_minute": 60}, may=visit.may)
    if visit.posted and form.is_valid():
        given = form.cleaned_data
        try:
            issued = purposes.create(
                given["name"],
                given["purpose"],
                config=form.config(),
                calls_a_minute=given["calls_a_minute"],
            )
        except CustomerGroupsError as refusal:
            form.refuse(refusal)
        else:
            toast = _("%(trigger)s was created.") % {"trigger": issued.trigger.name}
            return visit.tell(_secret(visit, issued), toast)
    context = {"area": "endpoints", "form": form, "of_group": OF_GROUP}
    return visit.form("triggers/new.html", context)


@screen("endpoints.read")
def trigger(visit: Visit, trigger_id: int) -> HttpResponse:
    """A trigger and the log of its calls, by what came of them."""
    found, outcome = _trigger_or_404(trigger_id), visit.asked("outcome")
    calls = TriggerCall.objects.filter(trigger=found)
    if outcome in CallOutcome.values:
        calls = calls.filter(outcome=outcome)
    page = listing(visit, calls, sorts=LOG, default="at", keep=("outcome",))
    context = {
        **_context(visit, found),
        "list": page,
        "facts": [_fact(visit, found, name) for name in found.config],
        "outcome": outcome,
        "outcomes": CALLS.items(),
    }
    part = visit.wants("rows")
    return visit.render("triggers/call_rows.html" if part else "triggers/trigger.html", context)


@screen("endpoints.read", change="endpoints.manage")
def settings(visit: Visit, trigger_id: int) -> HttpResponse:
    """What it is called, what a call does, how many it takes, and whether it takes any."""
    found = _trigger_or_404(trigger_id)
    if visit.posted:
        visit.caller.require(purposes.act_of(found.purpose))
    form = TriggerForm(visit.data, may=visit.may, trigger=found)
    if visit.posted and form.is_valid():
        given = form.cleaned_data
        names = ("name", "calls_a_minute", "enabled")
        with form.refusing():
            purposes.update(found, config=form.config(), **{name: given[name] for name in names})
            return visit.go(visit.link("trigger", trigger_id), toast=_("Saved."))
    context = {**_context(visit, found), "form": form, "of_group": OF_GROUP}
    return visit.form("triggers/settings.html", context)


@screen("endpoints.manage")
def rotate(visit: Visit, trigger_id: int) -> HttpResponse:
    """The dialog that gives it a new secret; then the secret, this once."""
    found = _trigger_or_404(trigger_id)
    visit.caller.require(purposes.act_of(found.purpose))
    if visit.posted:
        return _secret(visit, core.rotate(found), rotated=True)
    return visit.render("triggers/rotate.html", _context(visit, found))


@screen("endpoints.manage")
def switch(visit: Visit, trigger_id: int) -> HttpResponse:
    """Switch it on or off."""
    found = _trigger_or_404(trigger_id)
    if not visit.posted:
        return visit.go(visit.link("trigger", trigger_id))
    changed = core.set_enabled(found, visit.request.POST.get("to") == "on")
    toast = _("%(trigger)s is on.") if changed.enabled else _("%(trigger)s is off.")
    address = visit.link("trigger", trigger_id)
    return visit.go(address, toast=toast % {"trigger": changed.name})


@screen("endpoints.manage")
def delete(visit: Visit, trigger_id: int) -> HttpResponse:
    """The dialog that deletes it with the log of its calls."""
    found = _trigger_or_404(trigger_id)
    if visit.posted:
        core.delete(found)
        toast = _("%(trigger)s was deleted.") % {"trigger": found.name}
        return visit.go(visit.link("triggers"), toast=toast)
    return visit.render("triggers/delete.html", _context(visit, found))


def _secret(visit: Visit, issued: IssuedTrigger, *, rotated: bool = False) -> HttpResponse:
    context = {"secret": issued.secret, "rotated": rotated, "name": issued.trigger.name,
               "next": visit.link("trigger", issued.trigger.pk)}  # fmt: skip
    return visit.render("endpoints/secret.html", {**_context(visit, issued.trigger), **context})


def _context(visit: Visit, found: Trigger) -> dict[str, Any]:
    until = found.old_secret_until
    return {
        "area": "endpoints",
        "trigger": found,
        "may_do": visit.may(purposes.act_of(found.purpose)),
        "address": visit.request.build_absolute_uri(
            f"{base_of(visit.request)}/trigger/{found.uid}"
        ),
        "days": conf.get("TRIGGER_DAYS"),
        "two_secrets": until is not None and until > timezone.now(),
    }


def _fact(visit: Visit, found: Trigger, name: str) -> tuple[str, str, str]:
    """What its purpose wants to know, in words, and the page of what is named."""
    value, currency = found.config[name], found.config.get("currency", "")
    if name == "unit":
        return name, str(UNITS.get(value, value)), ""
    if name == "at_most":
        return name, amount_text(Decimal(str(value)), currency), ""
    if name == "group" and visit.may("groups.read"):
        group = CustomerGroup.objects.filter(slug=value).first()
        return (name, group.name, visit.link("group", group.pk)) if group else (name, value, "")
    if name == "broadcast" and visit.may("broadcasts.read"):
        sale = Broadcast.objects.filter(pk=value).first()
        return (name, sale.title, visit.link("broadcast", sale.pk)) if sale else (name, value, "")
    return name, str(value), ""


def _trigger_or_404(trigger_id: int) -> Trigger:
    found = Trigger.objects.filter(pk=trigger_id).first()
    if found is None:
        raise Http404
    return found
