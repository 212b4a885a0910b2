"""Bulk acts on balances: the list, preparing one, and one with its preview, progress and report."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ...errors import CustomerGroupsError
from ...loyalty import requests
from ...loyalty.adjustments import drafts, previews, steps
from ...loyalty.rules import from_units
from ...models import Adjustment, AdjustmentStatus, LoyaltyUnit
from ...segments.rules import InvalidRule
from ..actors import name_of
from ..lists import listing
from ..rules.draft import Condition, Group, of_rule, read_form, rule_of
from ..rules.views import builder
from ..screens import screen
from ..sentences import said
from ..visit import Visit
from . import words
from .forms import MONEY, AdjustmentForm, initial_of

SORTS: Final = {"made": ("-pk",)}
KEEP: Final = ("q", "state")
READ: Final = "loyalty.read"
MANAGE: Final = "loyalty.manage"
BEGUN: Final = {"direction": "add", "validity": "never", "audience": "group"}


@screen(READ)
def adjustments(visit: Visit) -> HttpResponse:
    """All of them, the newest first, found by group and reason and by state."""
    page = listing(visit, _filtered(visit), sorts=SORTS, default="made", keep=KEEP)
    context = {
        "area": "loyalty",
        "section": "adjustments",
        "list": page,
        "rows": [row_of(one) for one in page.rows],
        "q": visit.asked("q"),
        "state": visit.asked("state"),
        "states": words.STATUSES.items(),
    }
    return visit.listed("loyalty/adjustments.html", "loyalty/adjustment_rows.html", context)


def _filtered(visit: Visit) -> QuerySet[Adjustment]:
    found = Adjustment.objects.all()
    if text := visit.asked("q"):
        found = found.filter(Q(group_name__icontains=text) | Q(reason__icontains=text))
    if visit.asked("state") in AdjustmentStatus.values:
        found = found.filter(status=visit.asked("state"))
    return found


def row_of(one: Adjustment) -> dict[str, Any]:
    """An adjustment with what lists and its own page say of it."""
    return {
        "adjustment": one,
        "title": words.title_of(one),
        "audience": words.audience_of(one),
        "moved": from_units(one.moved, one.currency),
        "taken_back": from_units(one.taken_back, one.currency),
        "not_taken_back": from_units(one.not_taken_back, one.currency),
    }


@screen(MANAGE)
def new(visit: Visit) -> HttpResponse:
    """Prepare one: its page then shows what it would do. Begun empty, from a draft, which it
    replaces, or as a copy of one that has begun.
    """
    model = _model(visit)
    form = _form(visit, model)
    tree = of_rule(model.rule) if model and model.rule is not None else _EMPTY
    problems: tuple[Any, ...] = ()
    if visit.posted:
        tree = read_form({name: visit.request.POST.getlist(name) for name in visit.request.POST})
        try:
            if form.is_valid() and (made := _prepare(visit, form, tree, model)):
                return visit.go(visit.link("adjustment", made.pk))
        except InvalidRule as refusal:
            problems = refusal.problems
        except CustomerGroupsError as refusal:
            form.refuse(refusal)
    context = {"area": "loyalty", "form": form, "model": model, "money": MONEY, "hides": form.hides}
    return visit.form("loyalty/adjustment_form.html", {**context, **builder(tree, problems)})


_EMPTY: Final = Group("all", (Condition(),))


def _prepare(
    visit: Visit, form: AdjustmentForm, tree: Group, model: Adjustment | None
) -> Adjustment:
    rule = rule_of(tree) if form.cleaned_data["audience"] == "rule" else None
    with transaction.atomic():
        made = drafts.create(form.draft(), form.for_whom(rule), actor=visit.actor)
        if model is not None and model.status == AdjustmentStatus.DRAFT:
            steps.delete(model.pk)
    return made


def _form(visit: Visit, model: Adjustment | None) -> AdjustmentForm:
    unit = visit.asked("unit") if visit.asked("unit") in LoyaltyUnit.values else LoyaltyUnit.CREDIT
    initial: dict[str, Any] = {**BEGUN, "unit": unit}
    if group := visit.number("group"):
        initial |= {"group": [group]}
    if customer := visit.number("customer"):
        initial |= {"audience": "customers", "customers": [customer]}
    return AdjustmentForm(
        visit.data,
        initial=initial_of(model) if model else initial,
        may_filter=visit.may("groups.manage"),
        may_pick=visit.may("members.read"),
    )


def _model(visit: Visit) -> Adjustment | None:
    number = visit.number("from")
    return adjustment_or_404(number) if number else None


@screen(READ)
def adjustment(visit: Visit, adjustment_id: int) -> HttpResponse:
    """One: what it would do, how far it is, or what came of it."""
    found = adjustment_or_404(adjustment_id)
    context = {**context_of(found), "actor": name_of(found.actor)}
    return visit.render("loyalty/adjustment.html", context)


@screen(READ)
def preview(visit: Visit, adjustment_id: int) -> HttpResponse:
    """What it would do now, for its page."""
    found = adjustment_or_404(adjustment_id)
    context = context_of(found)
    try:
        context["seen"] = previews.preview(found)
    except CustomerGroupsError as refusal:
        context["refusal"] = said(refusal.message)
    return visit.render("loyalty/preview.html", context)


@screen(READ)
def progress(visit: Visit, adjustment_id: int) -> HttpResponse:
    """How far it is; once it is something else than it was, its whole page."""
    found = adjustment_or_404(adjustment_id)
    if found.status != visit.asked("was"):
        toast = _("%(what)s: %(state)s") % {
            "what": words.title_of(found),
            "state": words.STATUSES[found.status],
        }
        return visit.go(visit.link("adjustment", adjustment_id), toast=toast)
    return visit.render("loyalty/progress.html", context_of(found))


def context_of(found: Adjustment) -> dict[str, Any]:
    """For loyalty/adjustment.html and its parts."""
    status = found.status
    return {
        "area": "loyalty",
        **row_of(found),
        "not_begun": status in steps.NOT_BEGUN,
        "going_on": status in steps.GOING_ON,
        "can_cancel": status in ("scheduled", "running", "paused")
        and found.reversal_began_at is None,
        "can_reverse": status in steps.ENDED and found.changed > 0 and not requests.are_used(),
    }


def adjustment_or_404(adjustment_id: int) -> Adjustment:
    """The adjustment with its group, or the panel that says it is gone."""
    return get_object_or_404(Adjustment.objects.select_related("group"), pk=adjustment_id)
