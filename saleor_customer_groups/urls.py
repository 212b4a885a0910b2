"""The plugin's own addresses: /plugins/saleor.customer-groups/…, which Saleor hands to it whole.

Saleor's URLs are not ours to extend, so we resolve and reverse these by ourselves.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.urls import Resolver404, include, path, re_path, resolve

from .host import inbound


def graphql(request: HttpRequest) -> HttpResponse:
    """The API. Its schema is imported with the first request to it, not with the plugin."""
    return import_module("saleor_customer_groups.graphql.view").respond(request)  # type: ignore[no-any-return]


def export(request: HttpRequest, key: str, kind: str) -> HttpResponseBase:
    """The file of an export, for who may read it."""
    return _downloads().export(request, int(key), kind)  # type: ignore[no-any-return]


def import_report(request: HttpRequest, key: str) -> HttpResponseBase:
    """What is wrong with the lines of an import."""
    return _downloads().import_report(request, int(key))  # type: ignore[no-any-return]


def statement(request: HttpRequest, unit: str, currency: str = "") -> HttpResponseBase:
    """What happened to a balance, for its customer and for who may read it."""
    return _downloads().statement(request, unit, currency)  # type: ignore[no-any-return]


def _downloads() -> Any:
    return import_module("saleor_customer_groups.graphql.downloads")


urlpatterns = [
    re_path(r"^trigger/(?P<uid>[0-9a-fA-F-]{32,36})/?\Z", inbound.trigger),
    re_path(r"^graphql/?\Z", graphql),
    re_path(r"^exports/(?P<key>\d{1,18})/members\.(?P<kind>csv|xlsx)\Z", export),
    re_path(r"^imports/(?P<key>\d{1,18})/report\.csv\Z", import_report),
    re_path(r"^statements/(?P<unit>points)\.csv\Z", statement),
    re_path(r"^statements/(?P<unit>credit|cashback)-(?P<currency>[A-Z]{3})\.csv\Z", statement),
    path("", include("saleor_customer_groups.pages.urls")),
]


def respond(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer a request of an address of ours; `path` is what follows the plugin's id."""
    try:
        match = resolve(path, urlconf=__name__)
    except Resolver404:
        return HttpResponseNotFound()
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response
