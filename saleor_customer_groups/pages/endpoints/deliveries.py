"""What is on its way to an endpoint and what became of it, and sending it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...models import DeliveryState, WebhookDelivery, WebhookEndpoint
from ...webhooks import endpoints, replaying, signing
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from .endpoint import context_of, endpoint_or_404
from .forms import ReplayForm
from .words import DELIVERIES

# Each state is read along an index: the latest events, the next tries, the latest that failed.
SORTS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "": {"at": ("-event_id",)},
    DeliveryState.DELIVERED: {"at": ("-event_id",)},
    DeliveryState.PENDING: {"at": ("due_at", "pk")},
    DeliveryState.FAILED: {"at": ("-finished_at", "pk")},
}
SOON: Final = timedelta(minutes=1)  # a page of a delivery that is tried so soon waits for it
SHOWN: Final = 50  # tries of a delivery, the latest


@screen("endpoints.read")
def deliveries(visit: Visit, endpoint_id: int) -> HttpResponse:
    """The first page of an endpoint: its deliveries, by state or by the id of a message."""
    endpoint = endpoint_or_404(endpoint_id)
    state, text = visit.asked("state"), visit.asked("q")
    state = state if state in DeliveryState.values else ""
    found = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("event")
    found = found.filter(state=state) if state else found
    found = _of_message(found, text) if text else found
    page = listing(visit, found, sorts=SORTS[state], default="at", keep=("q", "state"))
    context = {
        **context_of(endpoint, "deliveries"),
        "list": page,
        "q": text,
        "state": state,
        "states": DELIVERIES.items(),
    }
    return visit.listed("endpoints/deliveries.html", "endpoints/delivery_rows.html", context)


@screen("endpoints.read")
def delivery(visit: Visit, endpoint_id: int, delivery_id: int) -> HttpResponse:
    """One delivery: what is sent, and each try with what was answered."""
    found = _delivery_or_404(endpoint_id, delivery_id)
    now = timezone.now()
    context = {
        **context_of(found.endpoint, ""),
        "delivery": found,
        "message": signing.message_id(found.event.uid),
        "body": _pretty(found.event.body),
        "tries": found.tries.order_by("-pk")[:SHOWN],
        "waits": found.state == DeliveryState.PENDING
        and found.endpoint.is_on
        and found.due_at < now + SOON,
    }
    page, tries = "endpoints/delivery.html", "endpoints/delivery_now.html"
    return visit.listed(page, tries, context, part="delivery")


@screen("endpoints.manage")
def again(visit: Visit, endpoint_id: int, delivery_id: int) -> HttpResponse:
    """Send one delivery again, at once."""
    found = _delivery_or_404(endpoint_id, delivery_id)
    if visit.posted:
        replaying.replay(found)
    address = visit.link("endpoint-delivery", endpoint_id, delivery_id)
    return visit.go(address, toast=_("It is sent again.") if visit.posted else "")


@screen("endpoints.manage")
def replay(visit: Visit, endpoint_id: int) -> HttpResponse:
    """The dialog that sends much again: what was given up, or all of a span of time."""
    endpoint = endpoint_or_404(endpoint_id)
    yesterday = timezone.localtime() - timedelta(days=1)
    form = ReplayForm(visit.data, initial={"what": "failed", "since": yesterday})
    if visit.posted and form.is_valid():
        with form.refusing():
            count = _replay(endpoint, form.cleaned_data)
            text = ngettext("%(n)s event is sent again.", "%(n)s events are sent again.", count)
            return visit.go(visit.link("endpoint", endpoint_id), toast=text % {"n": count})
    return visit.form("endpoints/replay.html", {**context_of(endpoint, ""), "form": form})


@screen("endpoints.manage")
def ping(visit: Visit, endpoint_id: int) -> HttpResponse:
    """Send it a ping, and show what becomes of it."""
    endpoint = endpoint_or_404(endpoint_id)
    if not visit.posted:
        return visit.go(visit.link("endpoint", endpoint_id))
    sent = endpoints.ping(endpoint, actor=visit.actor)
    address = visit.link("endpoint-delivery", endpoint_id, sent.pk)
    return visit.go(address, toast=_("A ping is on its way."))


def _replay(endpoint: WebhookEndpoint, given: dict[str, Any]) -> int:
    if given["what"] == "failed":
        return replaying.replay_failed(endpoint, since=given["since"])
    return replaying.replay_range(endpoint, since=given["since"], until=given["until"])


def _of_message(found: QuerySet[WebhookDelivery], text: str) -> QuerySet[WebhookDelivery]:
    try:
        return found.filter(event__uid=UUID(text.removeprefix("msg_")))
    except ValueError:
        return found.none()


def _delivery_or_404(endpoint_id: int, delivery_id: int) -> WebhookDelivery:
    rows = WebhookDelivery.objects.select_related("endpoint", "event")
    return get_object_or_404(rows, pk=delivery_id, endpoint_id=endpoint_id)


def _pretty(body: str) -> str:
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
