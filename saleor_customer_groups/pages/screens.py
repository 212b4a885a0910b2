"""How a view becomes a screen: the shell for a browser, the fragment for who brings a token."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import translation

from .. import access
from ..errors import CustomerGroupsError
from ..host.auth import caller_of
from . import security
from .origins import DASHBOARD, origins
from .rendering import render
from .sentences import said
from .shell import LANGUAGES, shell
from .visit import Visit

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[Visit, P], HttpResponse]


def screen(
    act: str, *, change: str = "", kind: str = "page"
) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Make a view a screen that needs `act`, and `change` (else `act` too) for what is sent to it.

    The first request of a browser has no token and gets the shell. `kind`: page, widget or popup.
    """

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
                response = _fragment(request, view, needed, *args, **kwargs)
            return security.protect(response, sources)

        return answer

    return decorate


def _fragment(
    request: HttpRequest, view: Callable[..., HttpResponse], act: str, *args: Any, **kwargs: Any
) -> HttpResponse:
    if security.is_cross_site(request):
        return _panel("cross_site", 403)
    try:
        caller = caller_of(request)
    except access.InvalidToken:
        return _panel("signed_out", 401)
    if caller == access.ANONYMOUS:
        return _panel("signed_out", 401)
    if not caller.may(act):
        return _panel("no_access", 403, permissions=access.Forbidden(act).permissions)
    try:
        return view(Visit(request, caller), *args, **kwargs)
    except Http404:
        return _panel("not_found", 404)
    except access.Forbidden as refusal:  # a page may need more than its screen says
        return _panel("no_access", 403, permissions=refusal.permissions)
    except CustomerGroupsError as refusal:  # a view shows those that it expects at their field
        return _panel("refused", 409, sentence=said(refusal.message))


def _panel(name: str, status: int, **context: Any) -> HttpResponse:
    """In place of the screen: why there is none."""
    language = translation.get_language()
    text = render(f"panels/{name}.html", {**context, "language": language})
    response = HttpResponse(text, status=status)
    response["HX-Retarget"] = "#screen"
    response["HX-Reswap"] = "innerHTML"
    response["HX-Push-Url"] = "false"
    return response


def _language(request: HttpRequest) -> str:
    """The Dashboard's language if we speak it, else English."""
    wanted = request.headers.get("Accept-Language", "").lower().replace("_", "-")
    first = wanted.split(",")[0].split(";")[0].split("-")[0].strip()
    return first if first in LANGUAGES else "en"
