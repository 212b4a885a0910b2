"""What a customer has of points and credit, and turning points into a voucher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from prices import Money

from saleor_customer_groups.errors import CustomerGroupsError
from saleor_customer_groups.host import point_vouchers
from saleor_customer_groups.loyalty import queries
from saleor_customer_groups.models import LoyaltyKind, LoyaltyUnit

from .. import session

# What was held for a checkout and not given back was spent there.
WORDS: Final = {LoyaltyKind.HOLD.value: "Used in a checkout"}


class ExchangeForm(forms.Form):
    points = forms.IntegerField(min_value=1)
    # Made with the page, so that pressing twice is once.
    key = forms.UUIDField()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a statement: `change` and `balance` are Money, or whole points."""

    day: Any
    what: str
    reason: str
    change: Any
    balance: Any
    until: Any


@dataclass(frozen=True, slots=True)
class Account:
    """What a customer has of one unit, and how it came about; the latest first."""

    label: str
    currency: str
    amount: Any
    lines: tuple[Line, ...]


def sheet(customer: Any) -> dict[str, Any]:
    """For the customer's page."""
    accounts = [_account(customer, one) for one in queries.balances(customer.pk)]
    vouchers = [
        {"code": one.code, "worth": Money(one.amount, one.currency), "is_used": one.is_used}
        for one in point_vouchers.of_customer(customer.pk)
    ]
    return {"accounts": accounts, "vouchers": vouchers, "exchange_key": uuid4()}


def _account(customer: Any, balance: queries.Balance) -> Account:
    currency = balance.currency

    def shown(amount: Any) -> Any:
        return Money(amount, currency) if currency else amount

    statement = queries.statement(customer.pk, unit=balance.unit, currency=currency)
    lines = (
        Line(
            day=line.at,
            what=WORDS.get(line.kind) or LoyaltyKind(line.kind).label,
            reason=line.reason,
            change=shown(line.amount),
            balance=shown(line.balance),
            until=line.expires_at,
        )
        for line in statement
    )
    label = LoyaltyUnit(balance.unit).label
    return Account(label, currency, shown(balance.amount), tuple(lines))


@require_POST
@login_required
def exchange(request: HttpRequest) -> HttpResponse:
    """Turn points into a voucher of the channel's currency."""
    form = ExchangeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Please say how many points.")
        return redirect("shop:account")
    customer: Any = request.user
    channel = session.channel_or_404(request)
    try:
        done = point_vouchers.points_to_voucher(
            customer.pk,
            form.cleaned_data["points"],
            currency=channel.currency_code,
            key=f"shop:{customer.pk}:{form.cleaned_data['key']}",
            actor=f"User:{customer.pk}",
        )
    except CustomerGroupsError as error:
        messages.error(request, str(error))
    else:
        code = point_vouchers.code_of(done.code_id)
        messages.success(request, f"{done.points} points are the voucher {code} now.")
    return redirect("shop:account")
