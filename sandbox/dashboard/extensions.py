"""Which extensions there are, their frames, and the tokens that these get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest
from saleor.core import jwt

from saleor_customer_groups import conf
from saleor_customer_groups.host.dashboard import APP_PERMISSIONS, EXTENSIONS, Extension


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of an extension; `extension` is empty for a page of the app."""

    label: str
    src: str
    extension: str = ""


def app_url(request: HttpRequest) -> str:
    """The pages stand at another origin than the Dashboard, as they do in life: 127.0.0.1 is
    not localhost.
    """
    host, _, port = request.get_host().partition(":")
    other = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}.get(host, host)
    return f"{request.scheme}://{other}{':' if port else ''}{port}/plugins/{conf.PLUGIN_ID}/pages"


def at(mount: str) -> list[Extension]:
    """The extensions of a place."""
    return [one for one in EXTENSIONS if one.mount == mount]


def named(identifier: str) -> Extension:
    """The extension of this identifier."""
    found = next((one for one in EXTENSIONS if one.identifier == identifier), None)
    if found is None:
        raise Http404
    return found


def navigation() -> dict[str, list[tuple[str, str]]]:
    """The menu's entries by group."""
    groups = {"customers": "navigation_customers", "discounts": "navigation_discounts"}
    return {
        name: [(one.label, f"/dashboard/extensions/app/1{one.path}") for one in at(mount)]
        for name, mount in groups.items()
    }


def frame(request: HttpRequest, one: Extension, **parameters: str) -> Frame:
    """The frame of a widget or popup."""
    return Frame(one.label, _source(request, one.path, parameters), one.identifier)


def page_frame(request: HttpRequest, path: str) -> Frame:
    """The frame of a page of the app; it gets the Dashboard's own query string first."""
    return Frame("Customer groups", _source(request, path, dict(request.GET.items())))


def _source(request: HttpRequest, path: str, parameters: dict[str, str]) -> str:
    added = {
        "domain": request.get_host(),
        "saleorApiUrl": f"{app_url(request).partition('/plugins')[0]}/graphql/",
        "id": "QXBwOjE=",
        "theme": request.COOKIES.get("theme", "light"),
    }
    return f"{app_url(request)}{path}?{urlencode([*parameters.items(), *added.items()])}"


def token_for(user: Any, extension: str) -> str:
    """A token for five minutes with what both the user and the extension (or the app) may do."""
    wanted = named(extension).permissions if extension else APP_PERMISSIONS
    pairs = user.effective_permissions.values_list("content_type__app_label", "codename")
    own = {f"{label}.{codename}" for label, codename in pairs}
    both = sorted(name.partition(".")[2].upper() for name in own.intersection(wanted))
    payload = jwt.jwt_user_payload(
        user, jwt.JWT_THIRDPARTY_ACCESS_TYPE, settings.JWT_TTL_APP_ACCESS, {"permissions": both}
    )
    return jwt.jwt_encode(payload)
