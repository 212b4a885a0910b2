"""One customer's balances, lots and entries, and the search that leads there."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from ...groups.names import customers_named
from ...loyalty import queries
from ...loyalty.earning import queries as earning
from ...loyalty.rules import from_units
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from . import words

SORTS: Final = {
    "email": ("email", "pk"),
    "name": ("last_name", "first_name", "pk"),
}
READ: Final = "loyalty.read"
LOTS: Final = 20  # shown of those that can be spent
PENDING: Final = 20


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
    visit.caller.require("members.read")
    found = get_object_or_404(get_user_model(), pk=customer_id)
    now = timezone.now()
    balances = queries.balances(customer_id, now=now)
    chosen = _chosen(visit, balances)
    context: dict[str, Any] = {
        "area": "loyalty",
        "customer": found,
        "balances": balances,
        "chosen": chosen,
        "owed": [(*key, amount) for key, amount in earning.owed_by(customer_id).items()],
        "pending": [
            (one, from_units(one.kept, one.currency))
            for one in earning.pending_of(customer_id).select_related("rule")[:PENDING]
        ],
    }
    if chosen is not None:
        context |= _account(visit, customer_id, chosen)
    page, rows = "loyalty/statement.html", "loyalty/entry_rows.html"
    return visit.listed(page, rows, context, part="entries")


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
        "lines": [(one, words.signed(one.amount, chosen.currency)) for one in shown],
        "older": shown[-1].number if len(lines) > queries.PAGE else None,
        "newer": before is not None,
        "lots": lots[:LOTS],
        "more_lots": max(0, len(lots) - LOTS),
        "kinds": words.ENTRIES,
        "origins": words.ORIGINS,
    }
