"""What points are worth: at which rate they become credit or a voucher, by currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from ...loyalty import converting
from ...models import PointRate
from ..amounts import amount_text
from ..screens import screen
from ..visit import Visit
from . import words
from .booking_forms import RateForm
from .forms import currencies

READ: Final = "loyalty.read"
MANAGE: Final = "loyalty.manage"
FIELDS: Final = ("points", "minimum", "step", "valid_days")
BEGUN: Final = {"minimum": 1, "step": 1}


@screen(READ)
def rates(visit: Visit) -> HttpResponse:
    """The currencies of the shop, each with its rate if it has one."""
    found = _rates()
    rows = [
        {"currency": one, "rate": rate, "worth": rate and words.worth_of(rate)}
        for one, rate in found.items()
    ]
    context = {"area": "loyalty", "section": "rates", "rows": rows}
    return visit.render("loyalty/rates.html", context)


@screen(MANAGE)
def rate(visit: Visit, currency: str) -> HttpResponse:
    """The dialog that says what points are worth in a currency."""
    found = _rate_or_404(currency)
    initial = BEGUN if found is None else {name: getattr(found, name) for name in FIELDS}
    form = RateForm(visit.data, initial=initial, one=amount_text(Decimal(1), currency))
    if visit.posted and form.is_valid():
        with form.refusing():
            made = converting.set_rate(currency, **form.cleaned_data)
            toast = _("From now on %(worth)s.") % {"worth": words.worth_of(made)}
            return visit.go(visit.link("point-rates"), toast=toast)
    context = {"currency": currency, "rate": found, "form": form}
    return visit.form("loyalty/rate.html", context)


@screen(MANAGE)
def drop(visit: Visit, currency: str) -> HttpResponse:
    """The dialog that lets points become nothing in a currency."""
    found = _rate_or_404(currency)
    if visit.posted:
        converting.drop_rate(currency)
        toast = _("Points do not become money in %(currency)s any more.") % {"currency": currency}
        return visit.go(visit.link("point-rates"), toast=toast)
    return visit.render("loyalty/rate_drop.html", {"currency": currency, "rate": found})


def _rates() -> dict[str, PointRate | None]:
    """Of every currency that the shop sells in, or has a rate for."""
    rates: dict[str, Any] = {one.currency: one for one in PointRate.objects.all()}
    return {one: rates.get(one) for one in sorted({*currencies(), *rates})}


def _rate_or_404(currency: str) -> PointRate | None:
    found = _rates()
    if currency not in found:
        raise Http404
    return found[currency]
