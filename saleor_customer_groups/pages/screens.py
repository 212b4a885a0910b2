"""How a view becomes a screen: the shell for a browser, the fragment for who brings a token."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import translation

from .. import access
from ..errors import CustomerGroupsError
from ..host import dashboard
from ..host.auth import caller_of
from . import panels, security
from .origins import DASHBOARD, origins
from .panels import Place
from .sentences import said
from .shell import LANGUAGES, shell
from .visit import Visit

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[Visit, P], HttpResponse]


def screen(
    act: str, *, change: str = "", kind: str = "page", page: str = ""
) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Make a view a screen that needs `act`, and `change` (else `act` too) for what is sent to it.

    The first request of a browser has no token and gets the shell. `kind`: page, widget or popup.
    `page` names the page that does the same as a popup: the Dashboard renews a page's token, but
    not a popup's, which is as old as the page that opens it.
    """

    place = Place(kind, page)

    def decorate(view: View[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            sources = origins(str(request.META.get(DASHBOARD, "")))
            if request.method not in (*security.SAFE_METHODS, "POST"):
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            is_fragment = request.headers.get("HX-Request") == "true"
            if request.method in security.SAFE_METHODS and not is_fragment:
                return shell(request, kind=kind, origins=sources)
            needed = change if change and request.method == "POST" else act
            with translation.override(_language(request)):
                response = _fragment(request, view, needed, place, *args, **kwargs)
            return security.protect(response, sources)

        return answer

    return decorate


def _fragment(
    request: HttpRequest,
    view: Callable[..., HttpResponse],
    act: str,
    place: Place,
    *args: Any,
    **kwargs: Any,
) -> HttpResponse:
    if security.is_cross_site(request):
        return panels.panel("cross_site", 403)
    try:
        caller = dashboard.on_page(caller_of(request))
    except access.InvalidToken as problem:
        return panels.with_bad_token(request, problem, place)
    if caller == access.ANONYMOUS:
        return panels.without_token(request, place)
    try:
        caller.require(act)
        return view(Visit(request, caller), *args, **kwargs)
    except Http404:
        return panels.panel("not_found", 404)
    except access.Forbidden as refusal:  # a page may need more than its screen says
        return panels.forbidden(request, caller, refusal, place)
    except CustomerGroupsError as refusal:  # a view shows those that it expects at their field
        return panels.panel("refused", 409, sentence=said(refusal.message))


def _language(request: HttpRequest) -> str:
    """The Dashboard's language if we speak it, else English."""
    wanted = request.headers.get("Accept-Language", "").lower().replace("_", "-")
    first = wanted.split(",")[0].split(";")[0].split("-")[0].strip()
    return first if first in LANGUAGES else "en"
