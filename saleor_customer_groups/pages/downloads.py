"""Files for the reader, in pieces: a link cannot carry a token, so pages.js fetches them with it.

Each piece is bounded, is asked for with the token and checked by itself. `X-Following` names the
address of the next one; the browser puts them together and saves the whole.
"""

from __future__ import annotations

from django.http import HttpResponse


def download(data: bytes, *, content_type: str, following: str = "") -> HttpResponse:
    """A piece of a file, and where the next one is."""
    response = HttpResponse(data, content_type=content_type)
    if following:
        response["X-Following"] = following
    return response
