"""Our stylesheets, scripts and fonts. Saleor serves no static files, so we do.

The version in the address is made of the files' bytes: a browser may keep them for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseNotModified

FOLDER: Final = Path(__file__).resolve().parent.parent / "static" / "saleor_customer_groups"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served."""

    content: bytes
    content_type: str
    etag: str


@cache
def assets() -> dict[str, Asset]:
    """All files by name: half a megabyte, read once in a process."""
    return {
        path.name: Asset(content, TYPES[path.suffix], f'"{sha256(content).hexdigest()[:20]}"')
        for path in sorted(FOLDER.iterdir())
        if path.suffix in TYPES and (content := path.read_bytes())
    }


@cache
def version() -> str:
    """A name for these very files."""
    etags = "".join(f"{name}{asset.etag}" for name, asset in assets().items())
    return sha256(etags.encode()).hexdigest()[:12]


def serve(request: HttpRequest, at: str, name: str) -> HttpResponse:
    """One file. Public: there is nothing about the shop in it."""
    asset = assets().get(name)
    if asset is None:
        return HttpResponseNotFound()
    if request.headers.get("If-None-Match") == asset.etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(asset.content, content_type=asset.content_type)
    response["ETag"] = asset.etag
    # While pods are changed, the version may be another one: right, but not for ever.
    response["Cache-Control"] = FOR_EVER if at == version() else "no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response
