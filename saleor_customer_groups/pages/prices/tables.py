"""The lists of rules and of price lists."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone

from ...models import CustomerGroup, PriceList, PriceRule
from ...pricing import listing as core
from ...pricing.rivals import rivals_of
from ...pricing.states import State, in_state, state_of
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from .words import KINDS, STATES, effect_of

SORTS: Final = {
    "name": ("name", "pk"),
    "priority": ("-priority", "pk"),
    "changed": ("-updated_at", "pk"),
}
KEEP: Final = ("q", "state", "group")


@screen("prices.read")
def rules(visit: Visit) -> HttpResponse:
    """All rules, found by name, group and state; what each does, and which it meets."""
    now = timezone.now()
    found = filtered(visit, PriceRule.objects.all()).prefetch_related("channels", "amounts")
    page = listing(visit, found, sorts=SORTS, default="priority", keep=KEEP)
    ids = [rule.pk for rule in page.rows]
    rivals, targets = rivals_of(ids), core.targets_of(ids)
    groups = core.groups_of(PriceRule, ids)
    rows = [
        {
            "rule": rule,
            "state": state_of(rule, now),
            "effect": effect_of(rule, rule.amounts.all()),
            "targets": targets[rule.pk],
            "groups": groups.get(rule.pk),
            "rivals": rivals.get(rule.pk, []),
        }
        for rule in page.rows
    ]
    context = {"list": page, "rows": rows, "kinds": KINDS.items(), "counted": core.COUNTED}
    return _answer(visit, "rules", context)


@screen("prices.read")
def lists(visit: Visit) -> HttpResponse:
    """All price lists, with how many prices each holds."""
    now = timezone.now()
    found = filtered(visit, PriceList.objects.all())
    page = listing(visit, found, sorts=SORTS, default="priority", keep=KEEP)
    ids = [one.pk for one in page.rows]
    entries, groups = core.entries_of(ids), core.groups_of(PriceList, ids)
    rows = [
        {
            "list": one,
            "state": state_of(one, now),
            "entries": entries[one.pk],
            "groups": groups.get(one.pk),
        }
        for one in page.rows
    ]
    context = {"list": page, "rows": rows, "counted": core.COUNTED}
    return _answer(visit, "lists", context)


def filtered(visit: Visit, rows: QuerySet[Any], *, groups: str = "groups") -> QuerySet[Any]:
    """Those whose name, state and group (in the field `groups`) the address asks for."""
    if text := visit.asked("q"):
        rows = rows.filter(name__icontains=text)
    if visit.asked("state") in State.values:
        rows = rows.filter(in_state(visit.asked("state"), timezone.now()))
    if (group := visit.number("group")) is not None:
        rows = rows.filter(**{groups: group})
    return rows


def asked(visit: Visit) -> dict[str, Any]:
    """What prices/filters.html shows of the same."""
    group = visit.number("group")
    return {
        "q": visit.asked("q"),
        "state": visit.asked("state"),
        "states": STATES.items(),
        "group": None if group is None else CustomerGroup.objects.filter(pk=group).first(),
    }


def _answer(visit: Visit, section: str, context: dict[str, Any]) -> HttpResponse:
    whole = {"area": "prices", "section": section, **asked(visit), **context}
    return visit.listed(f"prices/{section}.html", f"prices/{section}_rows.html", whole)
