"""The public shell: an empty page without data, which fetches its screen with the staff's token."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy

from . import assets
from .addresses import base_of
from .origins import SELF
from .rendering import render
from .security import protect

LANGUAGES: Final = ("en", "pl")
# A page that was not fetched cannot say it: the shell has it in every language.
OFFLINE: Final = gettext_lazy("The shop did not answer. Try again.")
THEMES: Final = ("light", "dark")
KINDS: Final = ("page", "widget", "popup")


def shell(request: HttpRequest, *, kind: str, origins: tuple[str, ...]) -> HttpResponse:
    """The same for everybody: who asks is not known here. `kind` is how the Dashboard shows it."""
    # A crafted link can put its values first; the Dashboard's own come last (Django takes these).
    theme = request.GET.get("theme", "")
    context = {
        "assets": f"{base_of(request)}/assets/{assets.version()}",
        "kind": kind,
        "theme": theme if theme in THEMES else "",
        "offline": [(language, _in(language)) for language in LANGUAGES],
        "origins": [origin for origin in origins if origin != SELF],
    }
    return protect(HttpResponse(render("shell.html", context)), origins)


def _in(language: str) -> str:
    with translation.override(language):
        return str(OFFLINE)
