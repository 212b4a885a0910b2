"""Making, changing and deleting price lists, and the prices on one."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...models import PriceList, PriceListEntry
from ...pricing import editing, pasting
from ...pricing.rivals import lists_met
from ...pricing.states import state_of
from ..ids import numbers_of
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from .forms import ListForm, PasteForm, initial_of_list

SORTS: Final = {"added": ("pk",), "amount": ("amount", "pk"), "from": ("min_quantity", "pk")}
SHOWN: Final = 200  # problems of a paste that are shown


@screen("prices.manage")
def new(visit: Visit) -> HttpResponse:
    """A new price list; its prices come after it."""
    form = ListForm(visit.data, initial={"active": True})
    if visit.posted and (made := _save(form)) is not None:
        toast = _("%(list)s was created.") % {"list": made.name}
        return visit.go(visit.link("price-list", made.pk), toast=toast)
    return visit.form("prices/list_new.html", {"area": "prices", "form": form})


@screen("prices.read")
def entries(visit: Visit, list_id: int) -> HttpResponse:
    """The prices on a list, found by SKU or name."""
    found = list_or_404(list_id)
    rows = PriceListEntry.objects.filter(price_list=found).select_related(
        "variant__product", "channel"
    )
    if text := visit.asked("q"):
        rows = rows.filter(
            Q(variant__sku__icontains=text) | Q(variant__product__name__icontains=text)
        )
    page = listing(visit, rows, sorts=SORTS, default="added")
    context = {**_context(found, "entries"), "list": page, "q": text}
    return visit.listed("prices/entries.html", "prices/entry_rows.html", context)


@screen("prices.read")
def rivals(visit: Visit, list_id: int) -> HttpResponse:
    """Which other lists it meets; asked after the page, since all its prices are looked at."""
    list_or_404(list_id)
    return visit.render("prices/list_rivals.html", {"rivals": lists_met(list_id)})


@screen("prices.read", change="prices.manage")
def settings(visit: Visit, list_id: int) -> HttpResponse:
    """What a list is called, for whom and when."""
    found = list_or_404(list_id)
    form = ListForm(visit.data, initial=initial_of_list(found))
    if visit.posted and _save(form, list_id=list_id) is not None:
        return visit.go(visit.link("price-list-settings", list_id), toast=_("Saved."))
    return visit.form("prices/list_settings.html", {**_context(found, "settings"), "form": form})


@screen("prices.manage")
def paste(visit: Visit, list_id: int) -> HttpResponse:
    """Prices from a spreadsheet: first a dry run with what is wrong, then they are set."""
    found, form = list_or_404(list_id), PasteForm(visit.data)
    context: dict[str, Any] = {**_context(found, "entries"), "form": form}
    if visit.posted and form.is_valid():
        sure = "sure" in visit.request.POST
        with form.refusing():
            result = pasting.paste(list_id, form.cleaned_data["lines"], dry_run=not sure)
            if sure:
                text = ngettext("%(n)s price changed.", "%(n)s prices changed.", result.changed)
                return visit.go(
                    visit.link("price-list", list_id), toast=text % {"n": result.changed}
                )
            shown = {"result": result, "problems": result.problems[:SHOWN]}
            return visit.render("prices/paste.html", {**context, **shown})
    return visit.form("prices/paste.html", context)


@screen("prices.manage")
def remove(visit: Visit, list_id: int) -> HttpResponse:
    """Take the ticked prices off the list: first the question, then the act."""
    found = list_or_404(list_id)
    given = visit.request.POST if visit.posted else visit.request.GET
    ids = numbers_of(given.getlist("entry"))[:1000]
    if visit.posted and "sure" in given:
        count = editing.remove_entries(list_id, entry_ids=ids)
        toast = ngettext("%(n)s price removed.", "%(n)s prices removed.", count) % {"n": count}
        return visit.go(visit.link("price-list", list_id), toast=toast)
    return visit.render("prices/remove.html", {"priced": found, "ids": ids})


@screen("prices.manage")
def delete(visit: Visit, list_id: int) -> HttpResponse:
    """The dialog that deletes a list."""
    found = list_or_404(list_id)
    if visit.posted:
        editing.delete_list(list_id)
        toast = _("%(list)s was deleted.") % {"list": found.name}
        return visit.go(visit.link("price-lists"), toast=toast)
    return visit.render("prices/delete.html", {"name": found.name, "address": "price-list-delete",
                                               "key": list_id})  # fmt: skip


def _save(form: ListForm, *, list_id: int | None = None) -> PriceList | None:
    if form.is_valid():
        with form.refusing():
            return editing.save_list(form.price_list(), list_id=list_id)
    return None


def _context(found: PriceList, tab: str) -> dict[str, Any]:
    return {
        "area": "prices",
        "priced": found,
        "tab": tab,
        "state": state_of(found, timezone.now()),
    }


def list_or_404(list_id: int) -> PriceList:
    """The price list, or the panel that says it is gone."""
    return get_object_or_404(PriceList, pk=list_id)
