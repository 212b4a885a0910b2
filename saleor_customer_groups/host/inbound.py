"""The plugin's own addresses: /plugins/saleor.customer-groups/…, as Saleor hands them to it."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse

from ..triggers.purposes import HANDLERS
from ..webhooks import inbound

TRIGGER: Final = re.compile(r"/trigger/([0-9a-fA-F-]{32,36})/?")


def respond(request: HttpRequest, path: str) -> HttpResponse:
    """Answer a request of an address of ours; `path` is what follows the plugin's id."""
    trigger = TRIGGER.fullmatch(path)
    if trigger is None:
        return HttpResponseNotFound()
    call = inbound.Call(
        uid=trigger[1],
        method=request.method or "",
        headers={name.lower(): text for name, text in request.headers.items()},
        read=request.read,
    )
    reply = inbound.receive(call, HANDLERS)
    # Sorted, so that a repeated answer, which comes from the database, has the same bytes.
    return JsonResponse(
        reply.body,
        status=reply.status,
        headers=dict(reply.headers),
        json_dumps_params={"sort_keys": True},
    )
