"""A customer's points become credit or a voucher, and a voucher becomes points again."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ...host import point_vouchers
from ...loyalty import converting, queries, vouchers
from ...loyalty.rules import POINTS, from_units
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
            into_voucher = form.cleaned_data["into"] == "voucher"
            return (_to_voucher if into_voucher else _to_credit)(visit, customer_id, form)
    balance = queries.balance(customer_id, unit=LoyaltyUnit.POINTS)
    context = {"customer": customer, "form": form, "balance": amount_text(balance.amount, "")}
    return visit.form("loyalty/convert.html", context)


def _to_credit(visit: Visit, customer_id: int, form: ConvertForm) -> HttpResponse:
    given = form.cleaned_data
    done = converting.points_to_credit(
        customer_id,
        given["points"],
        currency=given["currency"],
        key=form.its_key,
        source=LoyaltySource.MANUAL,
        actor=visit.actor,
    )
    amount = amount_text(done.credit, given["currency"])
    address = statement_of(visit, customer_id, LoyaltyUnit.CREDIT, given["currency"])
    return visit.go(address, toast=_told(done.points, amount, repeated=done.taken.repeated))


def _to_voucher(visit: Visit, customer_id: int, form: ConvertForm) -> HttpResponse:
    given = form.cleaned_data
    done = point_vouchers.points_to_voucher(
        customer_id,
        given["points"],
        currency=given["currency"],
        key=form.its_key,
        source=LoyaltySource.MANUAL,
        actor=visit.actor,
    )
    amount = amount_text(done.amount, given["currency"])
    address = statement_of(visit, customer_id, POINTS)
    return visit.go(address, toast=_told(done.points, amount, repeated=done.taken.repeated))


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
