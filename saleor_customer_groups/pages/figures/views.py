"""The figures of all groups, and of one. What takes longer comes after the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone

from ...groups import figures
from ...segments.fields.orders import NOT_COUNTED
from ..groups.group import context_of, group_or_404
from ..screens import screen
from ..visit import Visit
from .pictures import curve, percent

SPANS: Final = (30, 90, 365)  # days
POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a table with a bar: `length` is of 100."""

    of: Any
    length: float
    share: float = 0.0


@screen("groups.read")
def overview(visit: Visit) -> HttpResponse:
    """The page; its pictures are asked for by it."""
    context = {"area": "figures", "days": _days(visit), "spans": SPANS}
    return visit.render("figures/overview.html", context)


@screen("groups.read")
def shares(visit: Visit) -> HttpResponse:
    """Which part of the shop's customers the largest groups hold."""
    found, customers = figures.largest(now=timezone.now()), figures.customer_count()
    bars = [
        Bar(one, percent(one.members, max(customers, 1)), one.members / max(customers, 1))
        for one in found
    ]
    return visit.render("figures/shares.html", {"bars": bars, "customers": customers})


@screen("prices.read")
def revenue(visit: Visit) -> HttpResponse:
    """What the members of groups bought lately, by currency."""
    days, now = _days(visit), timezone.now()
    found = figures.revenue(since=now - timedelta(days=days), now=now, not_orders=NOT_COUNTED)
    by_currency: dict[str, list[figures.Revenue]] = {}
    for one in found:
        by_currency.setdefault(one.currency, []).append(one)
    tables = [
        (currency, [Bar(one, percent(float(one.amount), float(rows[0].amount))) for one in rows])
        for currency, rows in by_currency.items()
    ]
    return visit.render("figures/revenue.html", {"tables": tables, "days": days})


@screen("groups.read")
def of_group(visit: Visit, group_id: int) -> HttpResponse:
    """The tab of one group."""
    group = group_or_404(group_id)
    context = {**context_of(group, "figures"), "days": _days(visit), "spans": SPANS}
    return visit.render("figures/group.html", context)


@screen("groups.read")
def members(visit: Visit, group_id: int) -> HttpResponse:
    """A group's members over time."""
    group = group_or_404(group_id)
    moments = _moments(_days(visit), timezone.now())
    values = figures.members_over_time(group.pk, moments)
    picture = curve(values)
    context = {
        "group": group,
        "picture": picture,
        "marks": picture.marks,
        "days": [(mark.at, moments[mark.index]) for mark in picture.days],
        "rows": list(zip(moments, values, strict=True))[::-1],
        "first": values[0],
        "last": values[-1],
    }
    return visit.render("figures/members.html", context)


def _days(visit: Visit) -> int:
    asked = visit.asked("days")
    return int(asked) if asked in map(str, SPANS) else 90


def _moments(days: int, now: datetime) -> list[datetime]:
    """Points of the span, evenly, the last one now."""
    count = min(days, POINTS)
    step = timedelta(days=days) / count
    return [now - step * place for place in range(count, -1, -1)]
