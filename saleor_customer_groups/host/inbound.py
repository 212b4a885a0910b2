"""Calls of triggers: /plugins/saleor.customer-groups/trigger/…"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from ..triggers.purposes import HANDLERS
from ..webhooks import inbound


def trigger(request: HttpRequest, uid: str) -> HttpResponse:
    """Another system calls a trigger of ours."""
    call = inbound.Call(
        uid=uid,
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
