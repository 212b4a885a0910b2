"""The App in the Dashboard comes by itself, follows the plugin, and leaves with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from saleor.plugins.manager import get_plugins_manager

from saleor_customer_groups import conf
from saleor_customer_groups.host import dashboard, uninstall
from saleor_customer_groups.host.places import APP_PERMISSIONS, EXTENSIONS

pytestmark = pytest.mark.django_db(transaction=True)


def _app() -> Any:
    return apps.get_model("app", "App").objects.get(identifier=conf.PLUGIN_ID)


def _switch(active: bool) -> None:
    get_plugins_manager(allow_replica=False).save_plugin_configuration(
        conf.PLUGIN_ID, None, {"active": active}
    )


@pytest.fixture(autouse=True)
def _permissions(db: None, settings: Any) -> None:
    from tests.callers import permissions

    # On the real Saleor its own fixtures replace the plugins in every test.
    settings.PLUGINS = ["saleor_customer_groups.plugin.CustomerGroupsPlugin"]
    permissions(*APP_PERMISSIONS)


def test_it_registers_the_app_with_its_places() -> None:
    assert dashboard.sync()
    app = _app()
    assert (app.name, app.type, app.is_active, app.is_installed) == (
        "Customer groups",
        "thirdparty",
        True,
        True,
    )
    assert app.app_url.endswith("/plugins/saleor.customer-groups/pages")
    assert app.get_permissions() == set(APP_PERMISSIONS)
    rows = app.extensions.order_by("pk")
    assert [(row.label, row.mount, row.target) for row in rows] == [
        (one.label, one.mount, one.target) for one in EXTENSIONS
    ]
    assert [row.url for row in rows] == [
        one.path if one.target == "app_page" else app.app_url + one.path for one in EXTENSIONS
    ]


def test_once_is_enough(django_assert_num_queries: Any) -> None:
    dashboard.sync()
    ids = list(_app().extensions.values_list("pk", flat=True))
    assert not dashboard.sync()
    assert list(_app().extensions.values_list("pk", flat=True)) == ids


def test_it_follows_the_plugin() -> None:
    dashboard.sync()
    _switch(False)
    assert not _app().is_active
    _switch(True)
    assert _app().is_active


def test_it_is_not_made_for_a_plugin_that_is_off() -> None:
    _switch(False)
    dashboard.sync()
    assert not apps.get_model("app", "App").objects.filter(identifier=conf.PLUGIN_ID).exists()


def test_what_the_merchant_changed_stays() -> None:
    dashboard.sync()
    app = _app()
    app.is_active, app.name = False, "Groups"
    app.save()
    app.permissions.clear()
    assert not dashboard.sync()
    assert (_app().is_active, _app().name, _app().permissions.count()) == (False, "Groups", 0)


def test_another_address_of_the_shop_comes_through(settings: Any) -> None:
    dashboard.sync()
    ids = list(_app().extensions.order_by("pk").values_list("pk", flat=True))
    settings.PUBLIC_URL = "https://shop.example.com"
    assert dashboard.sync()
    assert _app().app_url == "https://shop.example.com/plugins/saleor.customer-groups/pages"
    assert list(_app().extensions.order_by("pk").values_list("pk", flat=True)) == ids


def test_an_upgrade_takes_from_it_what_saleor_gives_no_app_any_more() -> None:
    from tests.callers import permissions

    dashboard.sync()
    app = _app()
    app.permissions.add(*permissions("app.manage_apps"))
    app.private_metadata[dashboard.MADE] = "of the release before"
    app.save()
    assert dashboard.sync()
    assert _app().get_permissions() == set(APP_PERMISSIONS)


def test_uninstalling_takes_it_out() -> None:
    dashboard.sync()
    assert uninstall.uninstall().apps == 1
    assert not apps.get_model("app", "App").objects.filter(identifier=conf.PLUGIN_ID).exists()
    assert not dashboard.sync()
