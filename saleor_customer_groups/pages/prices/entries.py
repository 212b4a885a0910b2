"""One price of a list: set it, or another amount for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...models import PriceListEntry
from ...pricing import editing
from ...pricing.inputs import EntryInput
from ..forms import Form, Picked
from ..screens import screen
from ..visit import Visit
from .forms import plain
from .lists import list_or_404


class EntryForm(Form):
    """The price of a variant in a channel, from a quantity on."""

    variant = Picked(kind="variants", single=True, label=gettext_lazy("Variant"))
    channel = forms.TypedChoiceField(coerce=int, label=gettext_lazy("Channel"))
    min_quantity = forms.IntegerField(
        required=False, initial=1, min_value=1, label=gettext_lazy("From the quantity")
    )
    amount = forms.DecimalField(localize=False, label=gettext_lazy("Price"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = apps.get_model("channel", "Channel")._default_manager.order_by("name")
        field: Any = self.fields["channel"]
        rows = channels.values_list("pk", "name", "currency_code")
        field.choices = [(pk, f"{name} ({currency})") for pk, name, currency in rows]

    def entry(self) -> EntryInput:
        """What was filled in, as the core wants it."""
        given = self.cleaned_data
        return EntryInput(
            given["variant"][0], given["channel"], given["amount"], given["min_quantity"] or 1
        )


@screen("prices.manage")
def entry(visit: Visit, list_id: int) -> HttpResponse:
    """The dialog that sets a price; of one that the list has, it changes the amount."""
    found, known = list_or_404(list_id), _known(visit, list_id)
    form = EntryForm(visit.data, initial=_initial(known))
    if visit.posted and form.is_valid():
        with form.refusing():
            editing.set_entries(list_id, [form.entry()])
            return visit.go(visit.link("price-list", list_id), toast=_("Saved."))
    return visit.form("prices/entry.html", {"priced": found, "entry": known, "form": form})


def _known(visit: Visit, list_id: int) -> PriceListEntry | None:
    """The price that the address names."""
    number = visit.number("entry")
    if number is None:
        return None
    rows = PriceListEntry.objects.select_related("variant__product", "channel")
    return get_object_or_404(rows, pk=number, price_list=list_id)


def _initial(known: PriceListEntry | None) -> dict[str, Any]:
    if known is None:
        return {}
    return {
        "variant": [known.variant_id],
        "channel": known.channel_id,
        "min_quantity": known.min_quantity,
        "amount": plain(known.amount),
    }
