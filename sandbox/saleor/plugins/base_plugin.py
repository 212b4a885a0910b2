"""What every plugin is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import SimpleLazyObject

from .models import PluginConfiguration

PluginConfigurationType = list[dict[str, Any]]


class ConfigurationTypeField:
    STRING = "String"
    MULTILINE = "Multiline"
    BOOLEAN = "Boolean"
    SECRET = "Secret"
    PASSWORD = "Password"
    OUTPUT = "OUTPUT"


class BasePlugin:
    """A plugin object lives as long as the manager that made it: one request or task.

    Events are methods that a plugin may have: `(self, subject, ..., previous_value)`, they
    return the value for the next plugin.
    """

    PLUGIN_NAME = ""
    PLUGIN_ID = ""
    PLUGIN_DESCRIPTION = ""
    CONFIG_STRUCTURE: dict[str, Any] | None = None

    CONFIGURATION_PER_CHANNEL = True
    DEFAULT_CONFIGURATION: PluginConfigurationType = []
    DEFAULT_ACTIVE = False
    HIDDEN = False

    @classmethod
    def check_plugin_id(cls, plugin_id: str) -> bool:
        return plugin_id == cls.PLUGIN_ID

    def __init__(
        self,
        *,
        configuration: PluginConfigurationType,
        active: bool,
        channel: Any = None,
        requestor_getter: Callable[[], Any] | None = None,
        db_config: PluginConfiguration | None = None,
        allow_replica: bool = True,
    ) -> None:
        self.configuration = self.get_plugin_configuration(configuration)
        self.active = active
        self.channel = channel
        self.requestor = SimpleLazyObject(requestor_getter) if requestor_getter else None
        self.db_config = db_config
        self.allow_replica = allow_replica

    def __str__(self) -> str:
        return self.PLUGIN_NAME

    @classmethod
    def get_default_active(cls) -> bool:
        return cls.DEFAULT_ACTIVE

    def get_plugin_configuration(
        self, configuration: PluginConfigurationType
    ) -> PluginConfigurationType:
        """The stored values of fields that still exist, and defaults for new ones."""
        fields = self.CONFIG_STRUCTURE or {}
        stored = {row["name"]: row for row in configuration or []}
        defaults = {row["name"]: row for row in self.DEFAULT_CONFIGURATION or []}
        rows = {**defaults, **stored}
        return [{**row, **fields[name]} for name, row in rows.items() if name in fields]

    @classmethod
    def validate_plugin_configuration(
        cls, plugin_configuration: PluginConfiguration, **kwargs: Any
    ) -> None:
        """Raise ValidationError for a configuration that cannot be saved."""

    @classmethod
    def pre_save_plugin_configuration(cls, plugin_configuration: PluginConfiguration) -> None:
        """Do what has to be done before a configuration is saved."""

    @classmethod
    def save_plugin_configuration(
        cls, plugin_configuration: PluginConfiguration, cleaned_data: dict[str, Any]
    ) -> PluginConfiguration:
        """Save changed values, and whether the plugin is active."""
        changes = {row["name"]: row["value"] for row in cleaned_data.get("configuration") or []}
        for row in plugin_configuration.configuration or []:
            row["value"] = changes.get(row["name"], row.get("value"))
        plugin_configuration.active = cleaned_data.get("active", plugin_configuration.active)
        cls.validate_plugin_configuration(plugin_configuration)
        cls.pre_save_plugin_configuration(plugin_configuration)
        plugin_configuration.save()
        return plugin_configuration

    def is_event_active(self, event: str, channel: str | None = None) -> bool:
        return hasattr(self, event)
