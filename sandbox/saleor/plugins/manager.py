"""Finds the plugins and calls their events, one plugin after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils.module_loading import import_string

from ..core.db.connection import allow_writer
from .base_plugin import BasePlugin
from .models import PluginConfiguration


class PluginsManager:
    """Lives as long as one request or task. Plugins are made when first asked for.

    The miniature knows only plugins that are configured once for the whole shop.
    """

    def __init__(
        self,
        plugins: list[str],
        requestor_getter: Callable[[], Any] | None = None,
        allow_replica: bool = True,
    ) -> None:
        self.plugins = plugins
        self.requestor_getter = requestor_getter
        self._allow_replica = allow_replica
        self._loaded: list[BasePlugin] | None = None

    @property
    def database(self) -> str:
        if self._allow_replica:
            return str(settings.DATABASE_CONNECTION_REPLICA_NAME)
        return str(settings.DATABASE_CONNECTION_DEFAULT_NAME)

    def get_plugins(
        self,
        channel_slug: str | None = None,
        active_only: bool = False,
        plugin_ids: list[str] | None = None,
    ) -> list[BasePlugin]:
        if self._loaded is None:
            self._loaded = self._load()
        return [
            plugin
            for plugin in self._loaded
            if (plugin.active or not active_only)
            and (not plugin_ids or plugin.PLUGIN_ID in plugin_ids)
        ]

    def _load(self) -> list[BasePlugin]:
        rows = PluginConfiguration.objects.using(self.database).filter(channel=None)
        stored = {row.identifier: row for row in rows}
        plugins = []
        for path in self.plugins:
            plugin_class: type[BasePlugin] = import_string(path)
            row = stored.get(plugin_class.PLUGIN_ID)
            plugins.append(
                plugin_class(
                    configuration=row.configuration if row else plugin_class.DEFAULT_CONFIGURATION,
                    active=row.active if row else plugin_class.get_default_active(),
                    requestor_getter=self.requestor_getter,
                    db_config=row,
                    allow_replica=self._allow_replica,
                )
            )
        return plugins

    def get_plugin(self, plugin_id: str, channel_slug: str | None = None) -> BasePlugin | None:
        return next((p for p in self.get_plugins() if p.check_plugin_id(plugin_id)), None)

    def save_plugin_configuration(
        self, plugin_id: str, channel_slug: str | None, cleaned_data: dict[str, Any]
    ) -> PluginConfiguration | None:
        """Save what the merchant set; None for a plugin that there is not."""
        plugin = self.get_plugin(plugin_id)
        if plugin is None:
            return None
        row, _ = PluginConfiguration.objects.using(self.database).get_or_create(
            identifier=plugin_id,
            channel=None,
            defaults={"configuration": plugin.configuration},
        )
        saved = plugin.save_plugin_configuration(row, cleaned_data)
        saved.name, saved.description = plugin.PLUGIN_NAME, plugin.PLUGIN_DESCRIPTION
        plugin.active = saved.active
        return saved

    def _run(self, event: str, *args: Any, **kwargs: Any) -> Any:
        value = None
        for plugin in self.get_plugins(active_only=True):
            method = getattr(plugin, event, None)
            if method is not None:
                value = method(*args, **kwargs, previous_value=value)
        return value

    def preprocess_order_creation(self, checkout_info: Any, lines: list[Any] | None = None) -> Any:
        return self._run("preprocess_order_creation", checkout_info, lines)

    def checkout_created(self, checkout: Any, webhooks: Any = None) -> Any:
        return self._run("checkout_created", checkout, webhooks=webhooks)

    def checkout_updated(self, checkout: Any, webhooks: Any = None) -> Any:
        return self._run("checkout_updated", checkout, webhooks=webhooks)

    def order_created(self, order: Any, webhooks: Any = None) -> Any:
        return self._run("order_created", order, webhooks=webhooks)

    def order_confirmed(self, order: Any, webhooks: Any = None) -> Any:
        return self._run("order_confirmed", order, webhooks=webhooks)

    def order_paid(self, order: Any, webhooks: Any = None) -> Any:
        return self._run("order_paid", order, webhooks=webhooks)

    def order_fully_paid(self, order: Any, webhooks: Any = None) -> Any:
        return self._run("order_fully_paid", order, webhooks=webhooks)

    def order_cancelled(self, order: Any, webhooks: Any = None) -> Any:
        return self._run("order_cancelled", order, webhooks=webhooks)

    def gift_card_created(self, gift_card: Any, webhooks: Any = None) -> Any:
        return self._run("gift_card_created", gift_card, webhooks=webhooks)

    def gift_card_updated(self, gift_card: Any) -> Any:
        return self._run("gift_card_updated", gift_card)

    def voucher_created(self, voucher: Any, code: str) -> Any:
        return self._run("voucher_created", voucher, code)

    def customer_created(self, customer: Any) -> Any:
        return self._run("customer_created", customer)

    def customer_updated(self, customer: Any, webhooks: Any = None) -> Any:
        return self._run("customer_updated", customer, webhooks=webhooks)

    def customer_deleted(self, customer: Any, webhooks: Any = None) -> Any:
        return self._run("customer_deleted", customer, webhooks=webhooks)

    def account_confirmed(self, user: Any) -> Any:
        return self._run("account_confirmed", user)

    def account_deleted(self, user: Any) -> Any:
        return self._run("account_deleted", user)

    def account_confirmation_requested(
        self, user: Any, channel_slug: str, token: str, redirect_url: str | None
    ) -> Any:
        return self._run(
            "account_confirmation_requested",
            user,
            channel_slug,
            token=token,
            redirect_url=redirect_url,
        )

    def webhook_endpoint_without_channel(
        self, request: HttpRequest, plugin_id: str
    ) -> HttpResponse:
        """A request to the plugin's own address; answered also by an inactive plugin."""
        plugin = self.get_plugin(plugin_id)
        if plugin is None or not hasattr(plugin, "webhook"):
            return HttpResponseNotFound()
        path = request.path.split(plugin_id, maxsplit=1)[1]
        response: HttpResponse = plugin.webhook(request, path, HttpResponseNotFound())
        return response


def get_plugins_manager(
    allow_replica: bool, requestor_getter: Callable[[], Any] | None = None
) -> PluginsManager:
    if allow_replica:
        return PluginsManager(settings.PLUGINS, requestor_getter, allow_replica)
    with allow_writer():
        return PluginsManager(settings.PLUGINS, requestor_getter, allow_replica)
