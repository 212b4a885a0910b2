"""What an adjustment did to each customer, and whom it passed over."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth import get_user_model
from django.http import HttpResponse

from ...loyalty.adjustments import unwinding
from ...loyalty.rules import from_units
from ...models import Adjustment, AdjustmentStatus
from ..lists import Listing, listing
from ..screens import screen
from ..visit import Visit
from . import words
from .adjustments import READ, adjustment_or_404, context_of

CHANGED: Final = {"account": ("account_id",)}
SKIPPED: Final = {"customer": ("pk",)}
REVERSED: Final = (AdjustmentStatus.REVERSED, AdjustmentStatus.REVERSING)


@screen(READ)
def people(visit: Visit, adjustment_id: int) -> HttpResponse:
    """The report by customer: who got what, and who was passed over (parameter `show`)."""
    visit.caller.require("members.read")
    found = adjustment_or_404(adjustment_id)
    shows = "skipped" if visit.asked("show") == "skipped" else "changed"
    page = _skipped(visit, found) if shows == "skipped" else _changed(visit, found)
    context = {**context_of(found), **page, "show": shows, "skips": words.SKIPS}
    context["reversed"] = found.reversal_began_at is not None
    return visit.listed("loyalty/people.html", "loyalty/people_rows.html", context)


def _changed(visit: Visit, found: Adjustment) -> dict[str, Any]:
    entries = unwinding.entries_of(found)
    page: Listing[Any] = listing(visit, entries, sorts=CHANGED, default="account", keep=("show",))
    back = unwinding.taken_back(found, [entry.pk for entry in page.rows])
    rows = []
    for entry in page.rows:
        amount, taken = from_units(entry.amount, found.currency), back.get(entry.pk)
        rows.append(
            {
                "customer": entry.account.customer,
                "amount": words.signed(amount, found.currency),
                "balance": from_units(entry.balance_after, found.currency),
                "taken": taken,
                "missing": None if taken is None else amount - taken,
            }
        )
    return {"list": page, "rows": rows}


def _skipped(visit: Visit, found: Adjustment) -> dict[str, Any]:
    page: Listing[Any] = listing(
        visit, found.skips.all(), sorts=SKIPPED, default="customer", keep=("show",)
    )
    ids = [skip.customer_id for skip in page.rows]
    customers = get_user_model()._default_manager.in_bulk(ids)
    rows = [{"customer": customers.get(one.customer_id), "reason": one.reason} for one in page.rows]
    return {"list": page, "rows": rows}
