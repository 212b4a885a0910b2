"""The widget on a product's page: what each group pays for it."""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.http import Http404, HttpResponse
from django.utils import timezone

from ...pricing import counter, touching
from ...pricing.catalogue import Asked
from ..amounts import money_text
from ..ids import pk_of
from ..screens import screen
from ..visit import Visit

GROUPS: Final = 10
VARIANTS: Final = 20


@screen("prices.read", kind="widget")
def product(visit: Visit) -> HttpResponse:
    """Of the groups that have prices, those that pay something else than the list price."""
    found = _product_or_404(visit)
    channels = apps.get_model("channel", "Channel")._default_manager.order_by("pk")
    listed = channels.filter(variant_listings__variant__product=found).distinct()
    asked = visit.asked("channel")
    channel = listed.filter(slug=asked).first() if asked else listed.first()
    context: dict[str, Any] = {"product": found, "channel": channel, "channels": listed,
                               "global_id": visit.asked("productId")}  # fmt: skip
    if channel is not None:
        context |= _rows(found, channel)
    return visit.render("prices/widget.html", context)


def _product_or_404(visit: Visit) -> Any:
    pk = pk_of("Product", visit.asked("productId"))
    found = apps.get_model("product", "Product")._default_manager.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _rows(product: Any, channel: Any) -> dict[str, Any]:
    """The first groups that pay something else, and whether there may be others."""
    variants = apps.get_model("product", "ProductVariant")._default_manager.filter(product=product)
    ids = list(variants.order_by("pk").values_list("pk", flat=True)[:VARIANTS])
    asked, now = [Asked(pk) for pk in ids], timezone.now()
    groups = touching.groups_for(product, ids, channel_id=channel.pk, now=now)
    found = list(groups[: GROUPS + 1])
    rows = []
    for group in found[:GROUPS]:
        quotes = counter.quotes_of_group(
            group.pk, asked, channel_id=channel.pk, currency=channel.currency_code, now=now
        )
        charged = [quote for quote in quotes if quote is not None and quote.charged == "group"]
        if charged:
            rows.append({"group": group, **_range(charged, channel.currency_code)})
    return {"rows": rows, "more": len(found) > GROUPS}


def _range(quotes: list[Any], currency: str) -> dict[str, Any]:
    prices = sorted(quote.final_price for quote in quotes)
    lowest, highest = money_text(prices[0], currency), money_text(prices[-1], currency)
    names = list(dict.fromkeys(quote.name for quote in quotes))
    return {"price": lowest if lowest == highest else f"{lowest} – {highest}", "why": names}
