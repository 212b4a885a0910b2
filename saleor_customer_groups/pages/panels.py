"""What stands in place of a screen: why there is none, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from ..access import Caller, Forbidden, InvalidToken
from ..host import dashboard
from ..host.places import permissions_at
from .addresses import link
from .areas import areas_for
from .rendering import render
from .visit import Visit

PAGES: Final = "/pages"
EXPIRED: Final = "ExpiredSignatureError"


@dataclass(frozen=True, slots=True)
class Place:
    """How the Dashboard shows a screen (page, widget, popup), and the page that does the same."""

    kind: str
    page: str = ""


def panel(name: str, status: int, **context: Any) -> HttpResponse:
    """The panel of this name."""
    language = translation.get_language()
    text = render(f"panels/{name}.html", {**context, "language": language})
    response = HttpResponse(text, status=status)
    response["HX-Retarget"] = "#screen"
    response["HX-Reswap"] = "innerHTML"
    response["HX-Push-Url"] = "false"
    return response


def without_token(request: HttpRequest, place: Place) -> HttpResponse:
    """The frame of a widget or popup gets none when the staff lack one of its permissions."""
    if place.kind == "page":
        return panel("signed_out", 401)
    path = request.path.partition(PAGES)[2]
    return panel("no_access", 401, permissions=permissions_at(path))


def with_bad_token(request: HttpRequest, problem: InvalidToken, place: Place) -> HttpResponse:
    """A popup's token is as old as the page that opens it; a page's is renewed, so go on there."""
    if place.page and problem.code == EXPIRED:
        path = link("", place.page).removeprefix(PAGES)
        address = dashboard.page_of(f"{path}?{request.GET.urlencode()}")
        if address:
            return panel("expired", 401, address=address)
    return panel("signed_out", 401)


def forbidden(
    request: HttpRequest, caller: Caller, refusal: Forbidden, place: Place
) -> HttpResponse:
    """Which permissions open it; on a page also where the caller may go."""
    areas = areas_for(caller) if place.kind == "page" else []
    context = {"areas": areas, "visit": Visit(request, caller)}
    return panel("no_access", 403, permissions=refusal.permissions, **context)
