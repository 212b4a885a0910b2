"""A customer's statement of one balance, to be saved."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from ...exporting import balances
from ..downloads import download
from ..screens import screen
from ..visit import Visit


@screen("loyalty.read")
def file(visit: Visit, customer_id: int) -> HttpResponse:
    """A piece of it as CSV, after the entry that the address names; the caller is asked each time.

    The balance is that of `unit` and `currency`.
    """
    visit.caller.require("members.read")
    found = get_object_or_404(get_user_model(), pk=customer_id)
    unit, currency = visit.asked("unit"), visit.asked("currency")
    data, last = balances.piece(
        found.pk, unit=unit, currency=currency, before=visit.number("before"), for_staff=True
    )
    address = visit.link("loyalty-statement", customer_id)
    following = f"{address}?unit={unit}&currency={currency}&before={last}" if last else ""
    return download(data, content_type="text/csv; charset=utf-8", following=following)
