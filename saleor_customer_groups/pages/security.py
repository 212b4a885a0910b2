"""What every answer carries, and which requests are refused before anything is looked at."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

SAFE_METHODS: Final = ("GET", "HEAD")


def protect(response: HttpResponse, origins: tuple[str, ...]) -> HttpResponse:
    """Only our own files run, only the Dashboard frames it, and nothing is kept."""
    response["Content-Security-Policy"] = (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
        f"frame-ancestors {' '.join(origins)}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    response["Vary"] = "HX-Request, Authorization, Accept-Language"
    return response


def is_cross_site(request: HttpRequest) -> bool:
    """Whether a page of another origin makes the browser send this.

    Such a page has no token, and nothing but a token opens a screen; this is the second lock.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site != "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.get_host()
