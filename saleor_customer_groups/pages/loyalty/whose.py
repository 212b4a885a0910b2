"""Whose balances a page is about."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.shortcuts import get_object_or_404

from ..visit import Visit


def customer_or_404(visit: Visit, customer_id: int) -> Any:
    """The customer. Forbidden: the caller may not know who that is."""
    visit.caller.require("members.read")
    return get_object_or_404(get_user_model(), pk=customer_id)


def statement_of(visit: Visit, customer_id: int, unit: str, currency: str = "") -> str:
    """The address of a customer's statement, with this balance open."""
    address = visit.link("loyalty-customer", customer_id)
    return f"{address}?{urlencode({'unit': unit, 'currency': currency})}"
