"""Which extensions there are, their frames, and the tokens that these get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import graphene
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from saleor.app.models import App, AppExtension
from saleor.core import jwt


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of an extension; `extension` is empty for a page of the app. `app` is the app's own
    page, where the title of a widget leads.
    """

    label: str
    src: str
    extension: str = ""
    app: str = ""


def at(mount: str) -> QuerySet[AppExtension]:
    """The extensions of a place, of apps that are on."""
    shown = AppExtension.objects.filter(app__is_active=True, app__removed_at=None)
    return shown.filter(mount=mount).select_related("app").order_by("pk")


def named(pk: str) -> AppExtension:
    """The extension of this id, or identifier."""
    shown = AppExtension.objects.filter(app__is_active=True, app__removed_at=None)
    found = shown.filter(**{"pk" if pk.isdecimal() else "identifier": pk}).first()
    if found is None:
        raise Http404
    return found


def navigation() -> dict[str, list[tuple[str, str]]]:
    """The menu's entries by group."""
    groups = {"customers": "navigation_customers", "discounts": "navigation_discounts"}
    return {
        name: [(one.label, page_of(one.app_id, one.url)) for one in at(mount)]
        for name, mount in groups.items()
    }


def page_of(app_id: int, path: str) -> str:
    """Where a page of an app is in here: below the app's global id, as in the real Dashboard."""
    return f"/dashboard/extensions/app/{quote(graphene.Node.to_global_id('App', app_id))}{path}"


def app_pk(text: str) -> int:
    """The app of such an address."""
    if text.isdecimal():
        return int(text)
    try:
        return int(graphene.Node.from_global_id(text)[1])
    except ValueError:
        raise Http404 from None


def frame(request: HttpRequest, one: AppExtension, **parameters: str) -> Frame:
    """The frame of a widget or popup."""
    source = _source(request, one.url, parameters)
    return Frame(one.label, source, str(one.pk), page_of(one.app_id, ""))


def page_frame(request: HttpRequest, app_id: int, path: str) -> Frame:
    """The frame of a page of the app; it gets the Dashboard's own query string first."""
    app = App.objects.not_removed().filter(pk=app_id).first()
    if app is None:
        raise Http404
    return Frame(app.name, _source(request, f"{app.app_url}{path}", dict(request.GET.items())))


def _source(request: HttpRequest, url: str, parameters: dict[str, str]) -> str:
    """The address with what the Dashboard adds to it.

    The pages stand at another origin than the Dashboard, as they do in life: 127.0.0.1 is not
    localhost. (Whatever the row says: the demo learns its port late.)
    """
    host, _, port = request.get_host().partition(":")
    other = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}.get(host, host)
    shop = f"{request.scheme}://{other}{':' if port else ''}{port}"
    added = {
        "domain": request.get_host(),
        "saleorApiUrl": f"{shop}/graphql/",
        "id": "QXBwOjE=",
        "theme": request.COOKIES.get("theme", "light"),
    }
    return f"{shop}{urlsplit(url).path}?{urlencode([*parameters.items(), *added.items()])}"


def token_for(user: Any, app_id: str, extension: str) -> str:
    """A token for five minutes with what both the user and the extension (or the app) may do.

    Empty, as the Dashboard has it, where the user lacks a permission of the extension. It also
    says what the user may do at all.
    """
    granted = named(extension) if extension else App.objects.get(pk=app_id)
    app = granted.app_id if extension else granted.pk
    names = {row.codename.upper() for row in granted.permissions.all()}
    own = {row.codename.upper() for row in user.effective_permissions}
    if extension and not names <= own:
        return ""
    claims = {
        "app": graphene.Node.to_global_id("App", app),
        "permissions": sorted(names & own),
        "user_permissions": sorted(own),
    }
    payload = jwt.jwt_user_payload(
        user, jwt.JWT_THIRDPARTY_ACCESS_TYPE, settings.JWT_TTL_APP_ACCESS, claims
    )
    return jwt.jwt_encode(payload)
