"""The list of endpoints."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone

from ...models import WebhookEndpoint
from ...webhooks import queries
from ..lists import listing
from ..screens import screen
from ..visit import Visit

SORTS: Final = {"name": ("name", "pk"), "added": ("pk",), "delivered": ("-last_delivered_at", "pk")}


@screen("endpoints.read")
def endpoints(visit: Visit) -> HttpResponse:
    """All endpoints, found by name or address, and how each fares."""
    now, text = timezone.now(), visit.asked("q")
    found = WebhookEndpoint.objects.all()
    if text:
        found = found.filter(Q(name__icontains=text) | Q(url__icontains=text))
    page = listing(visit, found, sorts=SORTS, default="added")
    rows = [(one, queries.health(one.endpoint, now)) for one in queries.standings_of(page.rows)]
    context = {
        "area": "endpoints",
        "section": "endpoints",
        "list": page,
        "rows": rows,
        "q": text,
        "counted": queries.COUNTED,
    }
    return visit.listed("endpoints/list.html", "endpoints/rows.html", context)
