"""A customer's points become credit or a voucher, and a voucher becomes points again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ...host import point_vouchers
from ...loyalty import converting, queries, vouchers
from ...loyalty.converting import Converted
from ...loyalty.rules import POINTS, from_units
from ...loyalty.vouchers import Exchanged
from ...models import LoyaltySource, LoyaltyUnit, PointRate, PointVoucher
from ..amounts import amount_text
from ..screens import screen
from ..visit import Visit
from .booking_forms import ConvertForm, GiveBackForm
from .whose import customer_or_404, statement_of

MANAGE: Final = "loyalty.manage"
SHOWN: Final = 10


def rows_of(customer_id: int) -> list[dict[str, Any]]:
    """The customer's latest vouchers, each with its code and whether it was used."""
    found = vouchers.of_customer(customer_id)[:SHOWN]
    codes = point_vouchers.codes_of([one.code_id for one in found])
    rows = []
    for one in found:
        code, is_used = codes.get(one.code_id, ("", True))
        row = {"voucher": one, "amount": _worth(one), "code": code, "is_used": is_used}
        rows.append(row)
    return rows


@screen(MANAGE)
def convert(visit: Visit, customer_id: int) -> HttpResponse:
    """The dialog that turns points into credit or a voucher."""
    customer = customer_or_404(visit, customer_id)
    form = ConvertForm(visit.data, rates=PointRate.objects.all())
    if visit.posted and form.is_valid():
        with form.refusing():
            return _converted(visit, customer_id, form)
    balance = queries.balance(customer_id, unit=LoyaltyUnit.POINTS)
    context = {"customer": customer, "form": form, "balance": amount_text(balance.amount, "")}
    return visit.form("loyalty/convert.html", context)


def _converted(visit: Visit, customer_id: int, form: ConvertForm) -> HttpResponse:
    given, currency = form.cleaned_data, form.cleaned_data["currency"]
    into_voucher = given["into"] == "voucher"
    convert: Callable[..., Converted | Exchanged] = (
        point_vouchers.points_to_voucher if into_voucher else converting.points_to_credit
    )
    done = convert(
        customer_id,
        given["points"],
        currency=currency,
        key=form.its_key,
        source=LoyaltySource.MANUAL,
        actor=visit.actor,
    )
    shown = (POINTS, "") if into_voucher else (LoyaltyUnit.CREDIT, currency)
    worth = done.amount if isinstance(done, Exchanged) else done.credit
    toast = _told(done.points, amount_text(worth, currency), repeated=done.taken.repeated)
    return visit.go(statement_of(visit, customer_id, *shown), toast=toast)


def _told(points: int, amount: str, *, repeated: bool) -> str:
    values = {"points": amount_text(points, ""), "amount": amount}
    if repeated:
        return _("It was done before: %(points)s became %(amount)s.") % values
    return _("%(points)s became %(amount)s.") % values


@screen(MANAGE)
def give_back(visit: Visit, customer_id: int, voucher_id: int) -> HttpResponse:
    """The dialog that makes points again of a voucher that nobody used."""
    customer = customer_or_404(visit, customer_id)
    voucher = get_object_or_404(PointVoucher, pk=voucher_id, customer=customer_id)
    form = GiveBackForm(visit.data)
    if visit.posted and form.is_valid():
        with form.refusing():
            posted = point_vouchers.give_back(
                voucher.code_id,
                key=form.its_key,
                source=LoyaltySource.MANUAL,
                actor=visit.actor,
                reason=form.cleaned_data["reason"],
            )
            toast = _("%(points)s are back.") % {"points": amount_text(posted.amount, "")}
            return visit.go(statement_of(visit, customer_id, POINTS), toast=toast)
    context = {"customer": customer, "voucher": voucher, "form": form, "amount": _worth(voucher)}
    return visit.form("loyalty/voucher_back.html", context)


def _worth(voucher: PointVoucher) -> str:
    return amount_text(from_units(voucher.amount, voucher.currency), voucher.currency)
