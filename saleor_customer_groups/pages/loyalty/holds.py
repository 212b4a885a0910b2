"""What is reserved of a customer's balances: it is spent, or given back."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ...errors import CustomerGroupsError
from ...loyalty import holds, purses, queries
from ...loyalty.rules import from_units
from ...models import LoyaltyHold
from ..amounts import amount_text
from ..screens import screen
from ..sentences import said
from ..visit import Visit
from .booking_forms import CaptureForm
from .references import about
from .whose import customer_or_404, statement_of

MANAGE: Final = "loyalty.manage"


def rows_of(customer_id: int) -> list[dict[str, Any]]:
    """What is reserved now; staff may not end what a checkout is paid with at this moment."""
    found = list(queries.holds_of(customer_id))
    things = about(one.reference for one in found)
    return [
        {
            "hold": one,
            "amount": _amount(one),
            "about": things.get(one.reference),
            "is_paying": purses.is_paying(one),
        }
        for one in found
    ]


@screen(MANAGE)
def capture(visit: Visit, customer_id: int, hold_id: int) -> HttpResponse:
    """The dialog that spends what is held, or a part of it."""
    customer, held = _hold_or_404(visit, customer_id, hold_id)
    form = CaptureForm(visit.data, unit=held.account.unit, all_of_it=_amount(held))
    if visit.posted and form.is_valid():
        with form.refusing():
            purses.require_not_paying(held)
            spent = holds.capture(held.pk, **form.cleaned_data)
            toast = _("%(amount)s spent.") % {"amount": amount_text(spent, held.account.currency)}
            return visit.go(_statement(visit, held), toast=toast)
    context = {"customer": customer, "hold": held, "form": form, "amount": _amount(held)}
    return visit.form("loyalty/hold_capture.html", context)


@screen(MANAGE)
def release(visit: Visit, customer_id: int, hold_id: int) -> HttpResponse:
    """The dialog that gives back what is held."""
    customer, held = _hold_or_404(visit, customer_id, hold_id)
    context = {"customer": customer, "hold": held, "amount": _amount(held)}
    if visit.posted:
        try:
            purses.require_not_paying(held)
            holds.release(held.pk)
        except CustomerGroupsError as refusal:
            context["refusal"] = said(refusal.message)
        else:
            toast = _("%(amount)s can be spent again.") % {"amount": _amount(held)}
            return visit.go(_statement(visit, held), toast=toast)
    return visit.form("loyalty/hold_release.html", context)


def _hold_or_404(visit: Visit, customer_id: int, hold_id: int) -> tuple[Any, LoyaltyHold]:
    """Also one that has ended: its dialog may be open still, and says what became of it."""
    customer = customer_or_404(visit, customer_id)
    rows = LoyaltyHold.objects.select_related("account", "entry")
    return customer, get_object_or_404(rows, pk=hold_id, account__customer=customer_id)


def _amount(held: LoyaltyHold) -> str:
    return amount_text(from_units(held.amount, held.account.currency), held.account.currency)


def _statement(visit: Visit, held: LoyaltyHold) -> str:
    account = held.account
    return statement_of(visit, account.customer_id or 0, account.unit, account.currency)
