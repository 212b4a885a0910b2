"""What is booked for one customer by hand: giving, taking, and taking an entry back."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from ...loyalty import ledger, queries, requests, rules
from ...loyalty.rules import Posted, Posting, Short, from_units
from ...models import LoyaltyEntry, LoyaltyKind, LoyaltySource, LoyaltyUnit
from ..amounts import amount_text
from ..screens import screen
from ..visit import Visit
from . import words
from .booking_forms import EntryForm, TakeBackForm
from .whose import customer_or_404, statement_of

MANAGE: Final = "loyalty.manage"


@screen(MANAGE)
def give(visit: Visit, customer_id: int) -> HttpResponse:
    """The dialog that gives or takes; where another system keeps the balances, it is asked."""
    customer = customer_or_404(visit, customer_id)
    balances = queries.balances(customer_id)
    form = EntryForm(visit.data, initial=_begun(visit), known=[one.currency for one in balances])
    if visit.posted and form.is_valid():
        with form.refusing():
            posting = form.posting(customer_id, actor=visit.actor)
            toast = _ask(posting) if requests.are_used() else _book(posting)
            address = statement_of(visit, customer_id, posting.unit, posting.currency)
            return visit.go(address, toast=toast)
    context = {
        "customer": customer,
        "form": form,
        "balances": balances,
        "elsewhere": requests.are_used(),
    }
    return visit.form("loyalty/give.html", context)


def _begun(visit: Visit) -> dict[str, Any]:
    unit = visit.asked("unit") if visit.asked("unit") in LoyaltyUnit.values else LoyaltyUnit.CREDIT
    named = {"unit": unit, "currency": visit.asked("currency")}
    return {"direction": "give", "validity": "never", **named}


def _book(posting: Posting) -> str:
    return _told(ledger.post(posting), posting.currency)


def _ask(posting: Posting) -> str:
    wish = requests.wish_of(posting)
    rules.check_expiry(wish.expires_at, wish.amount, now=timezone.now())
    if requests.ask([wish]):
        return _("The other system was asked.")
    return _("The other system was asked before; it is not asked twice.")


def _told(posted: Posted, currency: str) -> str:
    """What came of it, for the toast."""
    amount = words.signed(posted.amount, currency)
    if posted.repeated:
        return _("It was booked before: %(amount)s. Nothing is booked twice.") % {"amount": amount}
    if posted.shortfall:
        missing = amount_text(posted.shortfall, currency)
        text = _("Booked: %(amount)s. %(missing)s more was not there.")
        return text % {"amount": amount, "missing": missing}
    return _("Booked: %(amount)s.") % {"amount": amount}


@screen(MANAGE)
def take_back(visit: Visit, customer_id: int, entry_id: int) -> HttpResponse:
    """The dialog that takes back what an entry did, all of it or a part."""
    customer = customer_or_404(visit, customer_id)
    rows = LoyaltyEntry.objects.select_related("account")
    entry = get_object_or_404(rows, pk=entry_id, account__customer=customer_id)
    unit, currency = entry.account.unit, entry.account.currency
    left = from_units(queries.reversible([entry.pk]).get(entry.pk, 0), currency)
    form = TakeBackForm(visit.data, unit=unit, all_of_it=amount_text(left, currency))
    if visit.posted and form.is_valid():
        with form.refusing():
            posted = _reverse(entry, form, actor=visit.actor)
            address = statement_of(visit, customer_id, unit, currency)
            return visit.go(address, toast=_told(posted, currency))
    context = {
        "customer": customer,
        "form": form,
        "entry": entry,
        "amount": words.signed(from_units(entry.amount, currency), currency),
        "gave": entry.amount > 0,
        "is_half": entry.kind == LoyaltyKind.CONVERT,
    }
    return visit.form("loyalty/take_back.html", context)


def _reverse(entry: LoyaltyEntry, form: TakeBackForm, *, actor: str) -> Posted:
    given = form.cleaned_data
    return ledger.reverse(
        entry.pk,
        key=form.its_key,
        source=LoyaltySource.MANUAL,
        amount=given["amount"],
        short=Short.TAKE_LEFT if given["take_left"] else Short.REFUSE,
        reason=given["reason"],
        actor=actor,
    )
