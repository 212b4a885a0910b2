"""Earning rules: what orders of a group's members earn."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from ...loyalty.earning import editing
from ...models import EarningRule
from ...pricing.states import state_of
from ..lists import listing
from ..prices.tables import asked, filtered
from ..screens import screen
from ..visit import Visit
from . import words
from .earning_forms import (
    EarningForm,
    MultiplierForm,
    initial_of_earning,
    sent_multipliers,
    unchecked_multipliers,
)

SORTS: Final = {
    "name": ("name", "pk"),
    "group": ("group__name", "pk"),
    "changed": ("-updated_at", "pk"),
}
KEEP: Final = ("q", "state", "group")
READ: Final = "loyalty.read"
MANAGE: Final = "loyalty.manage"


@screen(READ)
def rules(visit: Visit) -> HttpResponse:
    """All rules, found by name, group and state."""
    now = timezone.now()
    found = filtered(visit, of_groups(), groups="group")
    page = listing(visit, found, sorts=SORTS, default="name", keep=KEEP)
    context = {
        "area": "loyalty",
        "section": "earning",
        "list": page,
        "rows": [row_of(rule, now) for rule in page.rows],
        **asked(visit),
    }
    return visit.listed("loyalty/earning.html", "loyalty/earning_rows.html", context)


def of_groups() -> QuerySet[EarningRule]:
    """Rules as lists show them."""
    rows = EarningRule.objects.select_related("group", "channel")
    return rows.annotate(extras=Count("multipliers"))


def row_of(rule: EarningRule, now: Any) -> dict[str, Any]:
    """A rule with what lists say of it."""
    return {"rule": rule, "rate": words.rate_of(rule), "state": state_of(rule, now)}


@screen(MANAGE)
def new(visit: Visit) -> HttpResponse:
    """A new rule, perhaps for a group that is named already."""
    initial: dict[str, Any] = {"unit": "points", "active": True}
    if (group := visit.number("group")) is not None:
        initial["group"] = [group]
    form = EarningForm(visit.data, initial=initial)
    multipliers = sent_multipliers(visit.request.POST)
    if visit.posted and (made := _save(form, multipliers)) is not None:
        toast = _("%(rule)s was created.") % {"rule": made.name}
        return visit.go(visit.link("earning-rules"), toast=toast)
    return visit.form("loyalty/earning_form.html", _context(form, multipliers))


@screen(READ, change=MANAGE)
def rule(visit: Visit, rule_id: int) -> HttpResponse:
    """A rule as it is, to be changed."""
    found = _rule_or_404(rule_id)
    initial, multipliers = initial_of_earning(found)
    form = EarningForm(visit.data, initial=initial)
    if visit.posted:
        multipliers = sent_multipliers(visit.request.POST)
        if _save(form, multipliers, rule_id=rule_id) is not None:
            return visit.go(visit.link("earning-rule", rule_id), toast=_("Saved."))
    context = {"rule": found, "state": state_of(found, timezone.now())}
    return visit.form("loyalty/earning_form.html", {**_context(form, multipliers), **context})


@screen(MANAGE)
def multipliers(visit: Visit) -> HttpResponse:
    """The multipliers of the form after a button: one more, or one less. Nothing is saved."""
    sent = visit.request.POST
    shown = unchecked_multipliers(sent, sent.get("act", ""))
    return visit.render("loyalty/multipliers.html", {"multipliers": shown})


@screen(MANAGE)
def delete(visit: Visit, rule_id: int) -> HttpResponse:
    """The dialog that deletes a rule."""
    found = _rule_or_404(rule_id)
    if visit.posted:
        editing.delete_rule(rule_id)
        toast = _("%(rule)s was deleted.") % {"rule": found.name}
        return visit.go(visit.link("earning-rules"), toast=toast)
    return visit.render("loyalty/earning_delete.html", {"rule": found})


def _context(form: EarningForm, multipliers: list[MultiplierForm]) -> dict[str, Any]:
    return {"area": "loyalty", "section": "earning", "form": form, "multipliers": multipliers}


def _save(
    form: EarningForm, multipliers: list[MultiplierForm], *, rule_id: int | None = None
) -> EarningRule | None:
    # Each is asked, so that each says what is wrong with it.
    if not all([form.is_valid(), *[one.is_valid() for one in multipliers]]):
        return None
    with form.refusing():
        given = form.rule([one.multiplier() for one in multipliers])
        return editing.save_rule(given, rule_id=rule_id)
    return None


def _rule_or_404(rule_id: int) -> EarningRule:
    rules = EarningRule.objects.prefetch_related("multipliers__targets")
    return get_object_or_404(rules.select_related("group"), pk=rule_id)
