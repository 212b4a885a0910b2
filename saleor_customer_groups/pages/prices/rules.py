"""Making, changing and deleting price rules, and trying one before it is saved."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from ...errors import CustomerGroupsError
from ...models import PriceRule
from ...pricing import editing
from ...pricing.rivals import rivals_of
from ...pricing.states import state_of
from ..ids import number_of, numbers_of
from ..screens import screen
from ..sentences import said
from ..visit import Visit
from . import trying
from .forms import AMOUNTS, PERCENTAGES, RuleForm, initial_of_rule

BEGUN = {"kind": "percentage_off", "what": "everything", "active": True, "min_quantity": 1}
WORDS = {"area": "prices", "percentages": PERCENTAGES, "amounts": AMOUNTS}


@screen("prices.manage")
def new(visit: Visit) -> HttpResponse:
    """A new rule, perhaps for a group that is named already."""
    group = visit.number("group")
    form = RuleForm(visit.data, initial={**BEGUN, "groups": [] if group is None else [group]})
    if visit.posted and (rule := _save(form)) is not None:
        toast = _("%(rule)s was created.") % {"rule": rule.name}
        return visit.go(visit.link("price-rules"), toast=toast)
    return visit.form("prices/rule.html", {**WORDS, "form": form, "rule": None, "try": None})


@screen("prices.read", change="prices.manage")
def rule(visit: Visit, rule_id: int) -> HttpResponse:
    """A rule as it is, to be changed."""
    found = _rule_or_404(rule_id)
    form = RuleForm(visit.data, initial=initial_of_rule(found))
    if visit.posted and _save(form, rule_id=rule_id) is not None:
        return visit.go(visit.link("price-rule", rule_id), toast=_("Saved."))
    context = {
        "form": form,
        "rule": found,
        "state": state_of(found, timezone.now()),
        "rivals": rivals_of([rule_id]).get(rule_id, []),
    }
    return visit.form("prices/rule.html", {**WORDS, **context})


def _save(form: RuleForm, *, rule_id: int | None = None) -> PriceRule | None:
    if form.is_valid():
        with form.refusing():
            return editing.save_rule(form.rule(), rule_id=rule_id)
    return None


@screen("prices.manage")
def delete(visit: Visit, rule_id: int) -> HttpResponse:
    """The dialog that deletes a rule."""
    found = _rule_or_404(rule_id)
    if visit.posted:
        editing.delete_rule(rule_id)
        toast = _("%(rule)s was deleted.") % {"rule": found.name}
        return visit.go(visit.link("price-rules"), toast=toast)
    return visit.render("prices/delete.html", {"name": found.name, "address": "price-rule-delete",
                                               "key": rule_id})  # fmt: skip


@screen("prices.manage")
def preview(visit: Visit) -> HttpResponse:
    """What a customer would pay if the rule in the form were saved. Nothing is saved."""
    form = RuleForm(visit.request.POST)
    context: dict[str, Any] = {}
    if form.is_valid():
        who = numbers_of(visit.request.POST.getlist("who"))
        try:
            context = trying.tried(
                form.rule(),
                rule_id=number_of(visit.request.POST.get("rule", "")),
                customer_id=who[-1] if who else None,
            )
        except CustomerGroupsError as refusal:
            context = {"refusal": said(refusal.message)}
    return visit.render("prices/preview.html", context)


def _rule_or_404(rule_id: int) -> PriceRule:
    return get_object_or_404(PriceRule, pk=rule_id)
