"""The files behind the API: exports, reports of imports, and statements, for who may read them.

They come by the same token in the same header as the API's requests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase, JsonResponse

from ..access import Act, Caller, Forbidden, InvalidToken
from ..errors import CustomerGroupsError, InvalidInput
from ..exporting import balances, queries
from ..exporting.columns import tell_of_loyalty
from ..host import auth, storefront
from ..host.db import on_writer
from ..importing import jobs, report
from ..models import Export
from .errors import formatted
from .ids import key_of

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def require_columns(caller: Caller, codes: Iterable[str]) -> None:
    """Forbidden unless the caller may read what these columns of an export tell."""
    if tell_of_loyalty(codes):
        caller.require(Act.READ_LOYALTY)


def export(request: HttpRequest, key: int, kind: str) -> HttpResponseBase:
    """The file of an export."""

    def opened(caller: Caller) -> Iterator[bytes]:
        caller.require(Act.READ_MEMBERS)
        row = Export.objects.filter(pk=key, format=kind).first()
        if row is None:
            sentence = f"There is no such export {key}."
            raise InvalidInput(sentence, field="export", code="not_found")
        require_columns(caller, row.columns)
        return queries.read(key)

    return _answered(request, opened, name=f"members-{key}.{kind}", kind=kind)


def import_report(request: HttpRequest, key: int) -> HttpResponseBase:
    """The lines of an import that came to nothing, as CSV."""

    def opened(caller: Caller) -> Iterator[bytes]:
        caller.require(Act.READ_MEMBERS)
        jobs.find(key)
        return report.report_csv(key)

    return _answered(request, opened, name=f"import-{key}.csv", kind="csv")


def statement(request: HttpRequest, unit: str, currency: str) -> HttpResponseBase:
    """What happened to a balance, as CSV: to one's own, or for staff to that of `customer`."""

    def opened(caller: Caller) -> Iterator[bytes]:
        asked = request.GET.get("customer")
        caller.require(Act.BE_CUSTOMER if asked is None else Act.READ_LOYALTY)
        key = caller.user_id or 0 if asked is None else key_of(asked, "User", field="customer")
        for_staff = asked is not None
        return balances.statement(key, unit=unit, currency=currency, for_staff=for_staff)

    name = f"{unit}-{currency}.csv" if currency else f"{unit}.csv"
    return _answered(request, opened, name=name, kind="csv")


def _answered(
    request: HttpRequest, opened: Callable[[Caller], Iterator[bytes]], *, name: str, kind: str
) -> HttpResponseBase:
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    try:
        caller = auth.caller_of(request)
        if storefront.is_closed_to(request):
            raise InvalidToken("Storefront traffic is not allowed.", code="StorefrontClosed")
        pieces = opened(caller)
    except InvalidToken as refusal:
        return _refused(refusal, status=401)
    except Forbidden as refusal:
        return _refused(refusal, status=403)
    except CustomerGroupsError as refusal:
        return _refused(refusal, status=404)
    steps = partial(on_writer(next), pieces, b"")
    content: Any = _awaited(steps) if isinstance(request, ASGIRequest) else iter(steps, b"")
    response = StreamingHttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def _awaited(step: Callable[[], bytes]) -> AsyncIterator[bytes]:
    """The same pieces for a server of ASGI, one in memory at a time."""
    while piece := await sync_to_async(step)():
        yield piece


def _refused(refusal: CustomerGroupsError, *, status: int) -> HttpResponse:
    response = JsonResponse({"errors": [formatted(refusal)]}, status=status)
    response["Cache-Control"] = "no-store"
    return response
