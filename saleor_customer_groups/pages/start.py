"""Where the App itself leads to: the list of extensions and the titles of our cards open it."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import resolve

from ..access import Act, Forbidden
from .addresses import URLCONF, base_of, link
from .areas import areas_for
from .screens import screen
from .visit import Visit


@screen(Act.ANYBODY)
def start(visit: Visit) -> HttpResponse:
    """The first area that the caller may see, and its address in place of this one."""
    area = next(iter(areas_for(visit.caller)), None)
    if area is None:
        raise Forbidden(Act.READ_GROUPS)
    path = link("", area.page)
    response: HttpResponse = resolve(path, urlconf=URLCONF).func(visit.request)
    response["HX-Replace-Url"] = base_of(visit.request) + path
    return response
