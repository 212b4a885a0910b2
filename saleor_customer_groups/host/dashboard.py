"""Our App in Saleor's Dashboard: its row and those of its extensions.

Nobody installs it. The sweep of every minute makes the rows, also after an upgrade or when the
shop gets another address, and switching the plugin switches them. What the merchant changes
about the App (its name, its permissions, off and on) stays as long as we have nothing new to say.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Collection, Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from django.core.exceptions import FieldDoesNotExist
from django.db import connection, transaction
from django.db.models import Q
from saleor.app.models import App, AppExtension
from saleor.app.types import AppType
from saleor.core.utils import build_absolute_uri
from saleor.permission.models import Permission
from saleor.plugins.manager import get_plugins_manager

from .. import conf
from ..access import Caller, needed
from .places import APP_PERMISSIONS, EXTENSIONS, OF_STAFF_ALONE, Extension
from .prices import plugin_of

# In the App's private metadata: which rows we made, and whether the plugin was on then.
MADE: Final = "saleor_customer_groups.made"
PLUGIN: Final = "saleor_customer_groups.plugin"
ON: Final = "on"
OFF: Final = "off"
ABOUT: Final = (
    "Customers in groups that decide prices, loyalty credit and messages. If a page stays empty, "
    "enter the Dashboard's address in the configuration of the plugin “Customer groups”."
)


def sync() -> bool:
    """Make the App and its extensions what they should be; whether anything was to be done.

    One statement when nothing is. May run at the same time as itself.
    """
    plugin = ON if plugin_of(get_plugins_manager(allow_replica=False)) else OFF
    made, app = _fingerprint(), _app()
    if app is None and plugin == OFF:
        return False
    if app is not None and _says(app, made, plugin):
        return False
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [conf.PLUGIN_ID])
        app = _app() or App(
            identifier=conf.PLUGIN_ID, name="Customer groups", type=AppType.THIRDPARTY
        )
        if not _says(app, made, plugin):
            _write(app, made, plugin)
    return True


def remove() -> int:
    """Take the App out of Saleor; how many there were."""
    ours = App.objects.filter(identifier=conf.PLUGIN_ID)
    count: int = ours.count()
    ours.delete()
    return count


def pages_url() -> str:
    """Where our pages are, as browsers reach the shop."""
    url: str = build_absolute_uri(f"/plugins/{conf.PLUGIN_ID}/pages")
    return url


def page_of(path: str) -> str | None:
    """Where the Dashboard shows a page of ours; None without an App that is on."""
    app = _app()
    return f"/extensions/app/{quote(_global_id(app))}{path}" if app and app.is_active else None


def opens(caller: Caller, act: str) -> bool:
    """Whether our pages would let the staff do it whose frame this is.

    The token of a widget is for less: who lacks one of its permissions gets none at all, so that
    it asks for no more than its own matter needs. The tokens of other Apps do not count.
    """
    app = _app()
    if app is None or caller.through != _global_id(app):
        return False
    allowed = app.get_permissions()
    return any(name in allowed and _own(caller, name) for name in needed(act))


def on_page(caller: Caller) -> Caller:
    """The caller as our pages take them: with what no App may hold, if the staff have it.

    A frame's token says that beside what it lets the App do for them. The tokens of widgets and
    popups, and of other Apps, open no more here than they do in Saleor.
    """
    more = frozenset(name for name in OF_STAFF_ALONE if _own(caller, name)) - caller.permissions
    if not more or caller.extension:
        return caller
    app = _app()
    if app is None or not app.is_active or caller.through != _global_id(app):
        return caller
    return replace(caller, permissions=caller.permissions | more)


def _own(caller: Caller, name: str) -> bool:
    return name.partition(".")[2].upper() in caller.own


def _global_id(app: Any) -> str:
    return b64encode(f"App:{app.pk}".encode()).decode()


def _app() -> Any:
    return App.objects.filter(identifier=conf.PLUGIN_ID, removed_at=None).order_by("pk").first()


def _says(app: Any, made: str, plugin: str) -> bool:
    """Whether the row was made as it would be made now, with the plugin as it is."""
    return bool(
        app.pk and app.private_metadata.get(MADE) == made and app.private_metadata[PLUGIN] == plugin
    )


def _fingerprint() -> str:
    """Changes with everything that the rows are made of."""
    facts = [pages_url(), ABOUT, APP_PERMISSIONS, [repr(one) for one in EXTENSIONS]]
    return sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _write(app: Any, made: str, plugin: str) -> None:
    is_new = app.pk is None
    if is_new or app.private_metadata.get(PLUGIN) != plugin:
        app.is_active = plugin == ON
    is_other = app.private_metadata.get(MADE) != made
    app.private_metadata = {**app.private_metadata, MADE: made, PLUGIN: plugin}
    app.is_installed, app.app_url, app.about_app = True, pages_url(), ABOUT
    app.save()
    if is_other:
        app.permissions.set(_permissions(APP_PERMISSIONS))
        _write_extensions(app)


def _write_extensions(app: Any) -> None:
    """A row that stays keeps its id, and so its address in the Dashboard."""
    there = {(row.mount, row.label): row for row in app.extensions.all()}
    wanted = [one for one in EXTENSIONS if _knows_mount(one.mount)]
    for one in wanted:
        row: Any = there.pop((one.mount, one.label), None) or AppExtension(app=app)
        row.label, row.mount, row.target, row.url = one.label, one.mount, one.target, _url(one)
        row.settings = dict(one.settings)
        if _has_field("identifier"):
            row.identifier = one.identifier
        if _has_field("http_target_method"):
            row.http_target_method = "GET" if one.target == "widget" else None
        row.save()
        row.permissions.set(_permissions(one.permissions))
    app.extensions.filter(pk__in=[row.pk for row in there.values()]).delete()


def _url(one: Extension) -> str:
    """The Dashboard joins the app's address and a page's path, but not those of other targets."""
    return one.path if one.target == "app_page" else pages_url() + one.path


def _permissions(names: Iterable[str]) -> Collection[Any]:
    condition = Q(pk__in=[])
    for name in names:
        label, _, codename = name.partition(".")
        condition |= Q(content_type__app_label=label, codename=codename)
    return list(Permission.objects.filter(condition))


def _knows_mount(mount: str) -> bool:
    """Saleor 3.22 fails to list extensions with a mount that it does not know."""
    choices = AppExtension._meta.get_field("mount").choices
    return not choices or mount in dict(choices)


def _has_field(name: str) -> bool:
    try:
        AppExtension._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
