"""Why somebody pays what they pay: every price that took part, and why it won or lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.http import HttpResponse
from django.utils import timezone

from ...pricing import counter
from ...pricing.catalogue import Asked
from ..amounts import money_text
from ..screens import screen
from ..visit import Visit
from .forms import AskForm


@screen("prices.read")
def explain(visit: Visit) -> HttpResponse:
    """The question and, once it is asked, its answer. A customer or a guest, many variants."""
    asked = bool(visit.request.GET.get("channel"))
    chosen = {"customer": [customer] if (customer := visit.number("customer")) else []}
    form = AskForm(visit.request.GET if asked else None, initial=chosen)
    context: dict[str, Any] = {
        "area": "prices",
        "section": "explain",
        "form": form,
        "asked": asked,
    }
    if asked and form.is_valid():
        context["answers"] = _answers(form.cleaned_data)
    return visit.render("prices/explain.html", context)


def _answers(given: dict[str, Any]) -> list[dict[str, Any]]:
    channel = apps.get_model("channel", "Channel")._default_manager.get(pk=given["channel"])
    asked = [Asked(number, given["quantity"] or 1) for number in given["variants"][:50]]
    variants = apps.get_model("product", "ProductVariant")._default_manager
    rows = variants.select_related("product").in_bulk([one.variant_id for one in asked])
    quotes = counter.quotes(
        given["customer"][0] if given["customer"] else None,
        asked,
        channel_id=channel.pk,
        currency=channel.currency_code,
        now=timezone.now(),
        published_only=False,
    )
    return [
        _answer(rows[one.variant_id], quote, channel.currency_code)
        for one, quote in zip(asked, quotes, strict=True)
        if one.variant_id in rows
    ]


def _answer(variant: Any, quote: Any, currency: str) -> dict[str, Any]:
    name = f"{variant.product.name} {variant.name}".strip()
    if quote is None:
        return {"name": name}
    told = quote.explain()
    names = ("list_price", "group_list_price", "raised_price", "discounted_price", "final_price")
    prices = {one: money_text(Decimal(told[one]), currency) for one in names}
    promotion = told["promotion_price"]
    return {
        "name": name,
        **prices,
        "promotion": None if promotion is None else money_text(Decimal(promotion), currency),
        "charged": told["charged"],
        "candidates": [
            {**one, "money": money_text(Decimal(one["price"]), currency)}
            for one in told["candidates"]
        ],
    }
