"""One customer's balances, lots and entries, and the search that leads there."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.utils import timezone

from ...groups.names import customers_named
from ...loyalty import queries, requests
from ...loyalty.earning import queries as earning
from ...loyalty.rules import POINTS, from_units
from ...models import CreditRequest, PointRate
from ..actors import names_of
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from . import holds, vouchers, words
from .references import about
from .whose import customer_or_404

SORTS: Final = {
    "email": ("email", "pk"),
    "name": ("last_name", "first_name", "pk"),
}
READ: Final = "loyalty.read"
MANAGE: Final = "loyalty.manage"
LOTS: Final = 20  # shown of those that can be spent
PENDING: Final = 20
ASKED: Final = 20  # of another system that keeps the balances


@screen(READ)
def customers(visit: Visit) -> HttpResponse:
    """Customers, found by name or e-mail, with what they have."""
    visit.caller.require("members.read")
    found = get_user_model()._default_manager.filter(is_staff=False)
    if text := visit.asked("q"):
        found = found.filter(customers_named(text))
    page = listing(visit, found, sorts=SORTS, default="email")
    balances = queries.balances_of([one.pk for one in page.rows], now=timezone.now())
    context = {
        "area": "loyalty",
        "section": "customers",
        "list": page,
        "rows": [(one, balances.get(one.pk, ())) for one in page.rows],
        "q": visit.asked("q"),
    }
    return visit.listed("loyalty/customers.html", "loyalty/customer_rows.html", context)


@screen(READ)
def customer(visit: Visit, customer_id: int) -> HttpResponse:
    """A statement: the balances, and of one of them the lots and the entries."""
    found = customer_or_404(visit, customer_id)
    balances = queries.balances(customer_id, now=timezone.now())
    chosen = _chosen(visit, balances)
    context: dict[str, Any] = {
        "area": "loyalty",
        "customer": found,
        "balances": balances,
        "chosen": chosen,
        "elsewhere": requests.are_used(),
        "has_points": any(one.unit == POINTS and one.amount for one in balances),
    }
    if chosen is not None:
        context |= _account(visit, customer_id, chosen)
    if visit.wants("entries"):
        return visit.render("loyalty/entry_rows.html", context)
    return visit.render("loyalty/statement.html", {**context, **_beside(visit, customer_id)})


def _chosen(visit: Visit, balances: tuple[queries.Balance, ...]) -> queries.Balance | None:
    """The balance that the address names, else the first."""
    asked = (visit.asked("unit"), visit.asked("currency"))
    named = [one for one in balances if (one.unit, one.currency) == asked]
    return next(iter([*named, *balances]), None)


def _account(visit: Visit, customer_id: int, chosen: queries.Balance) -> dict[str, Any]:
    before = visit.number("before")
    # One more than a page, which says whether there is another.
    lines = queries.statement(
        customer_id,
        unit=chosen.unit,
        currency=chosen.currency,
        before=before,
        limit=queries.PAGE + 1,
    )
    lots = queries.lots(customer_id, unit=chosen.unit, currency=chosen.currency)
    shown = lines[: queries.PAGE]
    return {
        "lines": _lines(visit, shown, chosen.currency),
        "older": shown[-1].number if len(lines) > queries.PAGE else None,
        "newer": before is not None,
        "lots": lots[:LOTS],
        "more_lots": max(0, len(lots) - LOTS),
    }


def _lines(
    visit: Visit, shown: tuple[queries.StatementLine, ...], currency: str
) -> list[dict[str, Any]]:
    """Entries, each with what it is about, who did it, and whether it can be taken back."""
    names, things = names_of(one.actor for one in shown), about(one.reference for one in shown)
    reversible: dict[int, int] = {}
    if visit.may(MANAGE) and not requests.are_used():
        reversible = queries.reversible([one.entry_id for one in shown])
    return [
        {
            "line": one,
            "amount": words.signed(one.amount, currency),
            "actor": names.get(one.actor, one.actor),
            "about": things.get(one.reference),
            "can_take_back": one.entry_id in reversible,
        }
        for one in shown
    ]


def _beside(visit: Visit, customer_id: int) -> dict[str, Any]:
    """What stands beside the entries, of all balances."""
    pending = earning.pending_of(customer_id).select_related("rule")[:PENDING]
    context: dict[str, Any] = {
        "owed": [(*key, amount) for key, amount in earning.owed_by(customer_id).items()],
        "pending": [(one, from_units(one.kept, one.currency)) for one in pending],
        "holds": holds.rows_of(customer_id),
    }
    if requests.are_used():
        asked = CreditRequest.objects.filter(customer=customer_id).order_by("-pk")[:ASKED]
        amounts = [
            words.signed(from_units(one.amount, one.currency), one.currency) for one in asked
        ]
        return {**context, "asked": list(zip(asked, amounts, strict=True))}
    context["rates"] = [words.worth_of(rate) for rate in PointRate.objects.all()]
    if visit.may(MANAGE):  # their codes are worth money
        context["vouchers"] = vouchers.rows_of(customer_id)
    return context
