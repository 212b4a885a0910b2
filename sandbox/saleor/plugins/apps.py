"""Loads every plugin at start, so that a broken one is noticed then."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string


class PluginConfig(AppConfig):
    name = "saleor.plugins"
    verbose_name = "Plugins"

    def ready(self) -> None:
        for plugin_path in settings.PLUGINS:
            self.load_and_check_plugin(plugin_path)

    def load_and_check_plugin(self, plugin_path: str) -> None:
        """Raise ImproperlyConfigured for a plugin without an id or a name."""
        plugin = import_string(plugin_path)
        if not plugin.PLUGIN_ID or not plugin.PLUGIN_NAME:
            raise ImproperlyConfigured(f"{plugin_path} has no PLUGIN_ID or no PLUGIN_NAME.")
