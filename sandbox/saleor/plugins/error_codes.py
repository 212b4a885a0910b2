"""Codes of a refused plugin configuration."""

from __future__ import annotations

from enum import Enum


class PluginErrorCode(Enum):
    INVALID = "invalid"
    PLUGIN_MISCONFIGURED = "plugin-misconfigured"
    NOT_FOUND = "not_found"
    REQUIRED = "required"
